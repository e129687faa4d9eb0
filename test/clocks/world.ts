import type { Sighting } from '../../src/clock/sighting.js';
import type { StepPlace, StepSigns } from '../../src/clock/steps.js';
import { DAY, HOUR, MINUTE, type Micros, SECOND } from '../../src/model/time.js';

/** Deterministic: mulberry32. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** True time to written time of one clock. */
export interface TrueClock {
  readonly written: (utc: Micros) => Micros;
  readonly zoneKnown: boolean;
}

export interface PairWorld {
  readonly a: readonly Sighting[];
  readonly b: readonly Sighting[];
  readonly clock: TrueClock;
  readonly signs: StepSigns;
  readonly from: Micros;
  readonly to: Micros;
  /** Events that both sides really stamped. */
  readonly shared: number;
  /** Those of them that no schedule explains. */
  readonly irregular: number;
  readonly traits: Readonly<Record<string, number | string | boolean>>;
}

const ZONES = [0, 1, 2, -5, -4, -8, 5.5, 5.75, 9, 9.5, 10, 12.75, -3.5].map((hours) => hours * HOUR);
const EPOCH = Date.UTC(2024, 2, 1) * 1000;

/** Two clocks: a is right and writes UTC; b has a zone, an error, a drift and steps of its own. */
export function pairWorld(seed: number): PairWorld {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const normal = (): number => Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next());
  const span = pick([2, 7, 14, 30, 45]) * DAY;
  const from = EPOCH + Math.floor(next() * 300) * DAY;
  const to = from + span;
  const zoneKnown = next() < 0.4;
  const zone = zoneKnown ? 0 : pick(ZONES);
  const sign = next() < 0.5 ? -1 : 1;
  const skewKind = pick(['none', 'small', 'minutes', 'any', 'days'] as const);
  const skew =
    skewKind === 'none'
      ? 0
      : skewKind === 'small'
        ? sign * next() * 5 * SECOND
        : skewKind === 'minutes'
          ? sign * next() * 7 * MINUTE
          : skewKind === 'any'
            ? sign * Math.exp(next() * Math.log(400 * 86_400)) * SECOND
            : sign * Math.ceil(next() * 400) * DAY;
  const rate = next() < 0.5 ? 0 : (next() * 2 - 1) * 50e-6;
  const steps = Array.from({ length: pick([0, 0, 0, 1, 1, 2]) }, () => ({
    at: from + next() * span,
    by: (next() < 0.5 ? -1 : 1) * Math.exp(next() * Math.log(600)) * SECOND,
  }));
  const written = (utc: Micros): Micros => {
    const stepped = steps.reduce((sum, { at, by }) => (utc >= at ? sum + by : sum), 0);
    return Math.round(utc + zone + skew + rate * (utc - from) + stepped);
  };
  // What b's own log shows of its steps: most of them, give or take its rhythm, and silences that may hide one.
  const rhythm = pick([1, 5, 30]) * SECOND;
  const thorough = next() < 0.9;
  const places: StepPlace[] = [];
  for (const { at, by } of steps) {
    if (!thorough && next() < 0.5) continue;
    const after = written(at);
    if (by < 0) places.push({ at: after, least: by - rhythm * next(), most: by + rhythm * next(), certain: true });
    else if (next() < 0.95)
      places.push({ at: after, least: by - rhythm * next(), most: by + rhythm * next(), certain: true });
    else places.push({ at: after, least: 0, most: by + rhythm, certain: false });
  }
  for (let i = pick([0, 1, 5]); i > 0; i--)
    places.push({ at: written(from + next() * span), least: 0, most: next() * HOUR, certain: false });
  places.sort((x, y) => x.at - y.at);
  const signs: StepSigns = { places, unseen: thorough ? rhythm : null };
  const a: Sighting[] = [];
  const b: Sighting[] = [];
  let shared = 0;
  let irregular = 0;
  const dropA = pick([0, 0.1, 0.4]);
  const dropB = pick([0, 0.1, 0.4]);
  const coverB = next() < 0.2 ? [from + next() * 0.5 * span, to - next() * 0.4 * span] : [from, to];
  const see = (utc: Micros, key: string, spread: Micros, resolution: Micros, isIrregular: boolean): void => {
    const late = () => Math.max(-1, Math.min(2, normal())) * (spread / 2);
    const floor = (t: Micros) => Math.floor(t / resolution) * resolution;
    const sighting = (t: Micros): Sighting => ({
      written: floor(t + late()),
      key,
      lag: -resolution / 2,
      spread: spread + resolution / 2,
    });
    const inA = next() >= dropA && utc >= from && utc <= to;
    const inB = next() >= dropB && utc >= (coverB[0] as number) && utc <= (coverB[1] as number);
    if (inA) a.push(sighting(utc));
    if (inB) b.push(sighting(written(utc)));
    if (inA && inB) {
      shared++;
      if (isIrregular) irregular++;
    }
  };
  // A nightly job, from sharp to sloppy.
  const jitter = pick([0, 0.2, 2, 30, 300]) * SECOND;
  const nightly = next() < 0.7;
  if (nightly) {
    const hour = next() * 24 * HOUR;
    for (let night = from; night < to; night += DAY)
      see(night + hour + Math.abs(normal()) * jitter, 'freeze|web01', 1 * SECOND, pick([1e3, SECOND]), false);
  }
  // Whatever nobody planned.
  const boots = pick([0, 1, 2, 3, 4, 6, 10]);
  for (let i = 0; i < boots; i++) see(from + next() * span, 'boot|web01', 3 * SECOND, SECOND, true);
  // Sightings of one side only.
  const noise = pick([0, 0, 3, 20]);
  for (let i = 0; i < noise; i++) {
    const at = from + next() * span;
    if (next() < 0.5) a.push({ written: at, key: pick(['boot|web01', 'freeze|web01']), lag: 0, spread: SECOND });
    else b.push({ written: written(at), key: pick(['boot|web01', 'freeze|web01']), lag: 0, spread: SECOND });
  }
  a.sort((x, y) => x.written - y.written);
  b.sort((x, y) => x.written - y.written);
  const traits = {
    span: span / DAY,
    zoneKnown,
    zone: zone / HOUR,
    skewKind,
    skew: skew / SECOND,
    rate: rate * 1e6,
    steps: steps.map(({ at, by }) => `${((at - from) / DAY).toFixed(2)}:${(by / SECOND).toFixed(0)}`).join(' '),
    thorough,
    nightly,
    jitter: jitter / SECOND,
    boots,
    noise,
  };
  return { a, b, signs, clock: { written, zoneKnown }, from, to, shared, irregular, traits };
}
