/** Integer microseconds. As a point: since 1970-01-01T00:00:00Z. Exact in a double until the year 2255. */
export type Micros = number;

export const SECOND: Micros = 1_000_000;
export const MINUTE: Micros = 60 * SECOND;
export const HOUR: Micros = 60 * MINUTE;
export const DAY: Micros = 24 * HOUR;

/** Closed interval; an instant known exactly has `earliest === latest`. */
export interface Interval {
  readonly earliest: Micros;
  readonly latest: Micros;
}

/** Whether a relation in time holds under every, some or no position within the error bars. */
export type Order = 'certain' | 'possible' | 'impossible';

/**
 * A stamp as a source wrote it, before any clock is applied.
 * `micros` is the wall time read as if it were UTC (`clock: 'wall'`) or the time since boot (`clock: 'uptime'`).
 */
export interface WrittenTime {
  readonly micros: Micros;
  readonly clock: 'wall' | 'uptime';
  /** Local time minus UTC, where the stamp itself states it (`+02:00`, `Z`); null where it does not. */
  readonly utcOffset: Micros | null;
  /** The stamp has no year (RFC 3164); `micros` then lies in the year 1972, a leap year. */
  readonly yearless: boolean;
  /** Width of the stamp's last digit: 1 s for RFC 3164, 1 ms, 1 us. */
  readonly resolution: Micros;
}

/** The year every yearless stamp is read in: the first leap year after the epoch, so that 29 February exists. */
export const YEARLESS_YEAR = 1972;

/**
 * Records that no clock reaches are placed on a private stretch of the time line, one per stream and boot, so that their order among
 * themselves still counts: from here on (the year 2223), a hundred days apart. Such a time is never shown, and meets no other stream's.
 */
export const UNDATED_FROM: Micros = 8e15;
export const UNDATED_STRETCH: Micros = 100 * DAY;

/** Whether a true time is one, not a private place. */
export function isDated(micros: Micros | null): micros is Micros {
  return micros !== null && micros < UNDATED_FROM;
}
