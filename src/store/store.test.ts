import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Detection } from '../model/detection.js';
import type { SourceReading } from '../model/reading.js';
import type { LogRecord, MetricColumn } from '../model/record.js';
import { answerKey, loadAnswer, saveAnswer } from './answers.js';
import { DamagedCase } from './damaged.js';
import { loadColumns, saveColumns } from './metrics.js';
import { type CaseFile, openCase } from './open.js';
import { loadReading, saveReading } from './readings.js';
import { numberReading, withSourceId } from './source-ids.js';
import { insertSource, listSources, type NewSource, removeStale } from './sources.js';
import { fillTables } from './tables.js';

const top = mkdtempSync(join(tmpdir(), 'faultline-store-'));
const opened: CaseFile[] = [];
afterAll(() => {
  for (const one of opened) one.close();
  rmSync(top, { recursive: true, force: true });
});

let runs = 0;
let open: CaseFile;
beforeEach(async () => {
  open = await openCase(join(top, `${runs++}.case`));
  opened.push(open);
});

const at = (line: number) => ({ line, byteOffset: line * 100, record: null });

function record(n: number, text: string): LogRecord {
  const time = {
    micros: 1_709_431_200_000_301 + n,
    clock: 'wall',
    utcOffset: 0,
    yearless: false,
    resolution: 1,
  } as const;
  return {
    ...{ time, until: null, host: 'db01', channel: null, ident: 'kernel', pid: null, severity: 4, body: text, text },
    ...{ uptime: n * 0.5, boot: '#0', repeat: 1, fields: { facility: 'kern' }, at: at(n) },
  };
}

function detection(id: string, n: number, text = `line ${n}`): Detection {
  const first = record(n, text);
  const origin = { source: id, at: first.at, series: null, value: null, interval: null, written: null, text };
  return {
    ...{ id: `${id}#${n}`, rule: 'core/a/b', role: 'onset', level: 'high', layer: 'guest', source: id },
    ...{
      stream: `${id}|db01|`,
      entity: { type: 'vm', name: 'db01' },
      captures: { device: 'sda' },
      statement: 'it broke',
    },
    ...{ first, last: first, count: 1, began: null, epoch: null, origins: [origin] },
  };
}

function reading(id: string, detections: readonly Detection[]): SourceReading {
  const stream = {
    ...{ id: `${id}.0`, source: id, host: 'db01', channel: null, clock: 'wall', yearless: false, statesOffset: true },
    ...{ statedOffsets: [], records: 9, first: 1, last: 2.5, silences: [{ earliest: 1, latest: 2 }], rhythm: null },
    ...{
      yearTurns: [],
      leapTurns: [],
      contiguous: null,
      firstRecordId: null,
      sampling: null,
      objectTypes: [],
      kernel: null,
    },
    ...{ stepsBack: [], opening: 1, closing: 2.5 },
  } as SourceReading['source']['streams'][number];
  const fact = { kind: 'vm-host', vm: 'db01', host: 'HV01', at: null } as const;
  return {
    index: {
      offsets: Float64Array.of(0, 65_540),
      lines: Float64Array.of(1, 700),
      firsts: Float64Array.of(1, 2),
      lasts: Float64Array.of(2, 3),
      reach: Float64Array.of(2, 3),
      lineCount: 1400,
    },
    source: {
      ...{
        id,
        path: 'guests/db01/syslog',
        format: 'linux-syslog',
        sha256: 'aa',
        bytes: 10,
        records: 9,
        layer: 'guest',
      },
      ...{
        issues: [{ code: 'c', severity: 'info', at: null, note: 'n', count: 2 }],
        pathHost: 'db01',
        streams: [stream],
      },
      clock: [{ kind: 'stated-offset', utcOffset: 0, zone: 'Z', at: at(1) }],
      facts: [fact],
    },
    detections,
    observations: {
      statements: [{ fact, source: id, basis: 'derived' }],
      ...{ guests: ['db01'], hypervisors: [], computers: [], measured: [] },
    },
  };
}

const SOURCE: NewSource = {
  path: 'guests/db01/syslog',
  identity: {
    file: '/evidence/guests/db01/syslog',
    size: 10,
    mtimeNs: 1_709_431_200_123_456_789n,
    head: 'h',
    tail: 't',
  },
  ...{ sha256: 'aa', program: 'p', rulesKey: 'r', metricsKept: null, format: 'linux-syslog' },
};

const kept = (source: NewSource = SOURCE, of = reading('', [])): number => insertSource(open, source, of);
const count = (table: string): unknown => open.db.prepare(`SELECT count(*) AS n FROM ${table}`).pluck().get();

test('a source comes back as it was, to the nanosecond', () => {
  const id = kept();
  expect(listSources(open)).toEqual([{ ...SOURCE, id, given: true }]);
});

test('a removed source takes everything of it along', () => {
  const row = kept();
  open.write(() => {
    saveReading(open, row, reading('', [detection('', 1)]));
    fillTables(open, row, reading('', [detection('', 1)]));
    saveColumns(open, row, [column('a', [1, 2])]);
  });
  const tables = ['reading', 'detection', 'stream', 'clock_evidence', 'fact', 'issue', 'series', 'number_array'];
  for (const table of tables) expect([table, Number(count(table)) > 0]).toEqual([table, true]);
  removeStale(open, 'another/path', () => true);
  expect(count('source')).toBe(1);
  removeStale(open, SOURCE.path, ({ file }) => file === SOURCE.identity.file);
  for (const table of ['source', ...tables]) expect([table, count(table)]).toEqual([table, 0]);
});

test('a failed transaction leaves what was there', () => {
  const row = kept();
  expect(() =>
    open.write(() => {
      removeStale(open, SOURCE.path, () => true);
      throw new Error('stop');
    }),
  ).toThrow('stop');
  expect(listSources(open).map(({ id }) => id)).toEqual([row]);
});

test('a full disk is said in words, and nothing of the source stays', () => {
  open.db.pragma(`max_page_count = ${Number(open.db.pragma('page_count', { simple: true })) + 2}`);
  const large = reading('', [detection('', 1, 'x'.repeat(200_000))]);
  expect(() => open.write(() => saveReading(open, kept(), large))).toThrow(/no space left for the case/);
  expect(count('source')).toBe(0);
});

describe('a reading', () => {
  test('comes back whole, in parts, under another source id', () => {
    const long = 'y'.repeat(1 << 20);
    const textOf = (n: number): string => (n % 2 === 0 ? `${n}${long}` : `\ud800${n}`);
    const of = (id: string) =>
      reading(
        id,
        Array.from({ length: 40 }, (_, n) => detection(id, n, textOf(n))),
      );
    const row = kept();
    saveReading(open, row, withSourceId(of('s7'), 's7', ''));
    expect(Number(count('reading'))).toBeGreaterThan(2);
    const back = loadReading(open, row, SOURCE.path) as SourceReading;
    numberReading(back, 's1');
    // Said as one word: a difference would be 40 MB long.
    expect(JSON.stringify(back) === JSON.stringify(of('s1'))).toBe(true);
    expect(JSON.stringify(withSourceId(of('s7'), 's7', 's1')) === JSON.stringify(back)).toBe(true);
  });

  test('of what nobody recognises', () => {
    const nobody = {
      unrecognised: { path: 'x.jpg', bytes: 3, sha256: 'a', firstBytes: '\\xff', reason: 'unknown-format' },
    } as const;
    const row = kept({ ...SOURCE, path: 'x.jpg', format: null });
    saveReading(open, row, nobody);
    expect(loadReading(open, row, 'x.jpg')).toEqual(nobody);
    expect(() => loadReading(open, row, 'y.jpg')).toThrow(DamagedCase);
  });

  test('an id of another source is our mistake', () => {
    expect(() => withSourceId(reading('s7', []), 's8', 's1')).toThrow(/is not of source s8/);
  });

  test('altered or missing, it is refused', () => {
    const row = kept();
    expect(() => loadReading(open, row, SOURCE.path)).toThrow(DamagedCase);
    saveReading(open, row, reading('', [detection('', 1)]));
    open.db.exec("UPDATE reading SET packed = unhex(replace(hex(packed), '6C696E652031', '6C696E652032'))");
    expect(() => loadReading(open, row, SOURCE.path)).toThrow(DamagedCase);
  });

  test('the tables say what it says', () => {
    const row = kept();
    fillTables(open, row, reading('', [detection('', 4)]));
    expect(open.db.prepare('SELECT * FROM detection').get()).toEqual({
      ...{
        id: 1,
        source: row,
        n: 0,
        rule: 'core/a/b',
        role: 'onset',
        level: 'high',
        entity_type: 'vm',
        entity: 'db01',
      },
      ...{ host: 'db01', channel: null, written: 1_709_431_200_000_305, written_end: 1_709_431_200_000_305, uptime: 2 },
      ...{ count: 1, line: 4, byte_offset: 400, record: null, value: null, statement: 'it broke' },
      ...{ captures: '{"device":"sda"}', text: 'line 4' },
    });
    expect(open.db.prepare('SELECT kind, subject, object, basis FROM fact ORDER BY n').all()).toEqual([
      { kind: 'vm-host', subject: 'db01', object: 'HV01', basis: 'derived' },
      { kind: 'vm-host', subject: 'db01', object: 'HV01', basis: 'stated' },
    ]);
    expect(open.db.prepare('SELECT silences, last FROM stream').get()).toEqual({ silences: '[[1,2]]', last: 3 });
  });
});

function column(series: string, values: readonly number[], times = Float64Array.from(values)): MetricColumn {
  return {
    ...{ host: 'HV01', objectType: 'PhysicalDisk', object: '0 C:', metric: 'disk.queue', series },
    stamp: { clock: 'wall', utcOffset: null, yearless: false, resolution: 1000 },
    ...{ times, intervals: times, values: Float64Array.from(values), lines: times, offsets: times },
  };
}

describe('samples', () => {
  test('come back to the last bit, and what series share is kept once', () => {
    const times = Float64Array.of(1, 2, Number.NaN);
    const columns = [
      column('a', [0.1, -0, 5e-324], times),
      column('\ud800', [1, 2, 3], times),
      column('c', [0.1, -0, 5e-324]),
    ];
    const row = kept();
    saveColumns(open, row, columns);
    expect(loadColumns(open, row)).toEqual(columns);
    expect(count('number_array')).toBe(3);
  });

  test('altered, cut or missing, they are refused', () => {
    const row = kept();
    saveColumns(open, row, [column('a', [1, 2])]);
    const refused = (sql: string): void => {
      open.db.exec(`SAVEPOINT s; ${sql}`);
      expect(() => loadColumns(open, row)).toThrow(DamagedCase);
      open.db.exec('ROLLBACK TO s; RELEASE s');
    };
    refused('UPDATE number_array SET float64 = zeroblob(16)');
    refused('UPDATE series SET samples = 3');
    refused('DELETE FROM number_array');
    refused("UPDATE series SET exact = '{'");
    expect(loadColumns(open, row)).toHaveLength(1);
  });
});

describe('answers', () => {
  const question = { program: 'p', rules: 'r', asked: '{}', sources: [{ path: 'a', sha256: '1' }] };

  test('one question, one key', () => {
    const others = [
      { ...question, program: 'q' },
      { ...question, rules: 's' },
      { ...question, asked: '{"vm":1}' },
      { ...question, sources: [{ path: 'b', sha256: '1' }] },
      { ...question, sources: [{ path: 'a', sha256: '2' }] },
      { ...question, sources: [] },
    ];
    expect(new Set([question, ...others].map(answerKey)).size).toBe(7);
    expect(answerKey({ ...question, sources: [{ path: 'a', sha256: '1', more: 2 } as never] })).toBe(
      answerKey(question),
    );
  });

  test('are kept, replaced and forgotten; altered, they are refused', () => {
    expect(loadAnswer(open, 'k0')).toBeUndefined();
    for (let n = 0; n < 20; n++) saveAnswer(open, `k${n}`, { n, half: 0.5 });
    saveAnswer(open, 'k19', { n: 'again' });
    expect([loadAnswer(open, 'k3'), loadAnswer(open, 'k18'), loadAnswer(open, 'k19')]).toEqual([
      undefined,
      { n: 18, half: 0.5 },
      { n: 'again' },
    ]);
    expect(count('answer')).toBe(16);
    open.db.exec('UPDATE answer SET packed = zeroblob(40)');
    expect(() => loadAnswer(open, 'k19')).toThrow(DamagedCase);
  });
});

test('at rest a case is one file, whether it was written or not', async () => {
  kept();
  open.write(() => saveReading(open, 1, reading('', [])));
  open.close();
  const name = open.file.slice(top.length + 1);
  expect(readdirSync(top).filter((entry) => entry.startsWith(name))).toEqual([name]);
  open = await openCase(open.file);
  opened.push(open);
  expect(listSources(open)).toHaveLength(1);
});

describe('docs/case-file.md', () => {
  const text = readFileSync(new URL('../../docs/case-file.md', import.meta.url), 'utf8');

  test('its queries run', () => {
    const row = kept();
    fillTables(open, row, reading('', [detection('', 4)]));
    const queries = [...text.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql]) => sql ?? '');
    expect(queries.length).toBeGreaterThan(3);
    const results = queries.map((sql) => open.db.prepare(sql).all());
    expect(results[0]).toEqual([{ rule: 'core/a/b', level: 'high', matches: 1, entities: 1 }]);
    expect(results[1]).toMatchObject([{ written: '2024-03-03 02:00:00', path: SOURCE.path, line: 4, text: 'line 4' }]);
  });

  test('it names every table and every column', () => {
    const tables = open.db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all() as string[];
    expect(tables).toHaveLength(10);
    for (const table of tables) {
      const row = text.split('\n').find((line) => line.startsWith(`| \`${table}\` `)) ?? '';
      const columns = open.db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table) as string[];
      for (const column of columns)
        if (!['id', 'source', 'n'].includes(column)) expect(`${table}: ${row}`).toContain(`\`${column}\``);
    }
  });
});
