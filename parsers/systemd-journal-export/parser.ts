import { openJournal } from '../../src/parser/journal-entry.js';
import { type ByteInput, defineParser, type Head, type Sink } from '../../src/parser/parser.js';
import { type ExportEntry, readExport } from './entries.js';

export default defineParser({
  id: 'systemd-journal-export',
  title: 'systemd journal export (journalctl -o export)',
  layer: 'guest',
  reads: 'bytes',
  sniff,
  read: (input, _context, sink) => readEntries(input, sink),
});

// __CURSOR=s=...;i=...   __REALTIME_TIMESTAMP=1709428447000000
const ADDRESS = /^__(?:CURSOR=s=|REALTIME_TIMESTAMP=\d{10,16}$|MONOTONIC_TIMESTAMP=\d{1,16}$)/;

/** The address fields open every entry and cannot be mistaken; junk before the first is allowed. */
function sniff(head: Head): number {
  const read = head.lines.filter((line) => ADDRESS.test(line)).length;
  return read >= 2 ? 0.98 : read * 0.7;
}

const DAMAGE: Readonly<Record<NonNullable<ExportEntry['damage']>, string>> = {
  cut: 'the export ends inside an entry',
  'field-length': 'the length of a binary field does not lead to its end; reading went on at the next entry',
  'no-field': 'a line is neither a field nor the name of one',
};

function readEntries(input: ByteInput, sink: Sink): void {
  const journal = openJournal(sink);
  let record = 0;
  for (const { fields, byteOffset, damage } of readExport(input)) {
    const at = { line: null, byteOffset, record: ++record };
    if (damage !== null) sink.issue('damaged-entry', 'data-loss', DAMAGE[damage], at);
    if (fields.size > 0) journal.entry(fields, textOf(fields), at);
  }
  journal.end();
}

/** Characters of one value that are shown. */
const SHOWN = 4096;

function textOf(fields: ExportEntry['fields']): string {
  const lines: string[] = [];
  for (const [name, value] of fields) {
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) lines.push(`${name}=${one.slice(0, SHOWN)}`);
  }
  return lines.join('\n');
}
