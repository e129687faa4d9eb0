import { tzOffset } from '@date-fns/tz';
import { HOUR, MINUTE, type Micros } from '../model/time.js';
import { UserError } from '../model/user-error.js';

/** `--zone NAME-OR-PATH=ZONE`: a host, VM or path (`*` at either end), and what its local time is. */
export interface ZoneOverride {
  readonly target: string;
  readonly zone: string;
}

/** Local minus UTC at a local time. */
export type OffsetAt = (local: Micros) => Micros;

const FIXED = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?$/i;

/** An IANA name (`Europe/Vienna`), `UTC`, or a fixed offset (`+02:00`, `UTC-5`). */
export function readZone(zone: string): OffsetAt {
  if (/^(?:UTC|GMT|Z)$/i.test(zone)) return () => 0;
  const fixed = FIXED.exec(zone);
  if (fixed !== null) {
    const offset = (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * HOUR + Number(fixed[3] ?? 0) * MINUTE);
    return () => offset;
  }
  if (Number.isNaN(tzOffset(zone, new Date(0)))) {
    throw new UserError(
      `unknown time zone "${zone}"`,
      'use an IANA name such as Europe/Vienna, or an offset such as +02:00',
    );
  }
  return (local) => offsetOfLocal(zone, local);
}

/**
 * The offset at which this local time exists. In the hour that a change of summer time doubles, the earlier
 * reading (summer time) is taken; in the hour it skips, the offset before the change.
 */
function offsetOfLocal(zone: string, local: Micros): Micros {
  const at = (utc: Micros): Micros => tzOffset(zone, new Date(utc / 1000)) * MINUTE;
  const before = at(local - 24 * HOUR);
  const after = at(local + 24 * HOUR);
  if (before === after) return at(local - before);
  const readings = [Math.max(before, after), Math.min(before, after)].filter((offset) => at(local - offset) === offset);
  return readings[0] ?? before;
}

/** Parses and checks the overrides given on the command line. */
export function readOverrides(texts: readonly string[]): readonly ZoneOverride[] {
  return texts.map((text) => {
    const at = text.lastIndexOf('=');
    if (at < 1 || at === text.length - 1) {
      throw new UserError(`--zone "${text}" is not NAME-OR-PATH=ZONE`, 'for example --zone web01=Europe/Vienna');
    }
    const zone = text.slice(at + 1);
    readZone(zone);
    return { target: text.slice(0, at), zone };
  });
}

export function overrideFor(
  overrides: readonly ZoneOverride[],
  host: string | null,
  path: string,
): ZoneOverride | null {
  return overrides.find(({ target }) => isTarget(target, host) || isTarget(target, path)) ?? null;
}

function isTarget(target: string, name: string | null): boolean {
  if (name === null) return false;
  const wanted = target.toLowerCase();
  const given = name.toLowerCase();
  if (wanted === given || wanted === given.split('.')[0]) return true;
  if (wanted.startsWith('*') && given.endsWith(wanted.slice(1))) return true;
  return wanted.endsWith('*') && given.startsWith(wanted.slice(0, -1));
}
