import { describe, expect, test } from 'vitest';
import { PARSERS } from '../../parsers/index.js';
import { CORE, memoryInputs } from '../../test/run.js';
import { analyze } from '../analyze.js';
import type { Analysis } from '../model/analysis.js';
import type { Derivation } from '../model/clock.js';
import type { ClockOverride } from '../model/clock-override.js';
import type { Detection } from '../model/detection.js';
import { HOUR, MINUTE, type Micros, SECOND } from '../model/time.js';
import { readEvidence } from '../read-evidence.js';

interface Given {
  readonly zones?: readonly string[];
  readonly clocks?: readonly ClockOverride[];
}

async function caseOf(
  files: Readonly<Record<string, string>>,
  { zones = [], clocks = [] }: Given = {},
): Promise<Analysis> {
  const readings = await readEvidence(memoryInputs(new Map(Object.entries(files))), CORE.rules, PARSERS);
  return analyze({ readings, ruleSet: CORE, zones, clocks, span: null, entities: [] });
}

/** Of every detection's first record: its steps, checked against its place. */
function derivations({ clocks, detections }: Analysis): ReadonlyMap<Detection, Derivation> {
  const found = new Map<Detection, Derivation>();
  for (const detection of detections) {
    const { first, stream } = detection;
    if (first?.time == null) continue;
    const placed = clocks.place(stream, first.time, first.at.byteOffset, first.boot);
    const derived = clocks.derive(stream, first.time, first.at.byteOffset, first.boot);
    expect(derived?.placed ?? null).toEqual(placed);
    if (derived === null) continue;
    expect(derived.written + sum(derived.added)).toBe(derived.placed.utc);
    expect(sum(derived.errors)).toBe(derived.placed.uncertainty);
    expect(Math.min(...derived.errors.map(({ micros }) => micros))).toBeGreaterThan(0);
    found.set(detection, derived);
  }
  expect(found.size).toBeGreaterThan(0);
  return found;
}

function sum(parts: readonly { readonly micros: Micros }[]): Micros {
  return parts.reduce((all, { micros }) => all + micros, 0);
}

const errorsOf = ({ errors }: Derivation): Readonly<Record<string, number>> =>
  Object.fromEntries(errors.map(({ of, micros }) => [of, micros / SECOND]));

const addedBy = ({ added }: Derivation): Readonly<Record<string, number>> =>
  Object.fromEntries(added.map(({ of, micros }) => [of, 0 + micros / SECOND]));

const ABORT = 'kernel: [ 7200.500000] Aborting journal on device sda1-8.';
const DATED = '2024-03-03T09:00:00.000000Z other01 CRON[1]: (root) CMD (true)\n';

async function only(files: Readonly<Record<string, string>>, given: Given = {}): Promise<Derivation> {
  const all = [...derivations(await caseOf(files, given))];
  const [, derived] = all.find(([{ rule }]) => rule === 'core/guest/ext4-journal-abort') ?? [];
  if (derived === undefined) throw new Error('no journal abort was detected');
  return derived;
}

describe('the steps of a placed stamp add up to its place', () => {
  test('stated by the stamp', async () => {
    const derived = await only({ 'guest/db01/syslog': `2024-03-03T02:14:07.250000-05:00 db01 ${ABORT}\n` });
    expect(derived.zone).toMatchObject({ offset: -5 * HOUR, isByStamp: true, twice: null });
    expect(addedBy(derived)).toEqual({ zone: 18_000, clock: 0 });
    expect(errorsOf(derived)).toEqual({ resolution: 0.000001, agreement: 2 });
  });

  test('a year after the turn, and a zone from lines with an absolute time', async () => {
    const audit =
      'Dec 31 23:50:00 db01 kernel: [ 6953.000000] audit: type=1400 audit(1704084600.123:77): apparmor="STATUS"\n';
    const derived = await only({ 'guest/db01/syslog': `${audit}Jan  1 02:14:07 db01 ${ABORT}\n` });
    expect(derived.year).toEqual({ year: 2024, turns: 1 });
    expect(derived.written).toBe(Date.UTC(2024, 0, 1, 2, 14, 7) * 1000);
    expect(derived.zone?.offset).toBe(-5 * HOUR);
    expect(errorsOf(derived)).toEqual({ resolution: 1, agreement: 2, delay: 0.123 });
  });

  test('nothing tells the zone', async () => {
    const derived = await only({
      'guest/db01/syslog': `Mar  3 02:14:07 db01 ${ABORT}\n`,
      'guest/other01/syslog': DATED,
    });
    expect(derived.zone?.readings).toEqual([]);
    expect(errorsOf(derived)).toMatchObject({ resolution: 1, 'no-zone': expect.any(Number) });
    expect(derived.placed.basis).toBe('assumed');
  });

  test('an entry of the clock file, which goes before the stamp', async () => {
    const entry: ClockOverride = {
      ...{ path: 'guest/db01/syslog', host: null, channel: null, from: null, zone: '+02:00' },
      ...{ skew: -90 * SECOND, uncertainty: 7 * SECOND },
    };
    const derived = await only(
      { 'guest/db01/syslog': `2024-03-03T02:14:07.250000-05:00 db01 ${ABORT}\n` },
      { clocks: [entry] },
    );
    expect(addedBy(derived)).toEqual({ zone: -7200, clock: -90 });
    expect(errorsOf(derived)).toEqual({ resolution: 0.000001, given: 7 });
  });

  test('time since boot', async () => {
    const derived = await only({
      'guest/db01/dmesg.txt': `[    1.000000] audit: type=2000 audit(1709449800.123:1): initialized\n[ 7200.500000] Aborting journal on device sda1-8.\n`,
    });
    expect(derived).toMatchObject({ zone: null, year: null, boot: { kind: 'audit', source: 's1' } });
    expect(derived.written).toBe(7_200.5 * SECOND);
    expect(addedBy(derived)).toEqual({ boot: 1_709_449_799.123 });
  });

  test('measured by another log, and contradicted', async () => {
    const log = (off: number): string =>
      [120.25, 4_711.125, 9_000.5]
        .map((uptime) => {
          const at = new Date(Date.UTC(2024, 2, 3, 2, 14, 7) + (uptime + off) * 1000).toISOString();
          const kernel = `kernel: [${uptime.toFixed(6).padStart(12, ' ')}] Aborting journal on device sda${uptime}-8.`;
          return `${at.replace('Z', '000+00:00')} web01 ${kernel}\n`;
        })
        .join('');
    const analysis = await caseOf({ 'a-collector/web01.log': log(0), 'b-guest/syslog': log(18_090) });
    const key = 's2|web01|';
    const time = {
      ...{ micros: Date.UTC(2024, 2, 3, 8, 0) * 1000, clock: 'wall' as const, utcOffset: 0 },
      ...{ yearless: false, resolution: 1 },
    };
    const derived = analysis.clocks.derive(key, time, 0, null);
    expect(derived).not.toBeNull();
    if (derived === null) return;
    expect(derived.written + sum(derived.added)).toBe(derived.placed.utc);
    expect(sum(derived.errors)).toBe(derived.placed.uncertainty);
    expect(addedBy(derived)).toEqual({ zone: 0, clock: -18_090 });
    expect(Object.keys(errorsOf(derived))).toEqual(['resolution', 'measured']);
    expect(analysis.clocks.streams.get(key)?.measurement?.anchors).toHaveLength(3);
    derivations(analysis);
  });
});

describe('an hour that comes twice', () => {
  // In Vienna the clocks went back on 27 October 2024 at 01:00 UTC.
  const minutes = Array.from({ length: 600 }, (_, i) => Date.UTC(2024, 9, 26, 22) + i * 60_000);
  const local = (utc: number): string => {
    const shown = new Date(utc + (utc < Date.UTC(2024, 9, 27, 1) ? 2 : 1) * 3_600_000).toISOString();
    return `Oct ${shown.slice(8, 10)} ${shown.slice(11, 19)}`;
  };
  const line = (utc: number): string => `${local(utc)} db01 app[1]: tick\n`;
  const abort = (utc: number): string => `${local(utc)} db01 ${ABORT}\n`;
  const at = (utc: number, every = 1): Record<string, string> => ({
    'guest/db01/syslog': minutes
      .filter((one, i) => i % every === 0 || one === utc)
      .map((one) => (one === utc ? abort(one) : line(one)))
      .join(''),
    'guest/other01/syslog': DATED.replace('03-03', '10-27'),
  });
  const vienna = { zones: ['db01=Europe/Vienna'] };

  test('the log tells the first pass from the second', async () => {
    for (const [pass, utc] of [Date.UTC(2024, 9, 27, 0, 30), Date.UTC(2024, 9, 27, 1, 30)].entries()) {
      const derived = await only(at(utc), vienna);
      expect(derived.placed.utc).toBe(utc * 1000);
      expect(derived.zone).toMatchObject({ offset: (2 - pass) * HOUR, twice: { pass: pass + 1 } });
      expect(derived.zone?.twice?.againFrom).toBeGreaterThan(0);
      expect(errorsOf(derived)).toEqual({ resolution: 1, agreement: 2 });
    }
  });

  test('a log that is too thin does not, and its error holds both', async () => {
    const derived = await only(at(Date.UTC(2024, 9, 27, 0, 30), 97), vienna);
    expect(derived.zone).toMatchObject({ offset: 90 * MINUTE, twice: { pass: null, againFrom: null } });
    expect(derived.zone?.readings.map(({ offset }) => offset / HOUR)).toEqual([1, 2]);
    expect(errorsOf(derived)).toEqual({ resolution: 1, agreement: 2, zones: 1800 });
  });
});
