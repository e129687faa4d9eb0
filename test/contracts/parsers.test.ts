import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PARSERS } from '../../parsers/index.js';
import { readSource } from '../../src/ingest/read-source.js';
import { pointAt } from '../../src/model/metric-column.js';
import type { LogRecord, MetricColumn, MetricPoint } from '../../src/model/record.js';
import { EVERYTHING } from '../../src/parser/collect.js';

const root = new URL('../../parsers/', import.meta.url).pathname;
const folders = readdirSync(root).filter((name) => statSync(join(root, name)).isDirectory());

test('parsers/index.ts lists every folder, in alphabetical order', () => {
  expect(PARSERS.map((p) => p.id)).toEqual(folders.sort());
});

interface Read {
  readonly format: string | null;
  readonly items: readonly (LogRecord | MetricPoint)[];
  readonly issues: readonly string[];
}

async function read(content: Uint8Array, path = 'evidence'): Promise<Read> {
  const items: (LogRecord | MetricPoint)[] = [];
  const listener = {
    record: (r: LogRecord) => void items.push(r),
    counted: () => {},
    interest: EVERYTHING,
    metric: (m: MetricPoint) => void items.push(m),
    column(column: MetricColumn) {
      for (let i = 0; i < column.times.length; i++) items.push(pointAt(column, i));
    },
    literals: null,
  };
  const outcome = await readSource({ kind: 'memory', path, content }, 's1', PARSERS, () => listener);
  if ('unrecognised' in outcome) return { format: null, items, issues: [] };
  return { format: outcome.source.format, items, issues: outcome.source.issues.map((i) => i.code) };
}

/** What two encodings of one text must agree on. */
function essence(items: Read['items']): readonly unknown[] {
  return items.map((item) =>
    'metric' in item
      ? [item.time, item.metric, item.value, item.object]
      : [item.time, item.body, item.fields, item.repeat, item.host],
  );
}

for (const parser of PARSERS) {
  const folder = join(root, parser.id);
  const fixtures = existing(join(folder, 'fixtures')).filter(
    (name) => !/\.expected\.jsonl$|\.json\.expected$/.test(name),
  );
  describe(parser.id, () => {
    test('has a README and is the default export of its folder', () => {
      expect(readFileSync(join(folder, 'README.md'), 'utf8').length).toBeGreaterThan(300);
      expect(readFileSync(join(folder, 'parser.ts'), 'utf8')).toContain('export default defineParser(');
    });

    if (parser.id !== 'windows-evtx') {
      test('has fixtures', () => {
        expect(fixtures.length).toBeGreaterThan(1);
      });
    }

    test('claims nothing of an empty file, prose, HTML, source code or noise', async () => {
      const texts = [
        '',
        'Dear all,\nplease find the logs below.\n',
        '<!doctype html><html><body>504</body></html>',
        'int main(void) { return 0; }\n',
        '\u0000\u0001\u0002\u0003'.repeat(100),
      ];
      for (const text of texts) expect((await read(Buffer.from(text))).format).not.toBe(parser.id);
    });

    if (parser.reads === 'bytes') return;
    for (const name of fixtures.filter((f) => !/utf-?16|bom|damaged|nul|invalid|latin/i.test(f))) {
      test(`${name}: UTF-16, BOM and CRLF give the same records`, async () => {
        const content = readFileSync(join(folder, 'fixtures', name));
        const text = content.toString('utf8').replaceAll('\r\n', '\n');
        const plain = await read(Buffer.from(text));
        if (plain.format !== parser.id) return;
        const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
        const variants = [
          Buffer.from(`\ufeff${text}`),
          utf16,
          Buffer.from(utf16).swap16(),
          Buffer.from(text.replaceAll('\n', '\r\n')),
        ];
        for (const variant of variants) {
          const got = await read(variant);
          expect(got.format).toBe(parser.id);
          // A quoted cell keeps the line ends it has.
          expect(JSON.stringify(essence(got.items)).replaceAll('\\r', '')).toBe(JSON.stringify(essence(plain.items)));
        }
      });
    }
  });
}

function existing(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
