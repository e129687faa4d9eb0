/** One stream per purpose, so that a change in one part of a sample leaves the rest of it as it was. */
export interface Random {
  /** In [0, 1). */
  readonly next: () => number;
  readonly between: (low: number, high: number) => number;
  /** Both ends included. */
  readonly whole: (low: number, high: number) => number;
  readonly pick: <T>(list: readonly [T, ...T[]]) => T;
  readonly chance: (probability: number) => boolean;
  readonly hex: (digits: number) => string;
  /** Mean 1, about log-normal: what latencies and rates look like. */
  readonly spread: (sigma: number) => number;
}

/** mulberry32, seeded with FNV-1a of the purpose. */
export function randomOf(seed: number, purpose: string): Random {
  let state = seed ^ fnv1a(purpose);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (low: number, high: number): number => low + next() * (high - low);
  const whole = (low: number, high: number): number => Math.floor(between(low, high + 1));
  return {
    next,
    between,
    whole,
    pick: (list) => list[whole(0, list.length - 1)] ?? list[0],
    chance: (probability) => next() < probability,
    hex: (digits) => Array.from({ length: digits }, () => whole(0, 15).toString(16)).join(''),
    // Twelve uniform numbers: a normal one without transcendental functions, whose last bit differs per platform.
    spread: (sigma) => {
      let sum = -6;
      for (let i = 0; i < 12; i++) sum += next();
      const x = Math.max(-2, Math.min(3, sum * sigma));
      return x < 0 ? 1 / (1 - x + (x * x) / 2) : 1 + x + (x * x) / 2;
    },
  };
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}

export function guid(random: Random): string {
  return `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`;
}
