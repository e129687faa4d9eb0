import { isDated, MINUTE, type Micros, SECOND, type WrittenTime } from '../model/time.js';

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

/** With as many digits as it takes to lose nothing, but no fewer than the stamp had. */
export function formatExact(micros: Micros, resolution: Micros): string {
  const digits = micros % SECOND === 0 ? SECOND : micros % 1000 === 0 ? 1000 : 1;
  return formatTime(micros, Math.min(digits, resolution));
}

/** As the source has it: without a zone it does not state, `--03-03T02:14:07` (ISO 8601) without a year, or since boot. */
export function formatWritten(time: WrittenTime): string {
  if (time.clock === 'uptime') return `${time.micros / SECOND}s`;
  const local = formatTime(time.micros, time.resolution);
  const text = time.yearless ? local.replace(/^\d{4}/, '-') : local;
  if (time.utcOffset === null) return text.replace(/Z$/, '');
  return time.utcOffset === 0 ? text : text.replace(/Z$/, formatOffset(time.utcOffset));
}

/** Local time less UTC: `+01:00`. */
export function formatOffset(offset: Micros): string {
  const minutes = Math.round(Math.abs(offset) / MINUTE);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

export function seconds(micros: Micros): number {
  return Math.round(micros / 1000) / 1000;
}
