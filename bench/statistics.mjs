/** What is made of samples: medians, the figures of a row, verdicts. Pure. */

/** The lower of the two in the middle for an even number, so that it is a time that was measured. */
export function median(values) {
  if (values.length === 0) throw new RangeError('a median of nothing');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}

/** One contestant's samples in short. `scale`: it was measured on that part of the work only, and its time is multiplied. */
export function summarise({ samples, bytes, scale = 1 }) {
  const seconds = samples.map((sample) => sample.seconds * scale);
  const peaks = samples.map((sample) => sample.peakMb);
  const values = samples.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const middle = median(seconds);
  return {
    seconds: middle,
    fastest: Math.min(...seconds),
    slowest: Math.max(...seconds),
    cpuSeconds: median(samples.map((sample) => sample.cpuSeconds * scale)),
    secondsPerByte: middle / bytes,
    mbPerSecond: bytes / 1e6 / middle,
    peakMb: median(peaks),
    highestPeakMb: Math.max(...peaks),
    diskMb: Math.max(...samples.map((sample) => sample.diskMb)),
    ...(values.length === 0 ? {} : { value: median(values) }),
  };
}

/** `over` and `under` name contestants; without `under` the quantity itself is the figure. */
export function figureValue({ quantity, over, under }, summaries) {
  const top = summaries[over]?.[quantity];
  if (under === undefined) return top;
  const bottom = summaries[under]?.[quantity];
  return top === undefined || !(bottom > 0) ? undefined : top / bottom;
}

/** A figure without a target is for information. */
export function verdictOf({ atMost, atLeast, below }, value) {
  if (value === undefined || !Number.isFinite(value)) return 'not run';
  if (atMost !== undefined) return value <= atMost ? 'reached' : 'missed';
  if (atLeast !== undefined) return value >= atLeast ? 'reached' : 'missed';
  if (below !== undefined) return value < below ? 'reached' : 'missed';
  return 'for information';
}

export function targetText({ atMost, atLeast, below, unit }) {
  const [sign, limit] = atMost !== undefined ? ['≤', atMost] : atLeast !== undefined ? ['≥', atLeast] : ['<', below];
  return limit === undefined ? '' : `${sign} ${grouped(limit)}${unitText(unit)}`;
}

/** Two digits of a fraction are shown, and never so rounded that a missed target looks reached: 1.004 is 1.004. */
export function valueText(figure, value) {
  if (value === undefined || !Number.isFinite(value)) return '–';
  const verdict = verdictOf(figure, value);
  for (let digits = value >= 1000 ? 0 : value >= 100 ? 1 : 2; digits < 6; digits++) {
    const shown = value.toFixed(digits);
    if (verdictOf(figure, Number(shown)) === verdict)
      return `${grouped(Number(shown), digits)}${unitText(figure.unit)}`;
  }
  return `${value}${unitText(figure.unit)}`;
}

function grouped(value, digits) {
  const [whole, fraction] = (digits === undefined ? String(value) : value.toFixed(digits)).split('.');
  const thousands = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? thousands : `${thousands}.${fraction}`;
}

function unitText(unit) {
  return unit === undefined ? '' : ` ${unit}`;
}

/** Seconds with three figures, as a stopwatch of this kind can tell them apart. */
export function secondsText(seconds) {
  if (seconds < 0.1) return seconds.toFixed(4);
  return seconds < 10 ? seconds.toFixed(3) : seconds < 100 ? seconds.toFixed(2) : seconds.toFixed(1);
}
