import type { Micros } from './time.js';

/** Endings that packers and rotation add: `syslog.2.gz`, `messages-20240107`, `storage_20240115.csv`. */
const PACKED = /\.(?:gz|xz|bz2|zst|lz4)$/;
const NUMBERED = /\.(\d{1,3})$/;
const DATED = /[-_.]\d{4}-?\d\d-?\d\d(?:[-_T.]?\d{2,6})?(?=\.|$)/;

export interface Rotated {
  /** The name that all files of the series have in common. */
  readonly name: string;
  /** `syslog` 0, `syslog.2.gz` 2; null where files are told apart by date. */
  readonly number: number | null;
}

export function readRotation(path: string): Rotated {
  const plain = path.replace(PACKED, '');
  const numbered = NUMBERED.exec(plain);
  if (numbered !== null) return { name: plain.slice(0, numbered.index), number: Number(numbered[1]) };
  const undated = plain.replace(DATED, '');
  return { name: undated, number: undated === plain ? 0 : null };
}

/** A day in a path, UTC midnight. */
export interface PathDate {
  readonly day: Micros;
  /** A file is named after the day that it covers or ends with; a folder (`sosreport-web01-2024-03-03`) after any near to it. */
  readonly of: 'file' | 'folder';
}

const DAY_OF_PATH =
  /(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?=\D|$|(?:\d{4}|\d{6})(?:\D|$))/;

export function dateOfPath(path: string): PathDate | null {
  const parts = path.split('/');
  for (const [i, part] of [...parts.entries()].reverse()) {
    const day = dayOf(part);
    if (day !== null) return { day, of: i === parts.length - 1 ? 'file' : 'folder' };
  }
  return null;
}

function dayOf(name: string): Micros | null {
  const found = DAY_OF_PATH.exec(name);
  if (found === null) return null;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const ms = Date.UTC(year, month - 1, day);
  return new Date(ms).getUTCDate() === day ? ms * 1000 : null;
}
