import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { faultline } from '../end-to-end/faultline.js';
import { schemaMistakes } from '../report-schema.js';
import { reportOf, verdictsOf } from '../run.js';
import { generateSample, SAMPLE_NAMES } from '../sample-generator/generate.js';
import { restamped } from './restamp.js';

const root = new URL('../../samples/', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'faultline-samples-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

type Files = Map<string, Uint8Array>;

function filesOf(folder: string): Files {
  const files: Files = new Map();
  const walk = (at: string): void => {
    for (const name of readdirSync(at).sort()) {
      const path = join(at, name);
      if (statSync(path).isDirectory()) walk(path);
      else if (name !== 'report.expected.json') files.set(relative(folder, path), readFileSync(path));
    }
  };
  walk(folder);
  return files;
}

const reports = new Map<string, Report>();
async function sampleReport(name: string): Promise<Report> {
  const known = reports.get(name) ?? (await reportOf(filesOf(join(root, name))));
  reports.set(name, known);
  return known;
}

const storage = (report: Report): readonly string[] =>
  report.incidents.map(
    (i) => `${i.kind} ${i.entity.name} ${i.verdict} ${i.verdict === 'undetermined' ? '-' : i.causes[0]?.cause}`,
  );

/** The report without what changes with every release of the program or the packs. */
function golden(report: Report): string {
  const tool = {
    name: report.tool.name,
    version: '-',
    rulePacks: report.tool.rulePacks.map(({ id }) => ({ id, version: '-', sha256: '-' })),
  };
  return `${JSON.stringify({ ...report, tool }, null, 1)}\n`;
}

describe.each(SAMPLE_NAMES)('%s', (name) => {
  test('the report is the golden one, byte for byte', async () => {
    const file = join(root, name, 'report.expected.json');
    const text = golden(await sampleReport(name));
    if (process.env.WRITE_GOLDEN === '1') writeFileSync(file, text);
    expect(existsSync(file)).toBe(true);
    // toBe on strings of megabytes prints all of them: name the first difference instead.
    const expected = readFileSync(file, 'utf8').split('\n');
    const got = text.split('\n');
    const at = got.findIndex((line, i) => line !== expected[i]);
    expect(at < 0 ? 'equal' : `line ${at + 1}: ${got[at]} instead of ${expected[at]}`).toBe('equal');
    expect(got.length).toBe(expected.length);
  });

  test('keeps the published contract', async () => {
    const report = await sampleReport(name);
    expect(schemaMistakes(report)).toEqual([]);
    for (const incident of report.incidents) {
      const sum = incident.causes.reduce((total, cause) => total + cause.probability, 0);
      expect(Math.abs(sum - 1)).toBeLessThan(1e-9);
    }
  });

  test('every origin leads to the bytes it quotes', async () => {
    const report = await sampleReport(name);
    const files = filesOf(join(root, name));
    const ids = new Map(report.sources.map((s) => [s.id, s]));
    let checked = 0;
    for (const incident of report.incidents) {
      for (const { origins } of incident.causes.flatMap((c) => c.evidence)) {
        for (const origin of origins) {
          const source = ids.get(origin.source);
          const bytes = source === undefined ? undefined : files.get(source.path);
          if (
            bytes === undefined ||
            origin.byteOffset === null ||
            source?.path.endsWith('.gz') ||
            source?.format !== 'linux-syslog'
          )
            continue;
          const line = Buffer.from(bytes)
            .subarray(origin.byteOffset, origin.byteOffset + Buffer.byteLength(origin.text))
            .toString('utf8');
          expect(line).toBe(origin.text);
          checked++;
        }
      }
    }
    if (name === 'nightly-backup') expect(checked).toBeGreaterThan(5);
  });

  test('another folder name, another time zone and another order of files give the same bytes', async () => {
    const copy = join(scratch, `${name}-copied`);
    cpSync(join(root, name), copy, { recursive: true });
    rmSync(join(copy, 'report.expected.json'), { force: true });
    const here = faultline(['report', copy, '--format', 'json'], { env: { TZ: 'UTC' } });
    const there = faultline(['report', copy, '--format', 'json'], { env: { TZ: 'Pacific/Apia', LANG: 'tr_TR.UTF-8' } });
    expect(here.code).toBe(0);
    expect(there.out === here.out).toBe(true);
    const names = readdirSync(copy).map((part) => join(copy, part));
    const forth = faultline(['report', ...names, '--format', 'json']);
    const back = faultline(['report', ...names.reverse(), '--format', 'json']);
    expect(back.out === forth.out).toBe(true);
  });

  test.each([2, 3])('seed %i gives the same kinds and causes', async (seed) => {
    const report = await reportOf(generateSample(name, { seed }));
    const essence = (r: Report): readonly string[] =>
      [
        ...new Set(
          r.incidents
            .filter((i) => i.kind === 'guest.fs.readonly')
            .map((i) => `${i.kind} ${i.causes[0]?.cause} ${i.verdict !== 'undetermined'}`),
        ),
      ].sort();
    expect(essence(report)).toEqual(essence(await sampleReport(name)));
    if (name === 'quiet-week') expect(report.incidents).toEqual([]);
  });

  test('shifting all sources by one constant changes no verdict', async () => {
    const report = await reportOf(generateSample(name, { seed: 1, shiftSeconds: 11 * 86_400 + 3_723 }));
    expect(verdictsOf(report)).toEqual(verdictsOf(await sampleReport(name)));
  });

  test('renaming every VM changes no verdict', async () => {
    const report = await reportOf(generateSample(name, { seed: 1, rename: (vm) => `n${[...vm].reverse().join('')}x` }));
    expect(verdictsOf(report)).toEqual(verdictsOf(await sampleReport(name)));
  });
});

describe('verdicts', () => {
  test('nightly-backup: the snapshot, not the array', async () => {
    const lines = storage(await sampleReport('nightly-backup'));
    expect(lines.length).toBe(5);
    for (const line of lines) expect(line).toMatch(/^guest\.fs\.readonly \S+ (confirmed|likely) vss-snapshot$/);
    expect(lines.filter((line) => line.includes('confirmed')).length).toBeGreaterThan(0);
  });

  test('saturated-san: the array, though the symptoms are the same', async () => {
    const lines = storage(await sampleReport('saturated-san'));
    expect(lines.filter((line) => line.startsWith('guest.fs.readonly')).length).toBe(2);
    for (const line of lines.filter((l) => l.startsWith('guest.fs.readonly')))
      expect(line).toMatch(/ (confirmed|likely) san-saturation$/);
    for (const line of lines) expect(line).toMatch(/ (?:(?:confirmed|likely) san-saturation|undetermined -)$/);
    expect(lines.filter((line) => line.includes('undetermined')).length).toBeLessThan(3);
  });

  test('path-loss: one host lost its paths', async () => {
    const lines = storage(await sampleReport('path-loss'));
    expect(lines.filter((line) => line.startsWith('guest.fs.readonly')).length).toBe(2);
    for (const line of lines) expect(line).toMatch(/ (confirmed|likely) storage-path-loss$/);
  });

  test('quiet-week: nothing', async () => {
    expect(storage(await sampleReport('quiet-week'))).toEqual([]);
  });
});

describe('a guest whose clock was wrong', () => {
  test.each([
    ['path-loss', 'web02', 3 * 3_600 + 137, 0],
    ['nightly-backup', 'web01', -4_000, 0],
    // It keeps the logs of other guests, under their own stamps.
    ['nightly-backup', 'log01', 86_437, 0],
    // Two events measure it: far from them nobody knows what a clock did that nothing keeps right.
    ['saturated-san', 'mail01', 10_937, 1],
  ])(
    '%s: %s off by %d s is measured, no cause changes, and %d falls to likely',
    async (name, guest, seconds, fallen) => {
      const report = await reportOf(restamped(filesOf(join(root, name)), `guests/${guest}/`, seconds));
      const right = verdictsOf(await sampleReport(name));
      if (fallen === 0) expect(verdictsOf(report)).toEqual(right);
      const causes = (verdicts: readonly string[]): readonly string[] =>
        verdicts.map((verdict) => verdict.replace(/ (?:confirmed|likely) /, ' ')).sort();
      expect(causes(verdictsOf(report))).toEqual(causes(right));
      const confirmed = (verdicts: readonly string[]): number =>
        verdicts.filter((v) => v.includes(' confirmed ')).length;
      expect(confirmed(verdictsOf(report))).toBe(confirmed(right) - fallen);
      const corrected = report.sources.filter(({ issues }) => issues.some(({ code }) => code === 'clock-contradicted'));
      expect(corrected.length).toBeGreaterThan(0);
      for (const { path } of corrected) expect(path).toContain(`guests/${guest}/`);
    },
  );
});

describe('taking the decisive source away', () => {
  const without = (name: string, path: RegExp): Files =>
    new Map([...filesOf(join(root, name))].filter(([file]) => !path.test(file)));

  test.each([
    ['nightly-backup', /StorageVSP|VHDMP/, 'vss-snapshot', /storage provider log/],
    ['saturated-san', /perfmon/, 'san-saturation', /performance counters/],
    ['path-loss', /System\.(?:evtx|xml)/, 'storage-path-loss', /System log/],
  ])('%s without %s: nothing is confirmed, and the source is named', async (name, path, cause, need) => {
    const report = await reportOf(without(name, path));
    const broken = report.incidents.filter((i) => i.kind === 'guest.fs.readonly');
    expect(broken.length).toBeGreaterThan(0);
    for (const incident of broken) {
      expect(incident.verdict).not.toBe('confirmed');
      const weighed = incident.causes.find((c) => c.cause === cause);
      expect(weighed?.state).not.toBe('refuted');
      expect(weighed?.missing.map((m) => m.need).join('; ')).toMatch(need);
    }
  });

  test('no single source, once removed, makes another cause confirmed', { timeout: 600_000 }, async () => {
    for (const [name, cause] of [
      ['nightly-backup', 'vss-snapshot'],
      ['path-loss', 'storage-path-loss'],
    ] as const) {
      const files = filesOf(join(root, name));
      const groups = new Set([...files.keys()].map((path) => path.split('/').slice(0, 3).join('/')));
      for (const group of groups) {
        const report = await reportOf(new Map([...files].filter(([path]) => !path.startsWith(group))));
        for (const incident of report.incidents)
          if (incident.verdict === 'confirmed')
            expect(`${group}: ${incident.causes[0]?.cause}`).toBe(`${group}: ${cause}`);
      }
    }
  });
});
