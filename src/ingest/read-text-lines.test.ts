import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PARSERS } from '../../parsers/index.js';
import type { StreamStats } from '../model/coverage.js';
import type { LineIndex } from '../model/line-index.js';
import type { LogRecord } from '../model/record.js';
import type { ClockEvidence } from '../model/source.js';
import { EVERYTHING } from '../parser/collect.js';
import type { Sink } from '../parser/parser.js';
import type { ScannerOptions } from '../scan/line-scanner.js';
import { scanSection } from '../scan/scan-section.js';
import { type Section, sectionBuffers } from '../scan/section.js';
import { createLineScanner } from '../scan/wasm-scanner.js';
import { type LineParser, type LineReading, type LineSource, readTextLines } from './read-text-lines.js';
import { sniffFormat } from './sniff.js';
import { collectStreams } from './stream-stats.js';

const NO_TIMES = { firsts: null, lasts: null, reach: null };
const LITERALS = ['i/o error', 'needle', 'remounting'];

interface Read {
  readonly streams: readonly StreamStats[];
  readonly records: readonly LogRecord[];
  readonly total: number;
  readonly clock: readonly ClockEvidence[];
  readonly issues: ReadonlyMap<string, number>;
  readonly index: LineIndex;
}

function parserOf(id: string): LineParser {
  const parser = PARSERS.find((one) => one.id === id);
  if (parser?.reads !== 'lines') throw new Error(id);
  return parser;
}

function read(parser: LineParser, bytes: Buffer, sizes: LineReading | null): Read {
  const records: LogRecord[] = [];
  const clock: ClockEvidence[] = [];
  const issues = new Map<string, number>();
  const streams = collectStreams();
  const sink: Sink = {
    record(record) {
      records.push(record);
      streams.record(record);
    },
    counted: () => {},
    metric: () => {},
    column: () => {},
    fact: () => {},
    clock: (evidence) => void clock.push(evidence),
    issue: (code) => void issues.set(code, (issues.get(code) ?? 0) + 1),
  };
  // Like a file: fewer bytes than asked for, in an array that the next call writes over.
  const room = Buffer.alloc(1 << 21);
  const input = {
    size: bytes.length,
    read: (offset: number, length: number) =>
      room.fill(0x2e, 0, 4096).subarray(0, bytes.copy(room, 0, offset, offset + length)),
  };
  const listener = {
    ...{ sink, streams, pathHost: null },
    literals: sizes === null ? null : LITERALS,
    open: (to: Sink) => parser.open({ path: 'test', pathHost: null }, to, EVERYTHING),
  };
  const { counted, index } = readTextLines(
    parser,
    { bytes: input, encoding: 'utf-8', start: 0 },
    listener,
    sizes ?? {},
  );
  return { streams: streams.streams('s1'), records, total: records.length + counted, clock, issues, index };
}

/** What must not depend on how much was read. */
function essence({ streams, total, issues }: Read): object {
  // The line limit of the scanner is another than that of the reader here.
  return { streams, total, issues: [...issues].filter(([code]) => code !== 'record-truncated').sort() };
}

const pad = (value: number): string => String(value).padStart(2, '0');
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

function bsd(micros: number): string {
  const date = new Date(Math.floor(micros / 1000));
  const day = String(date.getUTCDate()).padStart(2, ' ');
  return `${MONTHS[date.getUTCMonth()]} ${day} ${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`;
}

function iso(micros: number, zone: string, digits: number): string {
  const fraction =
    digits === 0
      ? ''
      : `.${String(micros % 1e6)
          .padStart(6, '0')
          .padEnd(9, '7')
          .slice(0, digits)}`;
  return `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19)}${fraction}${zone}`;
}

const HOSTS = [
  'web01',
  'db',
  'backup.example.com',
  'a-host-with-a-name-of-forty-characters-x',
  '2001:db8::1',
  'fifteen-chars-x',
  '16-characters-xy',
];
const STEPS = [
  0,
  0,
  1,
  999_999,
  1e6,
  2.5e6,
  59_999_999,
  60e6,
  61e6,
  3600e6,
  40 * 86400e6,
  -1,
  -400_000,
  -1e6,
  -5e6,
  -7200e6,
];
const ODD = [
  'java.lang.IllegalState: no',
  'Caused by',
  '==> /var/log/messages <==',
  '--',
  '',
  '\tat com.example.Main',
  ' 120 seconds.',
  '[   12.345678] pasted',
  'Mar 33 02:14:07 web01 x: y',
  'kern.log:Mar  3 02:14:07 web01 su: z',
  '<13>',
  '<34>no stamp',
  '1 2003-10-11T22:14:15.003Z host app - - - m',
  'Mar  3 02:14:07.123 web01 x: y',
  'Mar  3 02:14:07 kernel: no host',
  '2024-03-03T02:14:07-00:00 web01 x: y',
  '2024-03-03 02:14:07 web01 x: y',
  '2024-03-03T02:14:07 web01 x: y',
  'Mai  3 02:14:07 web01 x: y',
  '\0\0\0Mar  3 02:14:07 web01 x: y',
  '\tx\0Mar  4 02:14:07 web01 x: y',
  '\x1b[1mMar  3 02:14:07 web01 x: y\x1b[0m',
  'x'.repeat(700),
  'root@web01:~# tail -f',
  '-- MARK --',
];

interface Event {
  readonly host: number;
  readonly step: number;
  readonly what: number;
  readonly up: number;
}

/** `quiet` of a hundred lines are ordinary. */
function render(
  events: readonly Event[],
  form: string,
  zones: readonly string[],
  end: string,
  tail: boolean,
  repeats: Repeats,
): Buffer {
  let micros = Date.UTC(2023, 11, 30, 22) * 1000;
  let uptime = 5e6;
  const lines = events.map(({ host, step, what, up }, i) => {
    micros = Math.max(Date.UTC(2023, 0, 2) * 1000, micros + (STEPS[step % STEPS.length] ?? 0));
    uptime =
      up % 23 === 0
        ? (up % 2) * 400_000
        : up % 19 === 0
          ? Math.max(0, uptime - 3e6)
          : uptime + (up % 7) * 20e6 + 123_457;
    if (what >= 88 && what < 88 + 12) return ODD[(what * 31 + up) % ODD.length] ?? '';
    const stamp =
      form === 'bsd'
        ? bsd(micros)
        : iso(micros, zones[Math.floor(i / 20) % zones.length] ?? 'Z', up % 3 === 0 ? 6 : up % 10);
    const name = HOSTS[host % HOSTS.length] ?? '';
    const priority = up % 11 === 0 ? `<${up}>` : '';
    const kernel = `[${String(Math.floor(uptime / 1e6)).padStart(5, ' ')}.${String(Math.floor(uptime % 1e6)).padStart(6, '0')}]`;
    return `${priority}${stamp} ${name} ${bodyOf(what, up, kernel, repeats)}`;
  });
  return Buffer.from(lines.join(end) + (tail ? end : ''), 'latin1');
}

const RSYSLOG = [
  'sshd[1]: message repeated 2 times: [ a needle]',
  'CRON[2]: message repeated 2 times: [ (root) CMD (x)]',
];

/** One daemon writes its repeats in one way. Both in one file and of several hosts at once are counted one record apart. */
type Repeats = 'sysklogd' | 'rsyslog';

function bodyOf(what: number, up: number, kernel: string, repeats: Repeats): string {
  if (what < 40) return `CRON[${up}]: (root) CMD (x)`;
  if (what < 55) return `kernel: ${kernel} eth0: link up`;
  if (what < 60) return ['kernel: I/O error', `kernel: ${kernel} I/O error`, 'sshd[1]: a needle'][up % 3] ?? '';
  if (what < 63) return `kernel: ${kernel} Linux version 6.1.${up % 9}-amd64 (x) #1`;
  if (what < 66)
    return (
      [`kernel: <6>${kernel} x`, `kernel[0]: ${kernel} x`, `kernel:${kernel} x`, `kernel: kernel: ${kernel} x`][
        up % 4
      ] ?? ''
    );
  if (what < 72) return repeats === 'sysklogd' ? `last message repeated ${up} times` : (RSYSLOG[up % 2] ?? '');
  if (what < 75) return `app: caf\xe9 ${up % 2 === 0 ? '\x1b[31mred\x1b[0m' : 'n\0ul'}`;
  if (what < 77) return `app: ${'y'.repeat(up * 9)}`;
  return `postfix/smtpd[${up}]: connect from mail`;
}

const event = fc.record({ host: fc.nat(20), step: fc.nat(40), what: fc.nat(99), up: fc.nat(190) });
/** `plain`: every kernel line in the one form whose uptime the scanner reads, no repeats, nothing odd. */
const log = (kind: 'any' | 'plain'): fc.Arbitrary<Buffer> =>
  fc
    .record({
      events: fc.array(event, { minLength: 1, maxLength: 150, size: 'max' }),
      hosts: fc.integer({ min: 1, max: HOSTS.length }),
      calm: fc.boolean(),
      form: fc.constantFrom('bsd', 'iso'),
      zones: fc.constantFrom(['Z'], ['+01:00', '+02:00'], ['-0530'], ['+00:00', 'Z']),
      end: fc.constantFrom('\n', '\r\n'),
      tail: fc.boolean(),
      repeats: fc.constantFrom<Repeats[]>('sysklogd', 'rsyslog'),
    })
    .map(({ events, hosts, calm, form, zones, end, tail, repeats }) => {
      const few = events.map((e) => ({
        host: e.host % hosts,
        what: kind === 'plain' ? e.what % 63 : calm ? e.what % 85 : e.what,
        step: calm ? e.step % 6 : e.step,
        up: e.up,
      }));
      return render(few, form, zones, end, tail, repeats);
    });

const sizes = fc.record({
  section: fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.constant(1 << 24)),
  lineLimit: fc.oneof(fc.integer({ min: 1000, max: 3000 }), fc.constant(1 << 20)),
  prefilterFrom: fc.constant(0),
  share: fc.constant(0),
});

/** Records that a rule could match, with their boots. */
function wanted({ records }: Read): readonly LogRecord[] {
  return records.filter(({ text }) => LITERALS.some((literal) => text.toLowerCase().includes(literal)));
}

/** Pairs of wall time and uptime: of every ten minutes of a boot the least delayed. Reading every line may keep two. */
function ownPairs({ clock }: Read): readonly unknown[] {
  const least = new Map<string, { readonly delay: number; readonly evidence: ClockEvidence }>();
  for (const evidence of clock) {
    if (evidence.kind !== 'uptime' || evidence.anchor !== 'syslog') continue;
    const key = `${evidence.host} ${evidence.boot} ${Math.floor(evidence.uptime / 600e6)}`;
    const delay = (evidence.written ?? 0) - evidence.uptime;
    if (delay < (least.get(key)?.delay ?? Number.POSITIVE_INFINITY)) least.set(key, { delay, evidence });
  }
  return [...least].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { evidence }]) => evidence);
}

const RUNS = Number(process.env.RUNS ?? 300);

describe.each(['linux-syslog', 'systemd-journal'])('selective reading of %s', (id) => {
  const parser = parserOf(id);

  it('says of every stream what reading every line says, and counts every record and every trouble', () => {
    fc.assert(
      fc.property(log('any'), sizes, (bytes, size) => {
        const selected = read(parser, bytes, size);
        const every = read(parser, bytes, null);
        expect(essence(selected)).toEqual(essence(every));
        expect({ ...selected.index, ...NO_TIMES }).toEqual({ ...every.index, ...NO_TIMES });
      }),
      { numRuns: RUNS },
    );
  });

  it('reads what a rule can match in the same boots, and finds the same pairs of wall time and uptime, in sections of any size', () => {
    fc.assert(
      fc.property(log('plain'), sizes, (bytes, size) => {
        const selected = read(parser, bytes, size);
        const every = read(parser, bytes, null);
        expect(wanted(selected)).toEqual(wanted(every));
        expect(ownPairs(selected)).toEqual(ownPairs(every));
        expect(selected.index).toEqual(every.index);
      }),
      { numRuns: RUNS },
    );
  });
});

const consoleLine = fc
  .record({ step: fc.nat(30), what: fc.nat(60) })
  .chain(({ step, what }) => fc.constant({ step, what }));

/** A kernel log, now and then of another boot, with lines of other writers. */
function consoleLog(lines: readonly { readonly step: number; readonly what: number }[], end: string): Buffer {
  let uptime = 0;
  const texts = lines.map(({ step, what }) => {
    uptime = step === 30 ? 0 : step === 29 ? uptime + 3600e6 : Math.max(0, uptime + (step - 2) * 300_000);
    const stamp = (at: number): string =>
      `[${String(Math.floor(at / 1e6)).padStart(5, ' ')}.${String(at % 1e6).padStart(6, '0')}]`;
    if (what < 40) return `${what % 7 === 0 ? '<6>' : ''}${stamp(uptime)} usb 1-1: new device ${what}`;
    if (what < 44) return `${stamp(uptime)} I/O error, dev sda`;
    if (what < 46) return `${stamp(uptime)} Starting Load/${stamp(uptime + 1000)} EXT4-fs (sda1): mounted`;
    if (what < 48) return `${stamp(uptime)}[  T${what}] EXT4-fs (sda1): [${what}] [drm] x`;
    return CONSOLE[what % CONSOLE.length] ?? '';
  });
  return Buffer.from(texts.join(end) + end, 'latin1');
}

const CONSOLE = [
  '[  OK  ] Started x.',
  '',
  ' 120 seconds',
  '[    3.00000] short',
  '[   3.000000 <    0.000012>] delta',
  'plain',
  '6,1234,5678901,-;msg',
  ' SUBSYSTEM=scsi',
  'a\rb',
  '[    1.000000] one\r[    1.500000] two',
  '\0\0[    2.000000] x',
];

describe('selective reading of linux-dmesg', () => {
  it('says of the stream what reading every line says', () => {
    const parser = parserOf('linux-dmesg');
    fc.assert(
      fc.property(
        fc.array(consoleLine, { minLength: 1, maxLength: 120, size: 'max' }),
        fc.constantFrom('\n', '\r\n'),
        sizes,
        (lines, end, size) => {
          const bytes = consoleLog([{ step: 2, what: 0 }, ...lines], end);
          const selected = read(parser, bytes, size);
          const every = read(parser, bytes, null);
          expect(essence(selected)).toEqual(essence(every));
          // Lines whose stamp only the parser can read may begin a boot: how many there were is then its guess.
          const unbooted = (of: Read): unknown => wanted(of).map((record) => ({ ...record, boot: null }));
          expect(unbooted(selected)).toEqual(unbooted(every));
        },
      ),
      { numRuns: RUNS },
    );
  });
});

it('takes sections that were scanned each for itself, as other threads do', () => {
  const parser = parserOf('linux-syslog');
  fc.assert(
    fc.property(log('any'), fc.integer({ min: 50, max: 3000 }), (bytes, size) => {
      const sections = ({ bytes: input }: LineSource, options: ScannerOptions): Section[] =>
        Array.from({ length: Math.ceil(input.size / size) }, (_, i) => {
          const scanner = createLineScanner(options);
          if (scanner === null) throw new Error('this Node has no WebAssembly SIMD');
          const section = scanSection(input, i * size, (i + 1) * size, scanner, { startsHere: i === 0 });
          return structuredClone(section, { transfer: sectionBuffers(section) });
        });
      const apart = read(parser, bytes, { prefilterFrom: 0, share: 0, sections });
      expect(essence(apart)).toEqual(essence(read(parser, bytes, null)));
    }),
    { numRuns: 60 },
  );
});

describe('readTextLines', () => {
  const parser = parserOf('linux-syslog');
  const line = (second: number): string =>
    `${iso(1.7e15 + second * 1e6, '+00:00', 6)} web01 CRON[${second}]: (root) CMD (x)\n`;

  it('decodes every line of a log that has no prefix it can read', () => {
    const text = 'Mar  3 02:14:07 kernel: [12.345678] no host\n'.repeat(1000);
    const { records, index } = read(parser, Buffer.from(text), { prefilterFrom: 0 });
    expect(records).toHaveLength(1000);
    expect(index.lineCount).toBe(1000);
  });

  it('reads hardly anything of a large log in which nothing is wanted', () => {
    const text = Array.from({ length: 20_000 }, (_, i) => line(i)).join('');
    const { records, total, streams, index } = read(parser, Buffer.from(text), { prefilterFrom: 0, section: 100_000 });
    expect(records.length).toBeLessThan(3);
    expect({ total, first: streams[0]?.first, last: streams[0]?.last }).toEqual({
      total: 20_000,
      first: 1.7e15,
      last: 1.7e15 + 19_999e6,
    });
    expect(index.offsets.length).toBe(Math.ceil(text.length / 65_536));
  });

  it('reads lines around and over 1 MiB as the reader of every line does', () => {
    for (const length of [2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 2 ** 20 + 2, 3 * 2 ** 20]) {
      const long = line(1)
        .trimEnd()
        .padEnd(length - 3, 'y');
      const bytes = Buffer.from(`${line(0)}${long}\u00e9z\n${line(2)}${long} needle\n wrapped\n${line(3)}${long}`);
      const selected = read(parser, bytes, { prefilterFrom: 0, section: 2 ** 20 });
      const every = read(parser, bytes, null);
      expect(selected.issues).toEqual(every.issues);
      expect(essence(selected)).toEqual(essence(every));
      expect(selected.records.find(({ text }) => text.includes('wrapped'))).toEqual(every.records[3]);
    }
  });
});

const CORPUS = process.env.FAULTLINE_CORPUS;

describe.skipIf(CORPUS === undefined)('selective reading of real logs', () => {
  const root = CORPUS ?? '';
  const names = CORPUS === undefined ? [] : readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  const logs = names.filter(
    (name) => /loghub|hotsos|insights|lnav|ext4/.test(name) && statSync(join(root, name)).isFile(),
  );
  const parsers = ['linux-syslog', 'systemd-journal', 'linux-dmesg'].map(parserOf);

  it.each(parsers.map((parser) => [parser.id, parser] as const))('%s', (_id, parser) => {
    let compared = 0;
    for (const name of logs) {
      const bytes = readFileSync(join(root, name));
      const inputs = { size: bytes.length, read: (at: number, n: number) => bytes.subarray(at, at + n) };
      if (bytes.length > 4 << 20 || sniffFormat(inputs, PARSERS).parser?.id !== parser.id) continue;
      const every = read(parser, bytes, null);
      for (const section of [1 << 14, 1 << 30]) {
        const selected = read(parser, bytes, { prefilterFrom: 0, share: 0, section });
        expect({ name, ...essence(selected) }).toEqual({ name, ...essence(every) });
      }
      compared++;
    }
    expect(compared).toBeGreaterThan(3);
  });
});
