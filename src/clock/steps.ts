import type { Micros } from '../model/time.js';
import type { Sighting } from './sighting.js';

/** Where a clock may have been set, by its own log. */
export interface StepPlace {
  /** Written time before which it was set. */
  readonly at: Micros;
  /** By how much: ahead is positive. A stretch without records hides any step ahead up to its length. */
  readonly least: Micros;
  readonly most: Micros;
  /** Whether it was: the log says so, or runs backwards here. */
  readonly certain: boolean;
}

export interface StepSigns {
  /** In time order. */
  readonly places: readonly StepPlace[];
  /** No larger step was made anywhere else, because the log runs on evenly; null: the log is too thin to tell. */
  readonly unseen: Micros | null;
}

export const NO_SIGNS: StepSigns = { places: [], unseen: null };

/** The steps that a log shows, taken back: its written times as if the clock had run on as it did at first. */
export interface Unstepped {
  readonly correct: (written: Micros) => Micros;
  /** In corrected time: how far each step may have been another than the one taken back, and the silences. */
  readonly signs: StepSigns;
  /** By how much the steps between two written times may be wrong together. */
  readonly doubt: (from: Micros, to: Micros) => Micros;
}

export function correctAll(sightings: readonly Sighting[], { correct }: Unstepped): readonly Sighting[] {
  return sightings.map((sighting) => ({ ...sighting, written: correct(sighting.written) }));
}

export function unstepped({ places, unseen }: StepSigns): Unstepped {
  const known = places.filter(({ certain }) => certain);
  const before = (written: Micros, of: (place: StepPlace) => Micros): Micros =>
    known.reduce((sum, place) => (place.at <= written ? sum + of(place) : sum), 0);
  const correct = (written: Micros): Micros => written - before(written, (place) => (place.least + place.most) / 2);
  const half = (place: StepPlace): Micros => (place.most - place.least) / 2;
  return {
    correct,
    signs: {
      places: places.map((place) => {
        const reach = half(place);
        const rest = place.certain ? { least: -reach, most: reach, certain: false } : {};
        return { ...place, at: correct(place.at), ...rest };
      }),
      unseen,
    },
    doubt: (from, to) => Math.abs(before(to, half) - before(from, half)),
  };
}

/** How far the places between two written times may have set the clock: those that did for certain together, of the others one. */
export interface StepReach {
  between(from: Micros, to: Micros): { readonly least: Micros; readonly most: Micros };
}

const NONE = { least: 0, most: 0 };
const NOWHERE: StepReach = { between: () => NONE };

const kept = new WeakMap<readonly StepPlace[], StepReach>();

/** Sums and extremes are laid out so that a stretch is asked for in a few lookups; a host's once for all its guests. */
export function reachOf({ places }: StepSigns): StepReach {
  let reach = kept.get(places);
  if (reach === undefined) {
    reach = layOut(places);
    kept.set(places, reach);
  }
  return reach;
}

function layOut(places: readonly StepPlace[]): StepReach {
  const least = new Float64Array(places.length + 1);
  const most = new Float64Array(places.length + 1);
  for (const [i, { certain, ...place }] of places.entries()) {
    least[i + 1] = (least[i] as number) + (certain ? place.least : 0);
    most[i + 1] = (most[i] as number) + (certain ? place.most : 0);
  }
  const furthestBack = extremes(places, (place) => -place.least);
  const furthestAhead = extremes(places, (place) => place.most);
  const before = (written: Micros): number => {
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((places[middle] as StepPlace).at <= written) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    between(from, to) {
      const first = before(from);
      const last = Math.max(first, before(to));
      if (first === last) return NONE;
      return {
        least: (least[last] as number) - (least[first] as number) - furthestBack(first, last),
        most: (most[last] as number) - (most[first] as number) + furthestAhead(first, last),
      };
    },
  };
}

/** The largest over the uncertain places [first, last), at least 0: a table of the largest of 1, 2, 4, 8... neighbours. */
function extremes(
  places: readonly StepPlace[],
  of: (place: StepPlace) => Micros,
): (first: number, last: number) => Micros {
  const table = [Float64Array.from(places, (place) => (place.certain ? 0 : Math.max(0, of(place))))];
  for (let width = 2; width <= places.length; width *= 2) {
    const half = table.at(-1) as Float64Array;
    const row = new Float64Array(places.length - width + 1);
    for (let i = 0; i < row.length; i++) row[i] = Math.max(half[i] as number, half[i + width / 2] as number);
    table.push(row);
  }
  return (first, last) => {
    const level = 31 - Math.clz32(last - first);
    const row = table[level] as Float64Array;
    return Math.max(row[first] as number, row[last - 2 ** level] as number);
  };
}

/** Price of a step before its size, natural units: one that the log shows, and one that it says nothing of. */
const SHOWN = 1;
export const SILENT = 6;
/** Of a step that the log would have shown. */
const DENIED = 30;

/** What it costs that `b` moved against `a` by so much between two moments; nothing when no step is needed. */
export function stepPricer(a: StepSigns, b: StepSigns): StepPricer {
  const reachA = a.places.length === 0 ? NOWHERE : reachOf(a);
  const reachB = b.places.length === 0 ? NOWHERE : reachOf(b);
  const unseen = a.unseen === null || b.unseen === null ? null : a.unseen + b.unseen;
  return (fromA, toA, fromB, toB, moved, slack) => {
    const ofA = reachA.between(fromA, toA);
    const ofB = reachB.between(Math.min(fromB, toB), Math.max(fromB, toB));
    const isMoved = Math.abs(moved) > slack;
    const least = ofB.least - ofA.most - slack;
    const most = ofB.most - ofA.least + slack;
    const isShown = moved >= least && moved <= most;
    if (!isMoved) return isShown ? 0 : DENIED;
    // A free choice among many sizes explains anything: the more there were, the dearer is the one that fits.
    if (isShown) return SHOWN + Math.max(0, Math.log((most - least) / (4 * slack)));
    if (unseen !== null && Math.abs(moved) > unseen) return DENIED;
    return SILENT + Math.max(0, Math.log((Math.abs(moved) * SIZES) / slack));
  };
}

/** Any order of magnitude is as likely, from a second to a year: ln(400 days / 1 s). */
const SIZES = 17;

export type StepPricer = (
  fromA: Micros,
  toA: Micros,
  fromB: Micros,
  toB: Micros,
  moved: Micros,
  slack: Micros,
) => number;
