import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { PARSERS } from '../../parsers/index.js';
import { filetime, writeEvtx } from '../../parsers/windows-evtx/write-evtx.js';
import type { Input } from '../ingest/discover.js';
import type { Hit } from './hit.js';
import { type SearchRequest, type SearchResult, search } from './search.js';

const NOTHING_ELSE: Omit<SearchRequest, 'query'> = {
  threads: 1,
  zones: [],
  clocks: [],
  layers: [],
  machines: [],
  span: null,
  before: 0,
  after: 0,
  countOnly: false,
};

type Files = Readonly<Record<string, string | Uint8Array>>;

function inputsOf(files: Files): readonly Input[] {
  return Object.entries(files)
    .map(([path, content]): Input => ({ kind: 'memory', path, content: Buffer.from(content as string) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function run(
  files: Files,
  text: string,
  more: Partial<SearchRequest> & { regex?: boolean } = {},
): Promise<SearchResult> {
  const { regex = false, ...rest } = more;
  return search({ query: { text, regex, case: 'smart' }, ...NOTHING_ELSE, ...rest }, inputsOf(files), PARSERS);
}

async function hitsOf(...args: Parameters<typeof run>): Promise<readonly Hit[]> {
  const hits: Hit[] = [];
  for await (const hit of (await run(...args)).hits()) hits.push(hit);
  return hits;
}

const marked = (hit: Hit): readonly string[] => hit.matches.map(([start, end]) => hit.text.slice(start, end));
const utc = (text: string): number => Date.parse(text) * 1000;

/** Lines of an rsyslog file with its zone stated, a second apart. */
function syslog(host: string, start: string, zone: string, bodies: readonly string[]): string {
  const first = Date.parse(`${start}Z`);
  return bodies
    .map((body, i) => {
      const stamp = new Date(first + i * 1000).toISOString().replace('Z', `000${zone}`);
      return `${stamp} ${host} app[7]: ${body}\n`;
    })
    .join('');
}

describe('what matches', () => {
  const files = {
    syslog: syslog('web01', '2024-03-03T02:00:00', '+00:00', [
      'Disk ERROR one',
      'disk error two',
      'naïve Ångström 😀 end',
    ]),
  };

  test('smart case: a query in lower case folds, one with an upper-case letter does not', async () => {
    expect((await hitsOf(files, 'error')).map(marked)).toEqual([['ERROR'], ['error']]);
    expect((await hitsOf(files, 'ERROR')).map(marked)).toEqual([['ERROR']]);
    expect((await hitsOf(files, 'd.sk \\S+ two', { regex: true })).map(marked)).toEqual([['disk error two']]);
  });

  test('letters beyond ASCII fold too, and ranges count UTF-16 units', async () => {
    expect((await hitsOf(files, 'ångström 😀')).map(marked)).toEqual([['Ångström 😀']]);
    expect(await hitsOf(files, 'angstrom')).toEqual([]);
    // Decomposed: other code points, which the log does not hold.
    expect(await hitsOf(files, 'nai\u0308ve')).toEqual([]);
  });

  test('every match of a line, and the place of the line', async () => {
    const [hit] = await hitsOf(files, '[dr]', { regex: true });
    expect(hit?.matches.length).toBeGreaterThan(1);
    expect(hit?.at).toEqual({ line: 1, byteOffset: 0, record: null });
    const [second] = await hitsOf(files, 'two');
    expect(second?.at.byteOffset).toBe(Buffer.byteLength(files.syslog.split('\n')[0] ?? '') + 1);
  });

  test.each(['', 'a\nb', 'x'.repeat(5000)])('refuses %j', async (text) => {
    await expect(run(files, text)).rejects.toMatchObject({ nextStep: expect.any(String) });
  });

  test.each(['x*', '(', '(?=x)', '(a)\\1', '$'])('refuses the expression %s', async (text) => {
    await expect(run(files, text, { regex: true })).rejects.toMatchObject({ nextStep: expect.any(String) });
  });

  test('a continuation line, a wrapped line, and a line that is part of no record', async () => {
    const wrapped = {
      syslog:
        'no stamp here, blocked for more than nothing\n' +
        '2024-03-03T02:00:00.000000+00:00 web01 kernel: INFO: task jbd2 blocked for more than\n  120 seconds.\n' +
        '2024-03-03T02:00:01.000000+00:00 web01 kernel: next\n',
    };
    const [across] = await hitsOf(wrapped, 'more than 120 seconds');
    expect([across?.at.line, marked(across as Hit)]).toEqual([2, ['more than\n  120 seconds']]);
    const both = await hitsOf(wrapped, 'blocked for more than');
    expect(both.map((hit) => [hit.at.line, hit.utc])).toEqual([
      [2, utc('2024-03-03T02:00:00Z')],
      [1, null],
    ]);
    expect(
      (await hitsOf(wrapped, '120 SEC', { query: { text: '120 SEC', regex: false, case: 'insensitive' } })).length,
    ).toBe(1);
  });
});

describe('every format', () => {
  const fixtures: [string, string, string][] = [
    ['linux-syslog', 'guest', 'kernel'],
    ['linux-dmesg', 'guest', 'linux version'],
    ['systemd-journal', 'guest', 'kernel'],
    ['systemd-journal-export', 'guest', 'MESSAGE='],
    ['windows-event-xml', 'hypervisor', 'eventid'],
    ['windows-event-json', 'hypervisor', 'id'],
    ['perfmon-csv', 'storage', 'PhysicalDisk'],
    ['iostat', 'storage', 'sda'],
    ['backup-job-csv', 'backup', 'success'],
    ['veeam-job-log', 'backup', 'job'],
    ['altaro', 'backup', 'backup'],
    ['hyperv-inventory-json', 'inventory', 'vm'],
    ['topology-yaml', 'inventory', 'host'],
  ];

  test.each(fixtures)('%s', async (format, layer, text) => {
    const folder = new URL(`../../parsers/${format}/fixtures/`, import.meta.url);
    const files: Record<string, Uint8Array> = {};
    for (const name of readdirSync(folder).filter((n) => !n.endsWith('.jsonl')))
      files[`x/${name}`] = readFileSync(new URL(encodeURIComponent(name), folder));
    const hits = await hitsOf(files, text, { query: { text, regex: false, case: 'insensitive' } });
    expect(hits.length).toBeGreaterThan(0);
    expect(hits.map((hit) => hit.format)).toContain(format);
    for (const hit of hits) {
      expect(hit.layer).toBe(layer);
      const found = [
        ...marked(hit),
        ...hit.messageMatches.map(([start, end]) => (hit.message ?? '').slice(start, end)),
      ];
      // A record may match in a message that its text holds in another form.
      if (hit.matches.length > 0) expect(found[0]?.toLowerCase()).toBe(text.toLowerCase());
    }
    expect(hits.some((hit) => hit.matches.length > 0)).toBe(true);
  });

  test('windows-evtx: the XML and the message, with neighbours', async () => {
    const files = { 'System.evtx': evtx(5) };
    const [hit] = await hitsOf(files, 'harddisk3', { before: 1, after: 2 });
    expect([hit?.at.record, hit?.title, marked(hit as Hit)]).toEqual([3, 'disk 7', ['Harddisk3']]);
    expect(hit?.before.map((one) => one.record)).toEqual([2]);
    expect(hit?.after.map((one) => one.record)).toEqual([4, 5]);
    expect(hit?.channel).toBe('System');
  });

  test('records that memory had no room for are read again', async () => {
    // Forty thousand events of 800 characters are twice what is kept.
    const hits = await hitsOf({ 'System.evtx': evtx(40_000) }, 'device', { after: 1 });
    expect(hits.length).toBe(40_000);
    hits.forEach((hit, i) => {
      if (
        hit.at.record === i + 1 &&
        hit.text.includes(`Harddisk${i + 1}<`) &&
        hit.after.length === (i < 39_999 ? 1 : 0)
      )
        return;
      expect.unreachable(`hit ${i}: record ${hit.at.record}, ${hit.after.length} after, ${hit.text.slice(-120)}`);
    });
  }, 60_000);
});

function evtx(count: number): Uint8Array {
  return writeEvtx(
    Array.from({ length: count }, (_, i) => ({
      ...{ provider: 'disk', eventId: 7, level: 2, channel: 'System', computer: 'HV01' },
      time: filetime('2024-03-03T02:00:00Z') + BigInt(i) * 10_000_000n,
      data: [{ name: null, value: `\\Device\\Harddisk${i + 1}` }],
    })),
  );
}

describe('how a source is stored', () => {
  const bodies = ['first', 'the needle', 'third'];
  const text = syslog('web01', '2024-03-03T02:00:00', '+00:00', bodies);

  test.each([
    ['CRLF', Buffer.from(text.replaceAll('\n', '\r\n'))],
    ['gzip', gzipSync(text)],
    ['UTF-16 little-endian', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 big-endian', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['no last line end', Buffer.from(text.trimEnd())],
  ])('%s: the same hit and neighbours', async (_name, content) => {
    const [hit, ...more] = await hitsOf({ log: content }, 'needle', { before: 5, after: 5 });
    const [before, line, after] = text.trimEnd().split('\n');
    expect(more).toEqual([]);
    expect([hit?.at.line, hit?.text, hit?.utc]).toEqual([2, line, utc('2024-03-03T02:00:01Z')]);
    expect(hit?.before).toEqual([{ line: 1, record: null, text: before, title: null, message: null }]);
    expect(hit?.after).toEqual([{ line: 3, record: null, text: after, title: null, message: null }]);
  });

  test('neighbours end where the file does', async () => {
    const [hit] = await hitsOf({ log: text }, 'first', { before: 3, after: 1 });
    expect([hit?.before.length, hit?.after.map((one) => one.line)]).toEqual([0, [2]]);
    const [last] = await hitsOf({ log: text }, 'third', { before: 1, after: 3 });
    expect([last?.before.map((one) => one.line), last?.after.length]).toEqual([[2], 0]);
  });

  test('invalid bytes, NUL, and a line of 3 MiB around the needle', async () => {
    const hostile = Buffer.concat([
      Buffer.from(text),
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.alloc(100),
      Buffer.from('\n2024-03-03T02:00:05.000000+00:00 web01 app: needle \xff '),
      Buffer.alloc(3 << 20, 0x78),
      Buffer.from('\n2024-03-03T02:00:06.000000+00:00 web01 app: another needle\u001b[31m\n'),
    ]);
    const hits = await hitsOf({ log: hostile }, 'needle', { before: 2, after: 2 });
    expect(hits.map((hit) => hit.at.line)).toEqual([2, 6, 7]);
    expect(Buffer.byteLength(hits[1]?.text ?? '')).toBe(1 << 20);
    expect(hits[1]?.text).toContain('needle \xff xxx');
    expect(hits[1]?.after[0]?.line).toBe(7);
    expect(hits[2]?.text).toContain('\u001b[31m');
  });
});

describe('a large log, of which only the lines with the literal are read', () => {
  const lines: string[] = [];
  for (let i = 0, size = 0; size < 9 << 20; i++) {
    const stamp = new Date(Date.UTC(2024, 2, 3, i > 60_000 ? 2 : 0) + i * 300).toISOString().replace('Z', '000+00:00');
    const special = i % 5000 === 77 ? `Needle "${i}" in \u001b[31mHay\u001b[0mstack` : `(root) CMD (true ${i})`;
    // A silence of two hours: what lies around it is read line by line for its time.
    lines.push(`${stamp} db01 CRON[${i % 30_000}]: ${special}`);
    size += lines.at(-1)?.length ?? 0;
  }
  const text = `${lines.join('\n')}\n`;
  const expected = lines.flatMap((line, i) => (line.includes('Needle') ? [i + 1] : []));

  test.each([
    ['needle', false],
    ['Needle "', false],
    ['[a-z]eedle', true],
    ['Needle|zzzzzz', true],
    ['in Haystack', false],
    ['le', false],
  ])('%s', async (query, regex) => {
    const hits = await hitsOf({ 'guest/db01/syslog': text }, query, { regex });
    expect(hits.map((hit) => hit.at.line)).toEqual(expected);
    for (const hit of hits) expect(hit.text).toBe(lines[(hit.at.line ?? 0) - 1]);
  });

  test('hits where one 1 MiB chunk of the scanner ends and the next begins', async () => {
    const bytes = Buffer.from(text);
    for (const border of [1 << 20, 2 << 20, (1 << 20) + 2]) {
      for (const shift of [-9, -3, 0]) {
        const copy = Buffer.from(bytes);
        copy.fill(0x2e, border + shift, border + shift + 12);
        copy.write('xborderneedl', border + shift);
        const hits = await hitsOf({ log: copy }, 'borderneedl');
        expect(hits.map((hit) => hit.matches.map(([at, end]) => hit.text.slice(at - 1, end)))).toEqual([
          ['xborderneedl'],
        ]);
      }
    }
  }, 30_000);
});

describe('time, machine and layer', () => {
  const files = {
    'guest/web01/syslog': syslog('web01', '2024-03-03T03:00:00', '+01:00', ['x needle', 'y needle', 'z']),
    'guest/db01/syslog': syslog('db01', '2024-03-02T21:00:00', '-05:00', ['a needle', 'b needle']),
    'hosts/HV01/System.evtx': writeEvtx([
      {
        ...{ provider: 'disk', eventId: 7, level: 2, channel: 'System', computer: 'HV01' },
        time: filetime('2024-03-03T02:00:00.5Z'),
        data: [{ name: null, value: 'needle' }],
      },
    ]),
    'inventory.yaml': 'faultline: topology\nvms:\n  - name: web01\n    host: HV01\n    # needle\n',
  };
  const places = (hits: readonly Hit[]): readonly string[] => hits.map((hit) => `${hit.path}:${hit.at.line}`);

  test('in time order over zones; of one time in the order of the sources; undated last', async () => {
    const hits = await hitsOf(files, 'needle');
    const dated = hits.filter((hit) => hit.utc !== null);
    expect(places(dated)).toEqual([
      'guest/db01/syslog:1',
      'guest/web01/syslog:1',
      'hosts/HV01/System.evtx:null',
      'guest/db01/syslog:2',
      'guest/web01/syslog:2',
    ]);
    expect(hits.slice(dated.length).every((hit) => hit.path === 'inventory.yaml')).toBe(true);
    expect(dated[0]).toMatchObject({ basis: 'stated', host: 'db01', written: { micros: utc('2024-03-02T21:00:00Z') } });
  });

  test('both ends of a span belong to it, and what is undated is counted', async () => {
    const span = (earliest: string, latest: string) => ({
      span: { earliest: utc(earliest), latest: utc(latest) },
      layers: ['guest'] as const,
    });
    expect(places(await hitsOf(files, 'needle', span('2024-03-03T02:00:00Z', '2024-03-03T02:00:00Z')))).toHaveLength(2);
    expect(places(await hitsOf(files, 'needle', span('2024-03-03T02:00:01Z', '2024-03-04T00:00:00Z')))).toHaveLength(2);
    expect(await hitsOf(files, 'needle', span('2024-03-03T02:00:01.001Z', '2024-03-04T00:00:00Z'))).toEqual([]);
    const { undated, found } = await run({ dmesg: DMESG }, 'needle', {
      span: { earliest: 0, latest: utc('2030-01-01T00:00:00Z') },
    });
    expect([found, undated]).toEqual([0, 1]);
  });

  test('a layer', async () => {
    expect([...new Set((await hitsOf(files, 'needle', { layers: ['hypervisor'] })).map((hit) => hit.layer))]).toEqual([
      'hypervisor',
    ]);
    expect(await hitsOf(files, 'needle', { layers: ['backup'] })).toEqual([]);
  });

  test('a VM with the hosts it ran on, and a host', async () => {
    const byVm = places(await hitsOf(files, 'needle', { machines: ['WEB01'] }));
    expect(byVm).toEqual(['guest/web01/syslog:1', 'hosts/HV01/System.evtx:null', 'guest/web01/syslog:2']);
    expect(places(await hitsOf(files, 'needle', { machines: ['hv01.corp.example'] }))).toEqual([
      'hosts/HV01/System.evtx:null',
    ]);
    expect(await hitsOf(files, 'needle', { machines: ['nobody'] })).toEqual([]);
  });

  test('a kernel log without wall time is dated by the record it shares with a syslog', async () => {
    const shared = '2024-03-03T02:00:00.000000+00:00 web01 kernel: [  123.456789] needle in both\n';
    const hits = await hitsOf({ dmesg: DMESG, syslog: shared.repeat(3) }, 'needle');
    const dated = hits.find((hit) => hit.path === 'dmesg');
    expect(dated?.basis).toBe('derived');
    expect(Math.abs((dated?.utc ?? 0) - utc('2024-03-03T02:00:00Z'))).toBeLessThan(1e6);
  });

  test('counting needs no references, and agrees', async () => {
    expect((await run(files, 'needle', { countOnly: true })).found).toBe((await hitsOf(files, 'needle')).length);
    const some = { countOnly: true, layers: ['guest'] as const, machines: ['db01'] };
    expect((await run(files, 'needle', some)).found).toBe(2);
  });
});

const DMESG =
  '[    0.000000] Linux version 6.1.0 (gcc)\n[    1.000000] Command line: x\n[  123.456789] needle in both\n';
