import { isDated, type Micros, SECOND } from '../model/time.js';

/** RFC 3339 in UTC with as many digits as the stamp had: none, three or six. */
export function formatTime(micros: Micros, resolution: Micros = 1): string {
  const ms = Math.floor(micros / 1000);
  // Times beyond the year 9999 or before 0000 come from broken stamps; Date would throw on the farthest.
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return 'invalid';
  const iso = new Date(ms).toISOString();
  if (resolution >= SECOND) return iso.replace(/\.\d{3}Z$/, 'Z');
  if (resolution >= 1000) return iso;
  return iso.replace('Z', `${String(micros - ms * 1000).padStart(3, '0')}Z`);
}

export function formatMaybe(micros: Micros | null, resolution: Micros = 1): string | null {
  return isDated(micros) ? formatTime(micros, resolution) : null;
}

export function seconds(micros: Micros): number {
  return Math.round(micros / 1000) / 1000;
}
