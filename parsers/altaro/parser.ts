import { splitLines } from '../../src/parser/csv.js';
import { defineParser, type Head } from '../../src/parser/parser.js';
import { followOperation } from './operation.js';
import { findStamp } from './stamp.js';

export default defineParser({
  id: 'altaro',
  title: 'Altaro / Hornetsecurity VM Backup operation and job handler log',
  layer: 'backup',
  // Read whole: the end of an operation is the stamp of a line that no rule asks for.
  reads: 'text',
  sniff,
  open(context, sink) {
    const operation = followOperation(context.path, sink);
    return splitLines(
      ({ text, at }) => operation.line(text.endsWith('\r') ? text.slice(0, -1) : text, { ...at, record: null }),
      (at) => {
        const note = 'a line is longer than 1 MiB; only its first MiB was read';
        sink.issue('record-truncated', 'data-loss', note, { ...at, record: null });
      },
      () => operation.end(),
    );
  },
});

/** Words that only Altaro's own components write. */
const CERTAIN = [
  /\bControllerRct\.DoWork\(\)/,
  /\bCONTROLLER RESULT\b.*=/,
  /\bConcurrency Identifier for \S+ set to [0-9a-f]{8}-/i,
  /\bAltaro\.SubAgent\b/,
] as const;
/** Words that a text about Altaro has as well. */
const LIKELY = [/\bALTERR_\w+/, /\bRCTCONTROLLER_\d{3}\b/, /\bControllerRct\b/, /\bAltaro Temp Checkpoint\b/] as const;

function sniff(head: Head): number {
  // Windows events, HTML and scripts name these words too, but not in lines that a program's log has.
  if (/^\s*[<{#[]*\s*(?:<|\{|#!|param\b|import\b|function\b)/i.test(head.text)) return 0;
  const lines = head.lines.filter((line) => !/^\s*(?:#|\/\/|<|\||\*|>)/.test(line));
  const certain = CERTAIN.filter((pattern) => lines.some((line) => pattern.test(line))).length;
  const likely = LIKELY.filter((pattern) => lines.some((line) => pattern.test(line))).length;
  if (certain + likely === 0 || !isLog(lines)) return 0;
  if (certain > 0) return 0.95;
  // The source of Altaro's Windows events: a list saved from the event viewer is not this format.
  return head.text.includes('Altaro VM Backup') ? 0 : 0.7;
}

/** At least every other line is a log's: it has a stamp, a bracket or a level at its begin, or is Altaro's own. */
function isLog(lines: readonly string[]): boolean {
  const filled = lines.filter((line) => line.trim() !== '');
  const begun = filled.filter((line) => LOG_LINE.test(line) || findStamp(line) !== null);
  return begun.length * 2 >= filled.length;
}

const LOG_LINE =
  /^\s*(?:\[|\d|ControllerRct\b|Concurrency Identifier\b|(?:INFO|DEBUG|TRACE|WARN|WARNING|ERROR|FATAL)\b(?!,))/;
