import { parseSample, recogniseSample } from '../ingest/sample.js';
import type { Rule } from '../model/rule.js';
import type { Parser } from '../parser/parser.js';

/** A logsource document shows sample lines: each must be recognised as its format and give a record or a metric. */
export function checkSamples(rules: readonly Rule[], parsers: readonly Parser[]): readonly string[] {
  const problems: string[] = [];
  for (const rule of rules) {
    if (rule.kind !== 'logsource') continue;
    for (const { format, text } of rule.samples) {
      const content = Buffer.from(text, 'utf8');
      const recognised = recogniseSample(content, parsers);
      if (recognised !== format)
        problems.push(`${rule.file}: a sample of ${format} is recognised as ${recognised ?? 'nothing'}`);
      const parser = parsers.find((p) => p.id === format);
      if (parser !== undefined && parseSample(content, parser).length === 0)
        problems.push(`${rule.file}: a sample of ${format} gives no record`);
    }
  }
  return problems;
}
