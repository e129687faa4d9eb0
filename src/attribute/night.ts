import { DAY, type Interval, type Micros } from '../model/time.js';

/** Runs from noon to noon (UTC) are one night; counted from 1970-01-01. */
export function nightNumber(micros: Micros): number {
  return Math.floor((micros - DAY / 2) / DAY);
}

/** By the day on which it begins: `2024-01-18`. */
export function nightName(night: number): string {
  return new Date(night * (DAY / 1000)).toISOString().slice(0, 10);
}

export function nightOf(micros: Micros): string {
  return nightName(nightNumber(micros));
}

/** The noon that begins it and the noon that ends it. */
export function nightSpan(night: number): Interval {
  const earliest = night * DAY + DAY / 2;
  return { earliest, latest: earliest + DAY };
}
