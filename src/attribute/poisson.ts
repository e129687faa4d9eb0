import type { Counted, Rate, RateComparison } from '../model/trend.js';

/** One-sided limit of the test, and what lies outside the two-sided intervals. */
export const ALPHA = 0.05;

/** P(X <= n) of a Poisson variable with this mean: the sum of its terms, each from the one before. */
export function poissonAtMost(n: number, mean: number): number {
  if (n < 0) return 0;
  if (mean === 0) return 1;
  let log = -mean;
  let sum = Math.exp(log);
  for (let k = 1; k <= n; k++) {
    log += Math.log(mean / k);
    sum += Math.exp(log);
  }
  return Math.min(1, sum);
}

/** P(X <= k) of n trials with probability p each: the sum of its terms, each from the one before. */
export function binomialAtMost(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n || p <= 0) return 1;
  if (p >= 1) return 0;
  const odds = Math.log(p) - Math.log1p(-p);
  let log = n * Math.log1p(-p);
  let sum = Math.exp(log);
  for (let j = 1; j <= k; j++) {
    log += Math.log((n - j + 1) / j) + odds;
    sum += Math.exp(log);
  }
  return Math.min(1, sum);
}

/** P(X >= k): as many failures or fewer. */
export function binomialAtLeast(k: number, n: number, p: number): number {
  return binomialAtMost(n - k, n, 1 - p);
}

/**
 * Exact 95 % interval of the mean of which n was observed (F. Garwood, Fiducial limits for the Poisson distribution,
 * Biometrika 28, 1936, 437-442): n or more has probability 2.5 % at the lower end, n or fewer at the upper one.
 */
export function poissonInterval(n: number): { readonly low: number; readonly high: number } {
  // The upper end lies below n + 4 sqrt(n) + 6 for every n at 2.5 %; twice that is a safe bracket.
  const bracket = 2 * (n + 4 * Math.sqrt(n) + 6);
  return {
    low: n === 0 ? 0 : crossing(0, bracket, (mean) => 1 - poissonAtMost(n - 1, mean) >= ALPHA / 2),
    high: crossing(0, bracket, (mean) => poissonAtMost(n, mean) <= ALPHA / 2),
  };
}

/**
 * Exact 95 % interval of a probability (C. J. Clopper and E. S. Pearson, The use of confidence or fiducial limits
 * illustrated in the case of the binomial, Biometrika 26, 1934, 404-413).
 */
export function binomialInterval(k: number, n: number): { readonly low: number; readonly high: number } {
  return {
    low: k === 0 ? 0 : crossing(0, 1, (p) => binomialAtLeast(k, n, p) >= ALPHA / 2),
    high: k === n ? 1 : crossing(0, 1, (p) => binomialAtMost(k, n, p) <= ALPHA / 2),
  };
}

/** Where `isBeyond` turns from false to true, by bisection to the last digit of a double. */
function crossing(from: number, to: number, isBeyond: (x: number) => boolean): number {
  let [low, high] = [from, to];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (isBeyond(middle)) high = middle;
    else low = middle;
  }
}

/**
 * Two Poisson rates by the conditional test (J. Przyborowski and H. Wilenski, Homogeneity of results in testing samples
 * from Poisson series, Biometrika 31, 1940, 313-323): given how many events there were in all, under equal rates each
 * lies after the change with the probability that its exposure is of the whole. The interval of the ratio is that of this
 * probability (Clopper-Pearson), as odds over the odds of the exposures.
 */
export function compareRates(before: Counted, after: Counted): RateComparison {
  const sides = { before: rateOf(before), after: rateOf(after) };
  const none = { shareAfter: null, pFewer: null, pMore: null, ratio: null };
  if (before.exposure <= 0 || after.exposure <= 0)
    return { ...sides, ...none, cleanNeeded: null, cleanNeededAtKnownRate: null };
  const share = after.exposure / (before.exposure + after.exposure);
  const total = before.events + after.events;
  if (total === 0) return { ...sides, ...none, shareAfter: share, cleanNeeded: null, cleanNeededAtKnownRate: null };
  return {
    ...sides,
    shareAfter: share,
    pFewer: binomialAtMost(after.events, total, share),
    pMore: binomialAtLeast(after.events, total, share),
    ratio: ratioOf(before, after),
    cleanNeeded: cleanNeeded(before, after),
    cleanNeededAtKnownRate: cleanNeededAtKnownRate(before, after),
  };
}

function rateOf({ events, exposure }: Counted): Rate {
  if (exposure <= 0) return { events, exposure, rate: null, low: null, high: null };
  const { low, high } = poissonInterval(events);
  return { events, exposure, rate: events / exposure, low: low / exposure, high: high / exposure };
}

function ratioOf(before: Counted, after: Counted): RateComparison['ratio'] {
  const { low, high } = binomialInterval(after.events, before.events + after.events);
  const exposures = before.exposure / after.exposure;
  return {
    estimate: before.events === 0 ? null : (after.events / before.events) * exposures,
    low: (low / (1 - low)) * exposures,
    high: high === 1 ? null : (high / (1 - high)) * exposures,
  };
}

/** The fewest further units without an event at which equal rates are rejected; none suffice where nothing happened before. */
function cleanNeeded(before: Counted, after: Counted): number | null {
  if (before.events === 0) return null;
  const total = before.events + after.events;
  return fewest((more) => {
    const exposure = after.exposure + more;
    return binomialAtMost(after.events, total, exposure / (before.exposure + exposure)) < ALPHA;
  });
}

/** With the rate before taken at its estimate, as if known. */
function cleanNeededAtKnownRate(before: Counted, after: Counted): number | null {
  if (before.events === 0) return null;
  const rate = before.events / before.exposure;
  return fewest((more) => poissonAtMost(after.events, rate * (after.exposure + more)) < ALPHA);
}

/** The least whole number that suffices, where every greater one does too. */
function fewest(suffices: (n: number) => boolean): number {
  if (suffices(0)) return 0;
  let high = 1;
  while (!suffices(high)) high *= 2;
  let low = high / 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (suffices(middle)) high = middle;
    else low = middle;
  }
  return high;
}
