import type { ClockEvidence } from '../model/source.js';
import type { ByteInput, LineReader, Sink } from '../parser/parser.js';
import { readLineAt } from './lines.js';
import type { EnvelopeLine } from './uptime-envelope.js';

/** The pair of wall time and uptime that a kernel line carries by its own two stamps. */
export function isOwnPair(evidence: ClockEvidence): boolean {
  return evidence.kind === 'uptime' && evidence.anchor === 'syslog';
}

/** Lets the parser say what the lines of the envelope prove; which boot they are of was found out before. */
export function readEnvelope(
  input: ByteInput,
  lines: readonly EnvelopeLine[],
  open: (sink: Sink) => LineReader,
  sink: Sink,
): void {
  for (const { byteOffset, line, boot } of lines) {
    const reader = open({
      ...SILENT,
      clock(evidence) {
        if (evidence.kind === 'uptime' && isOwnPair(evidence)) sink.clock({ ...evidence, boot });
      },
    });
    readLineAt(input, byteOffset, line, (text, at, offset) =>
      reader.line(text, { line: at, byteOffset: offset, record: null }),
    );
    reader.end();
  }
}

const SILENT: Sink = {
  record: () => {},
  counted: () => {},
  metric: () => {},
  column: () => {},
  clock: () => {},
  fact: () => {},
  issue: () => {},
};
