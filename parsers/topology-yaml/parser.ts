import type { Position } from '../../src/model/record.js';
import type { Fact } from '../../src/model/source.js';
import { defineParser, type Sink } from '../../src/parser/parser.js';
import { bufferText, type TextBuffer } from '../../src/parser/text-position.js';
import { readYaml } from './document.js';
import { sniff, withoutRemarks } from './shape.js';
import { readStatements, type State } from './statements.js';

/** Some 5,000 VMs with host, volume and disk. The file is written by hand. */
const LIMIT = 1 << 20;

export default defineParser({
  id: 'topology-yaml',
  title: 'topology.yaml: which VM is where, written by hand',
  layer: 'inventory',
  reads: 'text',
  sniff,
  open(_context, sink) {
    const buffer = bufferText();
    let isTooLong = false;
    return {
      text(chunk, { byteOffset }) {
        isTooLong ||= buffer.text.length + chunk.length > LIMIT;
        if (isTooLong) buffer.drop(buffer.text.length);
        else buffer.append(chunk, byteOffset);
      },
      end() {
        if (!isTooLong) return read(buffer, sink);
        const note = 'the file is longer than 1 MiB and was not read: name only the VMs, hosts and volumes of the case';
        sink.issue('topology-mistake', 'error', note, { line: 1, byteOffset: null, record: null });
      },
    };
  },
});

function read(buffer: TextBuffer, sink: Sink): void {
  const { text, removed } = withoutRemarks(buffer.text);
  const positionOf = positions(buffer);
  const mistakes: { readonly offset: number; readonly note: string }[] = [];
  const facts: Fact[] = [];
  const mistake = (offset: number, problem: string, fix: string): void => {
    mistakes.push({ offset, note: `line ${positionOf(offset).line}: ${problem}: ${fix}` });
  };
  for (const offset of removed) mistake(offset, 'this line is no part of the YAML', 'remove it');
  const root = readYaml(text, mistake);
  const state: State = (fact, offset) => facts.push({ ...fact, at: positionOf(offset) });
  if (root !== null) readStatements(root, { mistake, state });
  // From top to bottom, as the person who wrote the file will go through it.
  mistakes.sort((a, b) => a.offset - b.offset);
  for (const { offset, note } of mistakes) sink.issue('topology-mistake', 'error', note, positionOf(offset));
  for (const fact of facts) sink.fact(fact);
}

/** Line of an offset, and the byte at which that line begins. */
function positions(buffer: TextBuffer): (offset: number) => Position {
  const { text } = buffer;
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const bytes = starts.map((start) => buffer.place(start).byteOffset);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, byteOffset: bytes[low] ?? null, record: null };
  };
}
