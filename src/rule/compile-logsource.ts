import type { LogsourceRule } from '../model/rule.js';
import { readLogsource } from './compile-detection.js';
import type { CompileContext } from './context.js';
import { HEAD_KEYS, readHead } from './head.js';
import { entryOf, shown, type YamlNode } from './node.js';
import { watchReport } from './report.js';
import { distinct, list, oneOf, openSection, optional, prose, type Reader, required, text } from './section.js';
import { compileWhere } from './sigma/compile.js';
import { parsePattern, plainText } from './sigma/pattern.js';
import { valueText } from './sigma/text-value.js';
import { LAYERS } from './vocabulary.js';

const KEYS = [...HEAD_KEYS, 'kind', 'logsource', 'formats', 'where', 'layer', 'of', 'gives', 'get', 'kept', 'samples'];
const STREAM_OWNERS = ['vm', 'host', 'volume', 'job'] as const;
const FORMAT = text({ pattern: /^[a-z0-9-]+$/, fix: 'write the name of a parser, such as windows-evtx' });

/**
 * What a Sigma logsource means here; undefined when it has a mistake (then reported):
 *
 *     logsource: {product: windows, service: system}
 *     formats: [windows-evtx]
 *     where: {Channel: System}
 */
export function compileLogsourceRule(context: CompileContext): LogsourceRule | undefined {
  const { report, failed } = watchReport(context.report);
  const section = openSection(context.document.node, 'the logsource document', report, KEYS);
  if (section === undefined) return undefined;
  const head = readHead(section, { ...context, report }, { level: 'optional', wording: 'optional' });
  const logsource = required(section, 'logsource', readLogsource);
  const formats = required(section, 'formats', distinct(FORMAT, { min: 1 })) ?? [];
  const where = optional(section, 'where', (node, _what, tell) => compileWhere(node, tell), null);
  const layer = required(section, 'layer', oneOf(LAYERS, 'layers'));
  const of = required(section, 'of', oneOf(STREAM_OWNERS, 'owners of a stream'));
  const rule = {
    gives: required(section, 'gives', text()) ?? '',
    get: required(section, 'get', prose) ?? '',
    kept: required(section, 'kept', text()) ?? '',
    samples: required(section, 'samples', list(sampleOf(formats), { min: 1 })) ?? [],
  };
  if (failed() || logsource === undefined || layer === undefined || of === undefined) return undefined;
  return {
    ...head,
    kind: 'logsource',
    logsource,
    formats,
    where: where?.matches ?? null,
    channels: channelsOf(entryOf(section.node, 'where')?.value),
    layer,
    of,
    ...rule,
  };
}

function sampleOf(formats: readonly string[]): Reader<{ readonly format: string; readonly text: string }> {
  return (node, what, report) => {
    const section = openSection(node, what, report, ['format', 'text']);
    if (section === undefined) return undefined;
    const format = required(section, 'format', oneOf(formats, 'formats of this logsource'));
    const body = required(section, 'text', prose);
    return format === undefined || body === undefined ? undefined : { format, text: body };
  };
}

/** The channels of `where: {Channel: ...}` when that is all it says and nothing in it is a wildcard. */
function channelsOf(where: YamlNode | undefined): readonly string[] | null {
  if (where?.kind !== 'map' || where.entries.length !== 1) return null;
  const entry = where.entries[0];
  if (entry?.name !== 'Channel') return null;
  const values = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  const channels: string[] = [];
  for (const value of values) {
    if (value.kind !== 'scalar' || value.value === null || shown(value) === '') return null;
    const channel = plainText(parsePattern(valueText(value)));
    if (channel === null || channel === '') return null;
    channels.push(channel);
  }
  return channels;
}
