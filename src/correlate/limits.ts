import type { Incident } from '../model/incident.js';
import { type Interval, isDated } from '../model/time.js';

/** The incidents a person asked for. Undated ones stay: leaving them out would hide them. */
export function withinLimits(
  incidents: readonly Incident[],
  span: Interval | null,
  entities: readonly string[],
): readonly Incident[] {
  const wanted = entities.map((name) => name.toLowerCase());
  return incidents
    .filter((i) => wanted.length === 0 || wanted.includes(i.entity.name.toLowerCase()))
    .filter(
      (i) =>
        span === null || !isDated(i.start) || (i.start <= span.latest && (i.defining.end ?? i.start) >= span.earliest),
    );
}
