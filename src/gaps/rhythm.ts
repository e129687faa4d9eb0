import type { StreamStats } from '../model/coverage.js';
import { MINUTE, type Micros } from '../model/time.js';

/** With fewer records nobody can say what is usual. */
const RECORDS_NEEDED = 20;
/** A stream writes in its rhythm at least this part of its time; of one that is mostly silent no rhythm is known. */
const RHYTHMIC_PART = 0.25;
/** A log of half an hour shows no rhythm of a quarter of an hour. */
const BEATS_NEEDED = 10;
/** The longest silences are what is judged, so they are no part of what they are judged by: one in a hundred, at least three. */
const JUDGED_PART = 0.01;
const JUDGED_LEAST = 3;
/** 1.5 intervals between two samples: at least one is missing. */
const SAMPLES_APART = 1.5;
/** Steps shorter than a minute are not listed one by one: they count as if they were as long. */
const LISTED_FROM = MINUTE;

/**
 * The longest silence that is usual in this stream; null where nothing says. Metrics: one and a half intervals. Text: what
 * a random moment falls into. With q50 and q90 as the half and nine tenths of the TIME spent in silences up to that
 * length: q90 + 4 (q90 - q50), at least 2 q90. A memoryless writer of mean m
 * has q50 = 1.7 m and q90 = 3.9 m; over 400 such streams of 1,000 records the limit was 8 to 14 m, and one silence in 18,000
 * longer. A job that writes on the hour has q50 = q90, and may miss one beat.
 * A kernel ring buffer (time since boot) is written only when something happens.
 */
export function usualSilence(stream: StreamStats): Micros | null {
  if (stream.sampling !== null) return SAMPLES_APART * stream.sampling;
  const { first, last, records, clock } = stream;
  if (clock !== 'wall' || records < RECORDS_NEEDED || first === null || last === null) return null;
  const lengths = stream.silences.map(({ earliest, latest }) => latest - earliest);
  const judged = Math.max(JUDGED_LEAST, Math.ceil(lengths.length * JUDGED_PART));
  const usual = [...lengths].sort((a, b) => a - b).slice(0, Math.max(0, lengths.length - judged));
  const dense = Math.max(0, last - first - sum(lengths));
  const time = dense + sum(usual);
  if (time < RHYTHMIC_PART * (last - first)) return null;
  const half = lengthAt(usual, dense, 0.5 * time);
  const most = lengthAt(usual, dense, 0.9 * time);
  const limit = Math.max(2 * most, most + 4 * (most - half));
  return time < BEATS_NEEDED * limit ? null : limit;
}

/** Length of the silence in which the first `time` is used up, the shortest silences first. */
function lengthAt(ascending: readonly Micros[], dense: Micros, time: Micros): Micros {
  let used = dense;
  let length = LISTED_FROM;
  for (const silence of ascending) {
    if (used >= time) break;
    used += silence;
    length = silence;
  }
  return length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
