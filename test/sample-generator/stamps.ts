/** Milliseconds since 1970 UTC, with a fraction down to the microsecond, before the shift. */
export type At = number;

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** America/New_York in winter: EST. All samples lie between two changes of the clock. */
const ZONE_HOURS = -5;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Writes times as the sources do. The shift is applied here and nowhere else. */
export interface Stamps {
  /** Seconds since 1970 with `digits` decimals. */
  readonly epoch: (at: At, digits?: number) => string;
  /** `2024-01-17T06:03:11.1234560Z`. */
  readonly utc: (at: At) => string;
  /** `2024-01-17T01:03:11.123456-05:00`. */
  readonly iso: (at: At) => string;
  /** `2024-01-17T01:03:11-0500`. */
  readonly shortIso: (at: At) => string;
  /** `Jan  7 01:03:11`. */
  readonly rfc3164: (at: At) => string;
  /** `01/17/2024 01:03:11.123`. */
  readonly pdh: (at: At) => string;
  /** `2024-01-17`. */
  readonly date: (at: At) => string;
  /** `01:03:11`. */
  readonly clock: (at: At) => string;
  /** `17.01.2024 01:03:11.123`. */
  readonly veeam: (at: At) => string;
  /** `1/17/2024 6:03:11 AM`, UTC. */
  readonly american: (at: At) => string;
  /** `Wed`, `Jan`: for texts that name them. */
  readonly weekday: (at: At) => string;
}

export function stampsOf(shiftSeconds: number): Stamps {
  const utcOf = (at: At): Date => new Date(Math.floor(at) + shiftSeconds * SECOND);
  const localOf = (at: At): Date => new Date(Math.floor(at) + shiftSeconds * SECOND + ZONE_HOURS * HOUR);
  const micros = (at: At): string => String(Math.round((at - Math.floor(at)) * 1000) % 1000).padStart(3, '0');
  const text = (d: Date): string => d.toISOString();
  const day = (d: Date): string => text(d).slice(0, 10);
  const time = (d: Date, digits = 0): string => text(d).slice(11, digits === 0 ? 19 : 20 + digits);
  const two = (n: number): string => String(n).padStart(2, '0');
  return {
    epoch: (at, digits = 0) => {
      const s = String(Math.floor(at / SECOND) + shiftSeconds);
      return digits === 0 ? s : `${s}.${`${time(utcOf(at), 3).slice(9)}${micros(at)}`.slice(0, digits)}`;
    },
    utc: (at) => `${text(utcOf(at)).slice(0, 23)}${micros(at)}0Z`,
    iso: (at) => `${text(localOf(at)).slice(0, 23)}${micros(at)}-05:00`,
    shortIso: (at) => `${text(localOf(at)).slice(0, 19)}-0500`,
    rfc3164: (at) => {
      const d = localOf(at);
      return `${MONTHS[d.getUTCMonth()]} ${String(d.getUTCDate()).padStart(2)} ${time(d)}`;
    },
    pdh: (at) => {
      const d = localOf(at);
      return `${two(d.getUTCMonth() + 1)}/${two(d.getUTCDate())}/${d.getUTCFullYear()} ${time(d, 3)}`;
    },
    date: (at) => day(localOf(at)),
    clock: (at) => time(localOf(at)),
    veeam: (at) => {
      const d = localOf(at);
      return `${two(d.getUTCDate())}.${two(d.getUTCMonth() + 1)}.${d.getUTCFullYear()} ${time(d, 3)}`;
    },
    american: (at) => {
      const d = utcOf(at);
      const hour = d.getUTCHours();
      const of12 = `${hour % 12 || 12}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} ${hour < 12 ? 'AM' : 'PM'}`;
      return `${d.getUTCMonth() + 1}/${d.getUTCDate()}/${d.getUTCFullYear()} ${of12}`;
    },
    weekday: (at) => WEEKDAYS[localOf(at).getUTCDay()] ?? '',
  };
}
