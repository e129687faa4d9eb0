import type { LogRecord } from '../model/record.js';
import { entryOf, shown } from './node.js';
import { openSection, type Reader, required, text } from './section.js';
import { anyText, type FieldReader, fieldReader } from './sigma/field.js';
import { compileRegex, NO_FLAGS, type RuleRegex } from './sigma/regex.js';

/** One item of `capture`: groups of one expression over one field. */
export interface Capture {
  readonly field: string;
  readonly names: readonly string[];
  readonly read: FieldReader;
  readonly regex: RuleRegex;
}

const NO_CAPTURES: Readonly<Record<string, string>> = Object.freeze({});
const CAPTURE_NAME = /^[a-z][a-z0-9_]*$/;

/** `{field, re}` with named groups. */
export const capture: Reader<Capture> = (node, what, report) => {
  const section = openSection(node, what, report, ['field', 're']);
  if (section === undefined) return undefined;
  const field = required(section, 'field', text());
  const pattern = entryOf(section.node, 're')?.value;
  if (required(section, 're', text()) === undefined || pattern?.kind !== 'scalar') return undefined;
  const regex = compileRegex(pattern, NO_FLAGS, report);
  if (regex === undefined || field === undefined) return undefined;
  const { names } = regex;
  const wrong = names.find((name) => !CAPTURE_NAME.test(name));
  if (wrong !== undefined)
    report(pattern.place, wrong, `'${wrong}' cannot name a capture`, 'use a-z, 0-9 and _, beginning with a letter');
  if (names.length === 0) {
    const fix = 'name the part that is wanted: (?P<name>...)';
    report(pattern.place, shown(pattern), 'the expression captures nothing', fix);
    return undefined;
  }
  return wrong === undefined ? { field, names, read: fieldReader(field), regex } : undefined;
};

/** Named groups of the first capture that matches. */
export function captureFrom(captures: readonly Capture[]): (record: LogRecord) => Readonly<Record<string, string>> {
  if (captures.length === 0) return () => NO_CAPTURES;
  return (record) => {
    for (const { read, regex } of captures) {
      let found: Readonly<Record<string, string>> | null = null;
      anyText(read(record), (value) => {
        found = regex.groups(value);
        return found !== null;
      });
      if (found !== null) return found;
    }
    return NO_CAPTURES;
  };
}
