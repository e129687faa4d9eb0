import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/model/record.js';
import { EVERYTHING, WHOLE_RECORDS } from '../../src/parser/collect.js';
import type { Head, Sink } from '../../src/parser/parser.js';
import { offsetOfCopiedDate } from './copied-date.js';
import parser from './parser.js';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const CORPUS = process.env.FAULTLINE_CORPUS;

interface Collected {
  readonly items: Readonly<Record<string, unknown>>[];
  readonly records: LogRecord[];
  readonly issues: string[];
}

/** Feeds the text in pieces cut at `cuts` (between characters); offsets as a UTF-8 file has them. */
function read(text: string, cuts: readonly number[] = []): Collected {
  const found: Collected = { items: [], records: [], issues: [] };
  const sink: Sink = {
    ...WHOLE_RECORDS,
    record(record) {
      found.items.push({ record });
      found.records.push(record);
    },
    metric: (metric) => found.items.push({ metric }),
    clock: (clock) => found.items.push({ clock }),
    fact: (fact) => found.items.push({ fact }),
    issue(code, severity, note, at) {
      found.items.push({ issue: { code, severity, note, at } });
      found.issues.push(code);
    },
  };
  if (parser.reads !== 'text') throw new Error('windows-event-xml reads text');
  const reader = parser.open({ path: 'x', pathHost: null }, sink, EVERYTHING);
  const points = Array.from(text);
  const bounds = [0, ...[...new Set(cuts)].filter((cut) => cut < points.length).sort((a, b) => a - b), points.length];
  let byteOffset = 0;
  for (const [i, from] of bounds.slice(0, -1).entries()) {
    const chunk = points.slice(from, bounds[i + 1]).join('');
    reader.text(chunk, { byteOffset });
    byteOffset += Buffer.byteLength(chunk);
  }
  reader.end();
  return found;
}

function head(text: string): Head {
  return { bytes: Buffer.from(text), text, lines: text.split('\n'), path: 'x' };
}

const fixtures = readdirSync(FIXTURES).filter((file) => !file.endsWith('.expected.jsonl'));

describe('fixtures', () => {
  it.each(fixtures)('%s', (file) => {
    const text = readFileSync(join(FIXTURES, file), 'utf8');
    const expected = readFileSync(join(FIXTURES, file.replace(/\.[^.]+$/, '.expected.jsonl')), 'utf8');
    const lines = expected.split('\n').filter((line) => line !== '');
    // As text: JSON.parse and the parser agree on `__proto__` only there.
    expect(read(text).items.map((item) => JSON.stringify(item))).toEqual(lines);
    expect(parser.sniff(head(text))).toBeGreaterThanOrEqual(0.8);
  });
});

const EVENT =
  "<Event xmlns='x'><System><Provider Name='disk'/><EventID Qualifiers='49156'>7</EventID>" +
  "<TimeCreated SystemTime='2024-02-29T01:02:03.1234567Z'/><EventRecordID>5</EventRecordID><Channel>System</Channel>" +
  '<Computer>HV</Computer></System><EventData><Data>\\Device\\Harddisk1\\DR1</Data></EventData></Event>';

describe('splitting', () => {
  it('gives the same for every way of cutting the text', () => {
    const texts = fixtures.map((file) => readFileSync(join(FIXTURES, file), 'utf8'));
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(fc.nat(6000), { maxLength: 40 }), (text, cuts) => {
        expect(read(text, cuts).items).toEqual(read(text).items);
      }),
      { numRuns: 150 },
    );
  });

  it('reads an event that arrives character by character', () => {
    const cuts = Array.from({ length: EVENT.length }, (_, i) => i);
    expect(read(EVENT, cuts).records).toEqual(read(EVENT).records);
  });

  it('cuts an event over 1 MiB, skips to its end and goes on', () => {
    const long = EVENT.replace('\\Device\\Harddisk1', `</Data><Data>${'x'.repeat(3 << 20)}`);
    const text = `${EVENT}\n${long}\n${EVENT}`;
    for (const cuts of [[], [1 << 20], [1000, 2_000_000, 2_000_001]]) {
      const { records, issues } = read(text, cuts);
      expect(records.map((record) => record.at.line)).toEqual([1, 2, 3]);
      expect(issues).toEqual(['record-truncated']);
      expect(records[1]?.text).toHaveLength(1 << 20);
      expect(records[1]?.fields.EventID).toBe(7);
    }
  });

  it('decides the limit the same way wherever the text is cut', () => {
    for (const excess of [-1, 0, 1, 20, 40]) {
      const filler = 'x'.repeat((1 << 20) - EVENT.length + excess);
      const text = EVENT.replace('DR1', `DR1${filler}`) + EVENT;
      const whole = read(text);
      expect(whole.issues).toEqual(excess > 0 ? ['record-truncated'] : []);
      expect(read(text, [text.length - EVENT.length - 3, (1 << 20) + 7]).items).toEqual(whole.items);
    }
  });

  it('counts bytes of UTF-16 files', () => {
    if (parser.reads !== 'text') throw new Error('windows-event-xml reads text');
    const offsets: (number | null)[] = [];
    const none = (): void => undefined;
    const sink: Sink = {
      ...WHOLE_RECORDS,
      record: (r) => void offsets.push(r.at.byteOffset),
      metric: none,
      clock: none,
      fact: none,
      issue: none,
    };
    const reader = parser.open({ path: 'x', pathHost: null }, sink, EVERYTHING);
    reader.text(`\u00fc\n${EVENT}`, { byteOffset: 2 });
    reader.text(`\n${EVENT}`, { byteOffset: 2 + 2 * (EVENT.length + 2) });
    reader.end();
    expect(offsets).toEqual([6, 2 + 2 * (EVENT.length + 3)]);
  });
});

describe('hostile input', () => {
  const scrap = fc.constantFrom(
    '<Event ',
    '<Event>',
    '</Event>',
    '<System>',
    '</System>',
    "<Provider Name='",
    "'/>",
    '<EventID>',
    '7',
    '</EventID>',
    '<Data>',
    '</Data>',
    '<UserData>',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '&amp;',
    '&#',
    '&#xD800;',
    '\u0000',
    '\r\n',
    '- ',
    '<a b=',
    '\u{1F600}',
    '<RenderingInfo><Message>',
    '</Message>',
    'Date: 1/2/2024 3:04:05 AM\n',
    '<?x',
    '<!DOCTYPE',
  );

  it('never throws and never depends on the cuts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(scrap, fc.string({ maxLength: 5 })), { maxLength: 60 }),
        fc.array(fc.nat(300)),
        (parts, cuts) => {
          const text = parts.join('');
          expect(read(text, cuts).items).toEqual(read(text).items);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('still reads an intact event behind any scrap', () => {
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 40 }), (parts) => {
        const last = read(`${parts.join('')}\n${EVENT}`).records.at(-1);
        expect(last?.text).toBe(EVENT);
        expect(last?.fields.param1).toBe('\\Device\\Harddisk1\\DR1');
      }),
    );
  });

  it.each([
    '<!--',
    '<![CDATA[',
    '<a ',
    '<a x="',
    '<a>',
    '<Data ',
    '<Data>',
    '</x>',
    '<',
    '&',
    ' ',
    '<?',
    '</Event',
    '<Event',
  ])('reads a megabyte of %s in linear time', (unit) => {
    const filler = unit.repeat(Math.floor((1 << 20) / unit.length));
    const start = performance.now();
    read(`<Event ><System><EventID>1</EventID></System><EventData>${filler}`);
    // Quadratic reading takes minutes; the bound is generous for a busy machine.
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('time', () => {
  const at = (stamp: string): LogRecord['time'] | undefined =>
    read(EVENT.replace('2024-02-29T01:02:03.1234567Z', stamp)).records[0]?.time;
  const utc = Date.UTC(2024, 1, 29, 1, 2, 3) * 1000;

  it.each([
    ['2024-02-29T01:02:03.123Z', 123_000, 1000],
    ['2024-02-29T01:02:03.1234567Z', 123_456, 1],
    ['2024-02-29T01:02:03.123456789Z', 123_456, 1],
    ['2024-02-29 01:02:03.1234567', 123_456, 1],
    ['2024-02-29T03:02:03+02:00', 0, 1_000_000],
  ])('%s', (stamp, micros, resolution) => {
    expect(at(stamp)).toEqual({ micros: utc + micros, clock: 'wall', utcOffset: 0, yearless: false, resolution });
  });

  it.each(['', '2023-02-29T00:00:00Z', 'YYYY-MM-DD', '2024-02-29T01:02:03Z x'])('%s is no time', (stamp) => {
    expect(at(stamp)).toBeNull();
    expect(read(EVENT.replace('2024-02-29T01:02:03.1234567Z', stamp)).issues).toEqual(['event-without-time']);
  });
});

describe('the Date line of copied details', () => {
  const utc = Date.UTC(2021, 6, 10, 0, 15, 7) * 1000 + 912_345;
  const HOUR = 3_600_000_000;

  it.each([
    ['7/9/2021 8:15:07 PM', -4 * HOUR],
    ['10.07.2021 02:15:07', 2 * HOUR],
    ['2021-07-10 05:45:07', 5.5 * HOUR],
    ['10/07/2021 00:15:07', 0],
    ['7/9/2021 8:15:07\u202fPM', -4 * HOUR],
  ])('%s', (date, offset) => {
    expect(offsetOfCopiedDate(`Log Name: System\nDate:          ${date}\nEvent Xml:\n`, utc)).toBe(offset);
  });

  it.each([
    '7/9/2021 8:15:08 PM', // a second off
    '7/9/2021 8:20:07 PM', // no quarter of an hour
    '7/1/2021 8:15:07 PM', // days off
    '2021\u5e747\u67089\u65e5 20:15:07', // a form that is not read
    '13/13/2021 8:15:07 PM',
    '7/9/2021 13:15:07 PM',
  ])('%s is ignored', (date) => {
    expect(offsetOfCopiedDate(`Date: ${date}\n`, utc)).toBeNull();
  });

  it('counts the nearest line only', () => {
    expect(offsetOfCopiedDate('Date: 7/9/2021 8:15:07 PM\nDate: nonsense\n', utc)).toBeNull();
    expect(read(`Date: 29.02.2024 02:02:03\n${EVENT}\n${EVENT}`).items.map((item) => Object.keys(item)[0])).toEqual([
      'clock',
      'record',
      'record',
    ]);
  });
});

describe('sniff', () => {
  it.each([
    ['one line cut short', `${EVENT}${EVENT}`.slice(0, EVENT.length + 40)],
    ['a prompt before', `PS C:\\> wevtutil qe System /f:xml\n\n# from HV\n${EVENT}\n`],
    ['a root element', `<Root>${EVENT}</Root>`],
  ])('knows %s', (_name, text) => {
    expect(parser.sniff(head(text))).toBeGreaterThanOrEqual(0.8);
  });

  it.each([
    ['prose', 'The <Event> element has a System part with an <EventID>.\n'.repeat(3)],
    ['a web page', `<!DOCTYPE html><html><body><pre>\n${EVENT}\n</pre></body></html>`],
    ['a program', `const sample = \`\n${EVENT}\n\`;\n`],
    ['a YAML document', `title: x\nsamples:\n  - text: |\n      <Events>\n      ${EVENT}\n`],
    ['Winlogbeat', `{"event":{"original":"${EVENT.replaceAll("'", '\\"')}"},"winlog":{"event_id":"7"}}`],
    ['syslog', 'Mar  3 02:14:07 web01 kernel: [12.5] <Event>\n'],
    ['a long article', `${'Some sentences about events and disks.\n'.repeat(40)}${EVENT}\n`],
    ['other XML', '<?xml version="1.0"?><Events><Event id="3"><Title>Fair</Title></Event></Events>'],
    ['nothing', ''],
  ])('leaves %s alone', (_name, text) => {
    expect(parser.sniff(head(text))).toBe(0);
  });
});

describe.skipIf(CORPUS === undefined)('events of EricZimmerman/evtx', () => {
  const folder = join(CORPUS ?? '', 'evtx-zimmerman-maps', 'events');
  // The head of these maps names another event than the one pasted below it.
  const mismatched = new Set([
    'Application_Screenconnect_100.xml',
    'Application_Screenconnect_101.xml',
    'Application_Screenconnect_201.xml',
    'Application_Screenconnect_30.xml',
    'Microsoft-Windows-Ntfs-Operational_Ntfs_55.xml',
    'OAlerts_Microsoft-Office-14-Alerts_300.xml',
    'OAlerts_Microsoft-Office-15-Alerts_300.xml',
    'Security_Microsoft-Windows-Security-Auditing_4802.xml',
    'SentinelOne-Operational_91.xml',
    'System_Service-Control-Manager_7035.xml',
    'System_Service-Control-Manager_7036.1.xml',
    'Windows-PowerShell_PowerShell_800.xml',
  ]);

  it('reads each with its provider, channel and id', () => {
    const index = readFileSync(join(folder, 'INDEX.tsv'), 'utf8').split(/\r?\n/).slice(1).filter(Boolean);
    expect(index).toHaveLength(443);
    const wrong: string[] = [];
    for (const line of index) {
      const [file = '', provider, channel, id, wellFormed] = line.split('\t');
      const { records, issues } = read(readFileSync(join(folder, file), 'utf8').replace(/^\ufeff/, ''));
      const [record] = records;
      const same = record?.ident === provider && record?.channel === channel && String(record?.fields.EventID) === id;
      if (records.length !== 1 || (!same && !mismatched.has(file))) wrong.push(file);
      const damage = issues.some((code) => code !== 'event-without-time');
      if (wellFormed === 'yes' && damage) wrong.push(`${file}: ${issues.join()}`);
    }
    expect(wrong).toEqual([]);
  });

  it('fills the text of Hyper-V events from the catalogue', () => {
    const file = 'Microsoft-Windows-Hyper-V-Worker-Admin_Microsoft-Windows-Hyper-V-Worker_18504.xml';
    const [record] = read(readFileSync(join(folder, file), 'utf8')).records;
    expect(record?.body).toBe(
      `'${record?.fields.VmName}' was shut down using the Shutdown Integration Component. ` +
        `(Virtual machine ID ${record?.fields.VmId})`,
    );
  });
});
