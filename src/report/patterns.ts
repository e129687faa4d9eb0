import type { Analysis } from '../model/analysis.js';
import type { ReportPattern } from '../model/report.js';
import type { Micros } from '../model/time.js';
import type { Recurrence } from '../model/verdict.js';
import { formatTime } from './time.js';

/** Controls as they were weighed, and what recurs: same kind and leading cause on more than one incident. */
export function composePatterns(analysis: Analysis): readonly ReportPattern[] {
  const controls = analysis.controls.map(
    (c): ReportPattern => ({
      id: `control-${c.id}`,
      kind: 'control',
      statement: c.statement,
      incidents: c.incidents,
      table: [
        [c.exposedHarmed, c.exposedUnharmed],
        [c.otherHarmed, c.otherUnharmed],
      ],
      weight: Math.round(c.weight * 100) / 100,
    }),
  );
  return [...controls, ...analysis.recurrences.map(composeRecurrence)];
}

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

function composeRecurrence(recurrence: Recurrence): ReportPattern {
  const { kind, cause, incidents, entities, attributes, links, weekday, timeOfDay } = recurrence;
  const how = Object.entries(attributes).map(([key, value]) => `${key} ${value}`);
  const to = `${cause}${how.length > 0 ? ` (${how.join(', ')})` : ''}`;
  const common = [
    ...(weekday === null ? [] : [`on a ${WEEKDAYS[weekday]}`]),
    ...(timeOfDay === null ? [] : [`between ${clockTime(timeOfDay.earliest)} and ${clockTime(timeOfDay.latest)} UTC`]),
    ...links.map((link) => link.replaceAll('{entity}', 'it')),
  ];
  const each = common.length > 0 ? `; each time ${common.join('; ')}` : '';
  return {
    id: `recurrence-${kind}-${cause}`,
    kind: 'recurrence',
    statement: `${kind} attributed to ${to} ${incidents.length} times, on ${entities.join(', ')}${each}`,
    incidents,
    table: null,
    weight: null,
  };
}

/** `06:21`: the minute that the moment lies in. */
function clockTime(ofDay: Micros): string {
  return formatTime(ofDay, 1).slice(11, 16);
}
