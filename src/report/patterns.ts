import type { Analysis } from '../model/analysis.js';
import type { ReportPattern } from '../model/report.js';

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
  return [...controls, ...recurrences(analysis)];
}

function recurrences(analysis: Analysis): readonly ReportPattern[] {
  const groups = new Map<string, { incidents: string[]; entities: Set<string> }>();
  analysis.incidents.forEach((incident, i) => {
    const attribution = analysis.attributions[i];
    const cause =
      attribution === undefined || attribution.verdict === 'undetermined'
        ? 'undetermined'
        : (attribution.causes[0]?.cause ?? 'undetermined');
    const key = `${incident.kind}|${cause}`;
    const group = groups.get(key) ?? { incidents: [], entities: new Set() };
    group.incidents.push(incident.id);
    group.entities.add(incident.entity.name);
    groups.set(key, group);
  });
  return [...groups]
    .filter(([, group]) => group.incidents.length > 1)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, group]) => {
      const [kind, cause] = key.split('|') as [string, string];
      return {
        id: `recurrence-${kind}-${cause}`,
        kind: 'recurrence',
        statement: `${kind} attributed to ${cause} ${group.incidents.length} times, on ${[...group.entities].sort().join(', ')}`,
        incidents: group.incidents,
        table: null,
        weight: null,
      };
    });
}
