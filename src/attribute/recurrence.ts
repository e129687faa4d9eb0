import type { Incident } from '../model/incident.js';
import { DAY, HOUR, type Micros } from '../model/time.js';
import type { Attribution, Cause, Recurrence } from '../model/verdict.js';

/** Fewer incidents share a weekday or an hour by chance. */
const ENOUGH = 3;
/** Starts that lie within this of each other, over midnight too, are of one time of day. */
const SAME_HOUR: Micros = 2 * HOUR;

/** What happened more than once: incidents of one kind that one cause led to, and what they have in common. */
export function recurrencesOf(
  incidents: readonly Incident[],
  attributions: readonly Attribution[],
): readonly Recurrence[] {
  const groups = new Map<string, { readonly incident: Incident; readonly leader: Cause | null }[]>();
  for (const [i, incident] of incidents.entries()) {
    const attribution = attributions[i];
    const leader = attribution === undefined || attribution.verdict === 'undetermined' ? null : attribution.causes[0];
    const key = `${incident.kind}|${leader?.cause ?? 'undetermined'}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [{ incident, leader: leader ?? null }]);
    else known.push({ incident, leader: leader ?? null });
  }
  return [...groups]
    .filter(([, members]) => members.length > 1)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, members]) => {
      const all = members.map(({ incident }) => incident);
      const leaders = members.flatMap(({ leader }) => (leader === null ? [] : [leader]));
      const starts = all.flatMap(({ start }) => (start === null ? [] : [start]));
      const isWhole = starts.length === all.length && starts.length >= ENOUGH;
      return {
        kind: all[0]?.kind ?? '',
        cause: leaders[0]?.cause ?? 'undetermined',
        incidents: all.map(({ id }) => id),
        entities: [...new Set(all.map(({ entity }) => entity.name))].sort(),
        attributes: commonAttributes(leaders),
        links: commonLinks(leaders),
        weekday: isWhole ? weekdayOf(starts) : null,
        timeOfDay: isWhole ? timeOfDay(starts) : null,
      };
    });
}

function commonAttributes(leaders: readonly Cause[]): Readonly<Record<string, string>> {
  const [first, ...others] = leaders;
  return Object.fromEntries(
    Object.entries(first?.attributes ?? {}).filter(([key, value]) =>
      others.every(({ attributes }) => attributes[key] === value),
    ),
  );
}

/** Statements of the items that spoke for the cause every time, strongest first; `{entity}` as the rule has it. */
function commonLinks(leaders: readonly Cause[]): readonly string[] {
  const [first, ...others] = leaders;
  const speaking = ({ findings }: Cause): Cause['findings'] =>
    findings.filter(({ status, weight }) => status === 'observed' && weight > 0);
  return (first === undefined ? [] : [...speaking(first)])
    .filter(({ item }) => others.every((other) => speaking(other).some((one) => one.item.id === item.id)))
    .sort((a, b) => b.weight - a.weight || (a.item.id < b.item.id ? -1 : 1))
    .map(({ item }) => item.statement);
}

/** 0 is Sunday; null where they are not all of one, or all of one day. */
function weekdayOf(starts: readonly Micros[]): number | null {
  const days = new Set(starts.map((start) => Math.floor(start / DAY)));
  const weekdays = new Set([...days].map((day) => (((day + 4) % 7) + 7) % 7));
  return days.size >= ENOUGH && weekdays.size === 1 ? ([...weekdays][0] ?? null) : null;
}

/** The stretch of the day that holds all starts, on several days; it may go over midnight. Null where it is long. */
function timeOfDay(starts: readonly Micros[]): Recurrence['timeOfDay'] {
  if (new Set(starts.map((start) => Math.floor(start / DAY))).size < ENOUGH) return null;
  const times = starts.map((start) => ((start % DAY) + DAY) % DAY).sort((a, b) => a - b);
  // The widest gap between neighbours round the clock is what the stretch leaves out.
  let from = 0;
  let widest = 0;
  for (const [i, time] of times.entries()) {
    const next = (times[i + 1] ?? (times[0] as Micros) + DAY) - time;
    if (next > widest) [from, widest] = [(i + 1) % times.length, next];
  }
  if (DAY - widest > SAME_HOUR) return null;
  const earliest = times[from] as Micros;
  return { earliest, latest: (earliest + DAY - widest) % DAY };
}
