import { suggest } from './nearest.js';
import type { ScalarNode } from './node.js';
import type { Report } from './report.js';
import { type Reader, text } from './section.js';
import { CAUSES, INCIDENT_KINDS, isPrefixed, UNDETERMINED } from './vocabulary.js';

const OWN = 'or write an id of your own with a prefix, like acme:thing';

/** An incident kind as a value. */
export const incidentKind: Reader<string> = (node, what, report) => {
  const value = text()(node, what, report);
  return value === undefined || node.kind !== 'scalar' ? undefined : checkIncidentKind(node, value, report);
};

/** An incident kind, also as a key. */
export function checkIncidentKind(node: ScalarNode, value: string, report: Report): string | undefined {
  if (INCIDENT_KINDS.has(value) || isPrefixed(value)) return value;
  const fix = `${suggest(value, INCIDENT_KINDS.keys(), 'incident kinds')} (${OWN})`;
  report(node.place, value, `unknown incident kind '${value}'`, fix);
  return undefined;
}

export const causeId: Reader<string> = (node, what, report) => {
  const value = text()(node, what, report);
  // "Some other mechanism" is weighed like any other candidate, so it may have a document of its own.
  if (value === undefined || value === UNDETERMINED || CAUSES.includes(value) || isPrefixed(value)) return value;
  report(node.place, value, `unknown cause '${value}'`, `${suggest(value, CAUSES, 'causes')} (${OWN})`);
  return undefined;
};
