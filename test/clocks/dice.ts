import { random } from './world.js';

/** Chance with a seed. */
export interface Dice {
  readonly next: () => number;
  readonly chance: (p: number) => boolean;
  readonly pick: <T>(list: readonly T[]) => T;
  readonly between: (low: number, high: number) => number;
  /** Any order of magnitude is as likely. */
  readonly scaled: (low: number, high: number) => number;
  readonly sign: () => 1 | -1;
  readonly normal: () => number;
  /** Mean 1. */
  readonly waiting: () => number;
}

/** What is thrown for one part of a case does not move what is thrown for another: seeds of parts are mixed from its name. */
export function diceOf(seed: number, part: string): Dice {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  for (const letter of part) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x01000193);
  const next = random((mixed ^ (mixed >>> 15)) >>> 0);
  const between = (low: number, high: number): number => low + next() * (high - low);
  return {
    next,
    between,
    chance: (p) => next() < p,
    pick: (list) => list[Math.floor(next() * list.length)] as (typeof list)[number],
    scaled: (low, high) => Math.exp(between(Math.log(low), Math.log(high))),
    sign: () => (next() < 0.5 ? -1 : 1),
    normal: () => Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next()),
    waiting: () => -Math.log(1 - next()),
  };
}
