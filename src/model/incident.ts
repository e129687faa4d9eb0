import type { Entity, Timed } from './detection.js';
import type { Interval, Micros } from './time.js';

/** Something that went wrong for one entity, before anybody asks why. */
export interface Incident {
  readonly id: string;
  readonly kind: string;
  readonly entity: Entity;
  readonly start: Micros | null;
  readonly end: Micros | null;
  /** When it began: the earliest beginning in the episode. */
  readonly onset: Interval | null;
  /** First detection of the incident's own kind. */
  readonly defining: Timed;
  /** Everything of the episode, in time order. */
  readonly detections: readonly Timed[];
  readonly symptoms: readonly { readonly kind: string; readonly detection: Timed }[];
  readonly summary: string;
  readonly rule: string;
}

/** Severity of kinds in one episode: the first is what the incident is called, the others are its symptoms. */
export const KIND_ORDER: readonly string[] = [
  'guest.fs.readonly',
  'guest.reboot',
  'guest.io.error',
  'guest.hang',
  'guest.io.stall',
  'vm.paused',
  'vm.start-failed',
  'vm.saved',
  'guest.memory',
  'guest.network.loss',
  'vm.moved',
  'backup.failed',
  'backup.degraded',
  'host.storage.stall',
  'host.network.degraded',
];
