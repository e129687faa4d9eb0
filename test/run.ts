import { PARSERS } from '../parsers/index.js';
import { analyze } from '../src/analyze.js';
import { corePack } from '../src/cli/load-rules.js';
import type { Input } from '../src/ingest/discover.js';
import type { Analysis } from '../src/model/analysis.js';
import type { Report } from '../src/model/report.js';
import type { RuleSet } from '../src/model/rule.js';
import { readEvidence } from '../src/read-evidence.js';
import { composeReport } from '../src/report/compose.js';
import { loadPacks } from '../src/rule/load.js';

/** The core pack, loaded once per test file. */
export const CORE: RuleSet = loadPacks([corePack()]);

export function memoryInputs(files: ReadonlyMap<string, Uint8Array | string>): readonly Input[] {
  return [...files]
    .map(
      ([path, content]): Input => ({
        kind: 'memory',
        path,
        content: typeof content === 'string' ? Buffer.from(content) : content,
      }),
    )
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export async function analyzeFiles(
  files: ReadonlyMap<string, Uint8Array | string>,
  zones: readonly string[] = [],
): Promise<Analysis> {
  return analyze({
    readings: await readEvidence(memoryInputs(files), CORE.rules, PARSERS),
    ruleSet: CORE,
    zones,
    clocks: [],
    span: null,
    entities: [],
  });
}

export async function reportOf(
  files: ReadonlyMap<string, Uint8Array | string>,
  zones: readonly string[] = [],
): Promise<Report> {
  return composeReport(await analyzeFiles(files, zones), '0.0.0-test');
}

/** What must not depend on names, paths, seeds or shifts: kind, cause, verdict, mechanism. */
export function verdictsOf(report: Report): readonly string[] {
  return report.incidents
    .map(
      (i) =>
        `${i.kind} ${i.verdict} ${i.verdict === 'undetermined' ? '' : i.causes[0]?.cause} ${JSON.stringify(i.verdict === 'undetermined' ? {} : i.causes[0]?.attributes)}`,
    )
    .sort();
}
