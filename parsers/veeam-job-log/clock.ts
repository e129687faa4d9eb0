import type { Position } from '../../src/model/record.js';
import { DAY, HOUR, MINUTE, type Micros } from '../../src/model/time.js';
import type { Sink } from '../../src/parser/parser.js';
import { readMachine, readUtcOffset, readUtcTime } from './message.js';

/** The process writes its first stamped line seconds after the preamble; minutes on a loaded server. */
const PREAMBLE_TOLERANCE: Micros = 5 * MINUTE;

export interface RunClock {
  /** Reads a line without a stamp; true when it belongs to a preamble. */
  preamble(text: string, at: Position): boolean;
  /** Follows the local stamps of the file. */
  stamp(local: Micros, at: Position): void;
  /** Local time minus UTC as the last preamble stated it; null before one, and where it can no longer hold. */
  offset(): Micros | null;
  /** Backup server that writes the log. */
  host(): string | null;
  /** True from `Starting new log` to the first stamped line. */
  starting(): boolean;
}

/**
 * Each process that writes to the file begins with a preamble that states the zone:
 *
 *     Starting new log
 *     MachineName: [BACKUP01], OS: [...]
 *     UTC Time: [7/7/2021 2:34:10 PM], DaylightSavingTime: [True]
 *     UTC offset: 2.00 hours
 *
 * The offset is of the moment the process started. A process that runs over the end of daylight saving time is seen by
 * its stamps falling back by an hour; over the beginning it cannot be told from an hour of silence.
 */
export function followClock(sink: Sink): RunClock {
  let offset: Micros | null = null;
  let utc: Micros | null = null;
  let host: string | null = null;
  let summer = false;
  let starting = false;
  let last: Micros | null = null;

  const begin = (): void => {
    offset = null;
    utc = null;
    summer = false;
    last = null;
    starting = true;
  };
  const crossCheck = (local: Micros, at: Position): void => {
    if (utc === null) return;
    if (offset === null) {
      const written = { written: local, yearless: false, utc, tolerance: PREAMBLE_TOLERANCE };
      sink.clock({ kind: 'epoch', anchor: 'veeam-utc-time', host, ...written, at });
    } else if (Math.abs(local - offset - utc) > PREAMBLE_TOLERANCE) {
      sink.issue('clock-contradiction', 'error', 'UTC time, UTC offset and first stamp of a run do not agree', at);
    }
    utc = null;
  };
  const stepBack = (from: Micros, to: Micros, at: Position): void => {
    if (offset === null) return;
    // Between two lines that are read, up to fifty minutes may pass: the stamps then fall back by less than the hour.
    const isNight = from % DAY < 5 * HOUR;
    if (summer && isNight && from - to <= HOUR + PREAMBLE_TOLERANCE) {
      offset -= HOUR;
      summer = false;
      sink.issue(
        'dst-end-in-run',
        'info',
        'stamps fall back in the night: taken as the end of daylight saving time',
        at,
      );
      return;
    }
    offset = null;
    sink.issue('clock-stepped', 'error', 'stamps fall back within a run: its UTC offset is not used from here on', at);
  };
  const read = (text: string, at: Position): boolean => {
    if (!starting) return false;
    host = readMachine(text) ?? host;
    const time = readUtcTime(text);
    if (time !== null) {
      utc = time;
      summer = text.includes('DaylightSavingTime: [True]');
    }
    const stated = readUtcOffset(text);
    if (stated !== null) {
      offset = stated;
      sink.clock({ kind: 'stated-offset', utcOffset: stated, zone: null, at });
    }
    return true;
  };
  return {
    preamble(text, at) {
      if (text.startsWith('Starting new log')) begin();
      return read(text, at);
    },
    stamp(local, at) {
      if (starting) crossCheck(local, at);
      starting = false;
      // Threads write seconds out of order; only a change of the clock makes minutes.
      if (last !== null && last - local > 10 * MINUTE) {
        stepBack(last, local, at);
        last = local;
      }
      last = Math.max(last ?? local, local);
    },
    offset: () => offset,
    host: () => host,
    starting: () => starting,
  };
}
