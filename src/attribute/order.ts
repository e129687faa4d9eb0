import type { Timed } from '../model/detection.js';
import type { Incident } from '../model/incident.js';
import type { Interval, Micros, Order } from '../model/time.js';

/** The span a detection speaks of: from when it may have begun to its end. */
export function spanOf(detection: Timed): Interval | null {
  if (detection.start === null || detection.onset === null) return null;
  return {
    earliest: detection.onset.earliest,
    latest: Math.max(detection.end ?? detection.start, detection.onset.latest),
  };
}

/** Error between two clocks: none when one clock wrote both stamps. */
export function slackBetween(detection: Timed, incident: Incident, doubt: Doubt): Micros {
  const other = incident.defining;
  if (detection.clock === other.clock) return 0;
  return detection.uncertainty + doubt(detection.stream) + other.uncertainty + doubt(other.stream);
}

/** How much further off a stream may be than its clock says. */
export type Doubt = (stream: string) => Micros;

export interface Relation {
  readonly order: Order;
  /** Whether the spans meet as the clocks stand, before error bars. */
  readonly nominal: boolean;
}

/** Whether a span meets a window: under every shift within the error, under some, or under none. */
export function relate(span: Interval, window: Interval, slack: Micros): Relation {
  const nominal = span.earliest <= window.latest && span.latest >= window.earliest;
  if (span.earliest - slack > window.latest || span.latest + slack < window.earliest)
    return { order: 'impossible', nominal };
  const always = span.earliest + slack <= window.latest && span.latest - slack >= window.earliest;
  return { order: always ? 'certain' : 'possible', nominal };
}
