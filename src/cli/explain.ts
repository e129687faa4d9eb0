import { nearMissOf } from '../attribute/near-miss.js';
import { correlationMiss } from '../correlate/near-miss.js';
import type { Analysis } from '../model/analysis.js';
import type { Timed } from '../model/detection.js';
import type { Incident } from '../model/incident.js';
import type { Rule } from '../model/rule.js';
import { UserError } from '../model/user-error.js';
import type { Attribution } from '../model/verdict.js';
import { composeExplanation } from '../report/compose-explanation.js';
import { explanationToText } from '../report/explanation-text.js';
import { PLAIN } from '../report/text.js';
import { type EvidenceOptions, openEvidence } from './evidence.js';
import { nearest } from './nearest.js';
import { terminalPalette } from './palette.js';
import { VERSION } from './version.js';
import { writeOut } from './write-out.js';

export interface ExplainOptions extends EvidenceOptions {
  readonly format: 'text' | 'json';
  readonly out?: string;
  readonly cause?: string;
  readonly whyNot?: string;
}

/** `faultline explain INCIDENT PATH...`: returns the exit code. */
export async function runExplain(asked: string, paths: readonly string[], options: ExplainOptions): Promise<number> {
  const evidence = openEvidence(paths, options);
  const rule = options.whyNot === undefined ? null : ruleNamed(options.whyNot, evidence.ruleSet.rules);
  const analysis = evidence.analyze(await evidence.read(evidence.inputs), null, []);
  const incident = incidentNamed(asked, analysis.incidents);
  const attribution = analysis.attributions.find((one) => one.incident === incident.id) as Attribution;
  const cause = options.cause ?? null;
  if (cause !== null && !attribution.causes.some((one) => one.cause === cause))
    throw new UserError(
      `no hypothesis of the packs explains a ${incident.kind} by "${cause}"`,
      `one of: ${attribution.causes.map((one) => one.cause).join(', ')}`,
    );
  const byRule = detectionsByRule(analysis);
  const explanation = composeExplanation(
    analysis,
    {
      ...{ incident, attribution, cause, rule },
      nearMiss: (finding) => nearMissOf(finding, incident, byRule, analysis.topology),
      correlationMiss: rule?.kind === 'correlation' ? correlationMiss(rule, analysis.detections, incident.start) : null,
    },
    VERSION,
  );
  const { format, out } = options;
  const palette = out === undefined ? terminalPalette(process.stdout) : PLAIN;
  const text =
    format === 'json' ? `${JSON.stringify(explanation, null, 2)}\n` : explanationToText(explanation, palette);
  await writeOut(out ?? null, text);
  return 0;
}

function detectionsByRule({ detections }: Analysis): ReadonlyMap<string, readonly Timed[]> {
  const byRule = new Map<string, Timed[]>();
  for (const detection of detections) {
    const known = byRule.get(detection.rule);
    if (known === undefined) byRule.set(detection.rule, [detection]);
    else known.push(detection);
  }
  return byRule;
}

/** By its id, or by the name of its VM or host where it has only one. */
function incidentNamed(asked: string, incidents: readonly Incident[]): Incident {
  if (incidents.length === 0)
    throw new UserError('this evidence shows no incident', 'faultline report PATH... says what was read');
  const byId = incidents.find(({ id }) => id === asked);
  if (byId !== undefined) return byId;
  const own = incidents.filter(({ entity }) => entity.name.toLowerCase() === asked.toLowerCase());
  const [only] = own;
  if (own.length === 1 && only !== undefined) return only;
  const list = (own.length > 0 ? own : incidents).slice(0, 12);
  const named = list.map(({ id, kind, entity }) => `${id} (${kind} of ${entity.name})`).join(', ');
  const more = (own.length > 0 ? own : incidents).length - list.length;
  throw new UserError(
    own.length > 0 ? `${asked} had ${own.length} incidents` : `there is no incident "${asked}"`,
    `one of: ${named}${more > 0 ? ` and ${more} more` : ''}`,
  );
}

/** By its id, with or without the name of the core pack. */
function ruleNamed(asked: string, rules: readonly Rule[]): Rule {
  const found = rules.find(({ id }) => id === asked || id === `core/${asked}`);
  if (found !== undefined) return found;
  const names = rules.map(({ id }) => id.replace(/^core\//, ''));
  throw new UserError(`there is no rule "${asked}"`, `did you mean one of: ${nearest(asked, names, 3).join(', ')}`);
}
