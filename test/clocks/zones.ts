import { tzOffset } from '@date-fns/tz';
import { DAY, HOUR, MINUTE, type Micros } from '../../src/model/time.js';

/** A real zone: local time minus UTC at a true time. */
export interface CaseZone {
  readonly name: string;
  readonly offset: (utc: Micros) => Micros;
  /** When the offset changes, in time order. */
  readonly changes: readonly Micros[];
}

/** Whole hours, :30 and :45, both hemispheres, with summer time and without. */
export const ZONE_NAMES = [
  'UTC',
  'Europe/Vienna',
  'Europe/London',
  'America/New_York',
  'America/Los_Angeles',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tokyo',
  'Australia/Adelaide',
  'Australia/Sydney',
  'Pacific/Chatham',
  'Pacific/Auckland',
] as const;

/** Wide enough for a clock that is 400 days off in a window from 2019 to 2024. */
const FROM = Date.UTC(2017, 0, 1) * 1000;
const TO = Date.UTC(2027, 0, 1) * 1000;
/** No zone of the list changes twice within it. */
const STRIDE = 7 * DAY;

const known = new Map<string, CaseZone>();

export function caseZone(name: string): CaseZone {
  let zone = known.get(name);
  if (zone === undefined) {
    zone = readZone(name);
    known.set(name, zone);
  }
  return zone;
}

function readZone(name: string): CaseZone {
  const at = (utc: Micros): Micros => tzOffset(name, new Date(utc / 1000)) * MINUTE;
  const changes: Micros[] = [];
  const offsets = [at(FROM)];
  for (let from = FROM; from < TO; from += STRIDE) {
    if (at(from) === at(from + STRIDE)) continue;
    changes.push(changeWithin(at, from, from + STRIDE));
    offsets.push(at(from + STRIDE));
  }
  const offset = (utc: Micros): Micros => {
    let i = 0;
    while (i < changes.length && utc >= (changes[i] as Micros)) i++;
    return offsets[i] as Micros;
  };
  return { name, offset, changes };
}

/** Zones change at whole minutes. */
function changeWithin(at: (utc: Micros) => Micros, from: Micros, to: Micros): Micros {
  let low = from;
  let high = to;
  while (high - low > MINUTE) {
    const middle = Math.floor((low + high) / 2 / MINUTE) * MINUTE;
    if (at(middle) === at(from)) low = middle;
    else high = middle;
  }
  return high;
}

/** `+05:45` */
export function offsetText(offset: Micros): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const size = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(size / HOUR))}:${two((size % HOUR) / MINUTE)}`;
}
