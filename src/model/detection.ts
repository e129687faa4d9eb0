import type { Layer, LogRecord, Position } from './record.js';
import type { Interval, Micros } from './time.js';

export type Role = 'onset' | 'consequence' | 'echo' | 'marker' | 'noise';

/** Kinds of things an incident or an observation can be about. */
export type EntityType = 'vm' | 'host' | 'volume' | 'job' | 'disk';

export interface Entity {
  readonly type: EntityType;
  readonly name: string;
}

/** Where a statement comes from: every number and sentence leads back to one of these. */
export interface Origin {
  readonly source: string;
  readonly at: Position;
  /** Metric column as written, or null. */
  readonly series: string | null;
  readonly value: number | null;
  /** Sampled interval in microseconds of a metric origin. */
  readonly interval: number | null;
  /** Time as written, microseconds read as if UTC; null for undated lines. */
  readonly written: Micros | null;
  /** The record as it stands in the source. */
  readonly text: string;
}

/**
 * A rule matched a record (or a storm of them, or a stretch of a series) of ONE source. Times are as written;
 * the clock stage adds true time (see `Timed`).
 */
export interface Detection {
  readonly id: string;
  readonly rule: string;
  readonly role: Role;
  readonly level: Level;
  readonly layer: Layer;
  readonly source: string;
  readonly stream: string;
  readonly entity: Entity | null;
  readonly captures: Readonly<Record<string, string>>;
  readonly statement: string;
  /** First and last record of the episode; the same for a single record. */
  readonly first: LogRecord | null;
  readonly last: LogRecord | null;
  readonly count: number;
  /** Seconds before the record at which it began (both >= 0), from the rule's onset arithmetic. */
  readonly began: { readonly earliest: number; readonly latest: number } | null;
  /** UTC instant the record itself speaks of (role echo). */
  readonly epoch: Micros | null;
  readonly origins: readonly Origin[];
}

export type Level = 'informational' | 'low' | 'medium' | 'high' | 'critical';

/** A detection with its place on the common timeline. */
export interface Timed extends Detection {
  /** True time of the first record (UTC), or null when no clock reaches it. */
  readonly start: Micros | null;
  readonly end: Micros | null;
  /** When it began, after onset arithmetic, without clock uncertainty. */
  readonly onset: Interval | null;
  /** Half width of the error bar of this source's clock here, microseconds. */
  readonly uncertainty: Micros;
  /** Two detections with the same clock id are ordered by what was written, whatever the clock's error. */
  readonly clock: string;
  /** How the clock is known. */
  readonly basis: ClockBasis;
}

export type ClockBasis = 'measured' | 'stated' | 'derived' | 'assumed' | 'none';
