import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/model/record.js';
import { type ReadEvtx, readEvtx } from './read-evtx.js';

/**
 * Real files of three other readers, against what their own tests say about them. Counts and texts are taken from
 * the sources of those tests, so that nothing of them is repeated here.
 */
const corpus = process.env.FAULTLINE_CORPUS ?? '';
const RUST = join(corpus, 'evtx-omerbenamram');
const PYTHON = join(corpus, 'evtx-python-evtx/tests');
const GO = join(corpus, 'evtx-velocidex');

const bytesOf = (file: string): Uint8Array => new Uint8Array(readFileSync(file));
const known = new Map<string, ReadEvtx>();
function read(file: string): ReadEvtx {
  const result = known.get(file) ?? readEvtx(bytesOf(file));
  known.set(file, result);
  return result;
}

const source = (file: string): string => readFileSync(file, 'utf8');
const evtxOf = (folder: string): string[] =>
  corpus === ''
    ? []
    : readdirSync(folder)
        .filter((name) => name.endsWith('.evtx'))
        .map((name) => join(folder, name));
const EVERY = [...evtxOf(join(RUST, 'samples')), ...evtxOf(join(PYTHON, 'data')), ...evtxOf(join(GO, 'testdata'))];

/** Counts of test_full_samples.rs by file: read, and not readable for that reader. */
function rustCounts(): { file: string; good: number; bad: number }[] {
  const fixtures = source(join(RUST, 'tests/fixtures.rs'));
  const files = new Map(
    [...fixtures.matchAll(/pub fn (\w+)\(\) -> PathBuf \{\s*samples_dir\(\)\s*\.join\(\s*"([^"]+)"/g)].map((m) => [
      m[1],
      m[2],
    ]),
  );
  const calls = source(join(RUST, 'tests/test_full_samples.rs')).matchAll(
    /test_full_sample\(\s*(\w+)\(\),\s*(\d+),\s*(\d+),?\s*\)/g,
  );
  return [...calls]
    .map((m) => ({ file: join(RUST, 'samples', files.get(m[1]) ?? '?'), good: Number(m[2]), bad: Number(m[3]) }))
    .filter(({ file }) => existsSync(file));
}

/** Records that stand whole in their place: the plainest walk there is, and what every reader must find at least. */
function walk(bytes: Uint8Array): { whole: number[]; isDamaged: boolean } {
  const view = new DataView(bytes.buffer);
  const whole: number[] = [];
  let isDamaged = false;
  for (let base = 4096; base + 65_536 <= bytes.length; base += 65_536) {
    if (Buffer.from(bytes.subarray(base, base + 7)).toString('latin1') !== 'ElfChnk') {
      isDamaged ||= bytes.subarray(base, base + 65_536).some((byte) => byte !== 0);
      continue;
    }
    const free = base + view.getUint32(base + 48, true);
    let at = base + 512;
    while (at < free && view.getUint32(at, true) === 0x2a2a) {
      const size = view.getUint32(at + 4, true);
      if (size < 28 || at + size > free || view.getUint32(at + size - 4, true) !== size) break;
      whole.push(at);
      at += size;
    }
    isDamaged ||= at !== free && bytes.subarray(at, free).some((byte) => byte !== 0);
  }
  return { whole, isDamaged };
}

interface Tree {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: Tree[];
  text: string;
}

/** The part of saxes 6 used here; its own declarations do not pass a strict compiler. */
interface Saxes {
  on(event: 'error', handler: (error: Error) => void): void;
  on(
    event: 'opentag',
    handler: (tag: { readonly name: string; readonly attributes: Record<string, string> }) => void,
  ): void;
  on(event: 'text', handler: (text: string) => void): void;
  on(event: 'closetag', handler: () => void): void;
  write(xml: string): Saxes;
  close(): void;
}

const { SaxesParser } = createRequire(import.meta.url)('saxes') as { readonly SaxesParser: new () => Saxes };

function parseXml(xml: string): Tree {
  const root: Tree = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const sax = new SaxesParser();
  sax.on('error', (error) => {
    throw error;
  });
  sax.on('opentag', (tag) => {
    const node: Tree = { name: tag.name, attributes: { ...tag.attributes }, children: [], text: '' };
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  sax.on('text', (text) => {
    const node = open.at(-1);
    if (node !== undefined) node.text += text;
  });
  sax.on('closetag', () => {
    open.pop();
  });
  sax.write(xml).close();
  return root.children[0] ?? root;
}

/** What the readers print differently and means the same: times beyond microseconds, GUID braces and case. */
function plain(value: string): string {
  const time = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d\.\d{6})\d*(?:Z|\+00:00)$/.exec(value);
  if (time !== null) return `${time[1]}T${time[2]}Z`;
  const guid = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i.exec(value);
  return guid?.[1]?.toUpperCase() ?? value;
}

/**
 * Leaves out what only the peers print: evtx (Rust) gives an empty <Binary> and python-evtx empty attributes where an
 * optional substitution is NULL; MS-EVEN6 3.1.4.7.2 omits the element or attribute, and so does Windows.
 */
function normal(tree: Tree): unknown {
  const attributes = Object.entries(tree.attributes)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => [name, plain(value)]);
  const children = tree.children.filter((child) => child.name !== 'Binary' || child.text.trim() !== '').map(normal);
  const text = tree.text.trim() === '' ? '' : plain(tree.text);
  return {
    name: tree.name,
    attributes: Object.fromEntries(attributes),
    children,
    text: children.length > 0 ? '' : text,
  };
}

const byId = (file: string, id: number | null): LogRecord => {
  const { records } = read(file);
  const record = id === null ? records[0] : records.find((candidate) => candidate.at.record === id);
  if (record === undefined) throw new Error(`${basename(file)} has no record ${id}`);
  return record;
};

describe.skipIf(corpus === '')('every file', () => {
  it('is there', () => {
    expect(EVERY.length).toBeGreaterThanOrEqual(32);
  });

  it.each(EVERY.map((file) => [basename(file), file]))('%s', (_, file) => {
    const { records, issues } = read(file);
    const { whole, isDamaged } = walk(bytesOf(file));
    const found = new Set(records.map((record) => record.at.byteOffset));
    expect(whole.filter((at) => !found.has(at))).toEqual([]);
    const bad = issues.filter((issue) => issue.code.startsWith('evtx-record'));
    if (isDamaged) expect(issues.some((issue) => issue.severity !== 'info')).toBe(true);
    else {
      expect(records).toHaveLength(whole.length);
      expect(bad).toEqual([]);
    }
    const damaged = new Set(bad.map((issue) => issue.at?.byteOffset));
    for (const record of records) {
      expect(record.time).not.toBeNull();
      // Two records whose values were zeroed keep their place and the time of their header.
      if (!damaged.has(record.at.byteOffset)) expect(record.ident).not.toBe('');
      expect(record.text).toMatch(/^<Event .*<\/Event>$/);
    }
  });

  it('gives well-formed XML', () => {
    for (const record of read(join(RUST, 'samples/system.evtx')).records)
      expect(parseXml(record.text).name).toBe('Event');
  });
});

describe.skipIf(corpus === '')('evtx (Rust)', () => {
  it.each(corpus === '' ? [] : rustCounts())('count of $file', ({ file, good, bad }) => {
    const { records, issues } = read(file);
    // Where that reader gives up on a damaged record it leaves the chunk; we go on at the next record.
    if (bad === 0) expect(records).toHaveLength(good);
    else {
      expect(records.length).toBeGreaterThanOrEqual(good);
      expect(issues.filter((issue) => issue.severity === 'data-loss').length).toBeGreaterThan(0);
    }
  });

  it('a record of size 0 costs that reader the rest of its chunk', () => {
    const text = source(join(RUST, 'tests/test_full_samples.rs'));
    const count = Number(/zero-data-size-event\.evtx"[\s\S]*?assert_eq!\(count, (\d+)/.exec(text)?.[1]);
    const { records, issues } = read(join(RUST, 'samples/sample-with-zero-data-size-event.evtx'));
    // Its count has one error in it; the 115 records behind it are readable.
    expect(records.length).toBeGreaterThan(count - 1);
    expect(issues.filter((issue) => issue.code === 'evtx-record-damaged')).toHaveLength(1);
  });

  const tests = corpus === '' ? [] : source(join(RUST, 'tests/test_record_samples.rs')).split('#[test]').slice(1);
  const snapshots = tests.flatMap((text) => {
    const name = /fn test_(\w+)/.exec(text)?.[1] ?? '';
    const file = join(RUST, 'samples', /samples\/([^"]+)"/.exec(text)?.[1] ?? '?');
    const id = /event_record_id == (\d+)/.exec(text)?.[1];
    const names = [name, `${name}-2`].map((part) => join(RUST, `tests/snapshots/test_record_samples__${part}.snap`));
    if (!existsSync(file)) return [];
    return names
      .filter(existsSync)
      .map((snapshot) => ({ name: basename(snapshot), file, id: id === undefined ? null : Number(id), snapshot }));
  });

  it.each(snapshots)('$name', ({ file, id, snapshot }) => {
    const body = source(snapshot).split(/^---$/m).slice(2).join('---').trim();
    const tree = parseXml(byId(file, id).text);
    if (body.startsWith('<?xml')) expect(normal(tree)).toEqual(normal(parseXml(body)));
    else {
      const leaves = jsonLeaves(JSON.parse(body));
      expect(leaves.length).toBeGreaterThan(8);
      const ours = new Set(treeLeaves(tree));
      expect(leaves.filter((leaf) => !ours.has(leaf))).toEqual([]);
    }
  });

  it('has snapshots', () => {
    expect(snapshots.length).toBeGreaterThanOrEqual(12);
  });
});

/** `System/Provider@Name=disk`: attributes stand in `#attributes` or in `X_attributes`, named data under its name. */
function jsonLeaves(value: unknown, path = ''): string[] {
  if (value === null || value === '') return [];
  if (Array.isArray(value)) return value.flatMap((item) => jsonLeaves(item, path));
  if (typeof value !== 'object') return [`${path}=${plain(String(value))}`];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === '#text') return jsonLeaves(inner, path);
    if (key === '#attributes') return attributeLeaves(inner, path);
    if (key.endsWith('_attributes')) return attributeLeaves(inner, `${path}/${key.slice(0, -11).replace(/_\d+$/, '')}`);
    // It numbers repeated names: Header, Header_1.
    return jsonLeaves(inner, `${path}/${key.replace(/_\d+$/, '')}`);
  });
}

const attributeLeaves = (value: object, path: string): string[] =>
  Object.entries(value).flatMap(([name, inner]) => jsonLeaves(inner, `${path}@${name}`));

function treeLeaves(tree: Tree, path = ''): string[] {
  const name = tree.name === 'Data' ? (tree.attributes.Name ?? 'Data') : tree.name;
  const here = `${path}/${name}`;
  const attributes = Object.entries(tree.attributes).map(([key, value]) => `${here}@${key}=${plain(value)}`);
  return [...attributes, `${here}=${plain(tree.text)}`, ...tree.children.flatMap((child) => treeLeaves(child, here))];
}

describe.skipIf(corpus === '')('python-evtx', () => {
  const data = (name: string): string => join(PYTHON, 'data', name);

  it.each([
    ['system.evtx', 'test_chunks'],
    ['security.evtx', 'test_chunks2'],
  ])('record ids of every chunk of %s', (name, test) => {
    const text = source(join(PYTHON, 'test_chunks.py')).split(`def ${test}(`)[1]?.split('\ndef ')[0] ?? '';
    const ranges = [...text.matchAll(/"start_log": (\d+), "end_log": (\d+)/g)].map(
      (m) => [Number(m[1]), Number(m[2])] as const,
    );
    expect(ranges.length).toBeGreaterThan(5);
    const expected = ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
    expect(read(data(name)).records.map((record) => record.at.record)).toEqual(expected);
  });

  it('XML of test_render_record', () => {
    const text = source(join(PYTHON, 'test_records.py')).split('def test_render_record(')[1] ?? '';
    const xml = /dedent\(\s*"""\\\n([\s\S]*?)"""/.exec(text)?.[1]?.replaceAll('\\\\', '\\').trim() ?? '';
    // It rounds to microseconds where the rest of the world cuts.
    const ours = byId(data('system.evtx'), null).text.replace(
      /(\.\d{6})([5-9])Z/,
      (_, cut: string) => `${(Number(cut) + 1e-6).toFixed(6).slice(1)}Z`,
    );
    expect(normal(parseXml(ours))).toEqual(normal(parseXml(xml)));
  });

  it('hexadecimal numbers of issue 38: it pads them, Windows does not', () => {
    const padded = /data\.text == "(0x[0-9a-f]+)"/.exec(source(join(PYTHON, 'test_issue_38.py')))?.[1] ?? '';
    expect(byId(data('issue_38.evtx'), null).fields.SubjectLogonId).toBe(`0x${BigInt(padded).toString(16)}`);
  });

  it('time of issue 39', () => {
    const text = source(join(PYTHON, 'test_issue_39.py'));
    const id = Number(/record_num\(\) != (\d+)/.exec(text)?.[1]);
    const time = /"SystemTime"\) == "([^"]+)"/.exec(text)?.[1] ?? '';
    expect(plain(/SystemTime='([^']+)'/.exec(byId(data('issue_39.evtx'), id).text)?.[1] ?? '')).toBe(plain(time));
  });

  it('strings it cannot decode (issues 37 and 43) are read byte for byte', () => {
    const id = Number(/get_record_by_num\(log, (\d+)\)/.exec(source(join(PYTHON, 'test_issue_43.py')))?.[1]);
    expect(byId(data('issue_43.evtx'), id).fields.EventID).toBeTypeOf('number');
    const attempted = Number(/attempted == (\d+)/.exec(source(join(PYTHON, 'test_issue_37.py')))?.[1]);
    const { records, issues } = read(data('dns_log_malformed.evtx'));
    expect(records).toHaveLength(attempted);
    expect(issues).toEqual([]);
    // The bytes its comment shows: 40 a6 35 01 2e, in Windows-1252.
    expect(records[1]?.fields.QNAME).toBe('b._dns-sd._udp.@\u00a65\u0001.');
  });
});

describe.skipIf(corpus === '')('velocidex', () => {
  it.each([
    ['Event4624_linux', 'Security.evtx'],
    ['Event4624_windows', 'Security.evtx'],
    ['CAPI2_Operational', 'Microsoft-Windows-CAPI2_Operational_EventID70.evtx'],
  ])('%s', (golden, name) => {
    const expected = JSON.parse(source(join(GO, `fixtures/${golden}.golden`))) as { System: { EventRecordID: number } };
    const tree = parseXml(byId(join(GO, 'testdata', name), expected.System.EventRecordID).text);
    const ours = new Set(treeLeaves(tree).map((leaf) => loose(leaf.replace(/^\/Event/, ''))));
    // It turns hex into numbers, times into seconds, and renders a message from the registry of its machine.
    const leaves = jsonLeaves(expected)
      .filter((leaf) => !/^\/(Message|System\/TimeCreated)/.test(leaf))
      .map(loose);
    expect(leaves.length).toBeGreaterThan(15);
    expect(leaves.filter((leaf) => !ours.has(leaf))).toEqual([]);
  });

  /** Attributes and elements are the same to it, as are 0x10 and 16 (to the precision of its own JSON numbers). */
  function loose(leaf: string): string {
    const [, path = '', value = ''] = /^([^=]*)=([\s\S]*)$/.exec(leaf) ?? [];
    const number = /^(0x[0-9a-f]+|\d+)$/.test(value) ? String(Number(value)) : value;
    return `${path.replace(/@/g, '/').replace(/\/Value$/, '')}=${number}`;
  }
});
