import { tzOffset } from '@date-fns/tz';
import { MINUTE, type Micros } from '../model/time.js';

/** Local minus UTC at a true time. */
export interface OffsetSeen {
  readonly utc: Micros;
  readonly offset: Micros;
}

/** Names of the IANA zones whose local time was this at all these moments, in order of name. */
export function zonesOf(seen: readonly OffsetSeen[]): readonly string[] {
  return Intl.supportedValuesOf('timeZone')
    .filter((zone) => seen.every(({ utc, offset }) => tzOffset(zone, new Date(utc / 1000)) * MINUTE === offset))
    .sort();
}
