import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { machines } from './cluster.js';
import { generateSample, SAMPLE_NAMES } from './generate.js';

const DAY = 86_400;
/** Not a whole number of days, so that dates, weekdays and hours all move. */
const SHIFT = 3 * DAY + 5_017;

function text(path: string, bytes: Uint8Array): string {
  const plain = path.endsWith('.gz') ? gunzipSync(bytes) : Buffer.from(bytes);
  return plain.toString('latin1');
}

/** Every absolute time that a file states with its zone, in microseconds, in order. */
function times(path: string, bytes: Uint8Array): number[] {
  const content = text(path, bytes);
  if (path.endsWith('.evtx')) return evtxTimes(bytes);
  if (path.endsWith('.json.gz')) {
    return [...content.matchAll(/"__REALTIME_TIMESTAMP":"(\d+)"/g)].map((m) => Number(m[1]));
  }
  if (path.includes('perfmon')) return [...content.matchAll(/^"(\d\d)\/(\d\d)\/(\d{4}) ([\d:.]+)"/gm)].map(pdhTime);
  const iso = /\b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\d?(Z|-05:00)/g;
  return [...content.matchAll(iso)].map(
    (m) => Date.parse(`${m[1]}${m[3]}`) * 1000 + Number((m[2] ?? '').padEnd(6, '0')),
  );
}

const pdhTime = (m: RegExpExecArray): number => Date.parse(`${m[3]}-${m[1]}-${m[2]}T${m[4]}Z`) * 1000;

function evtxTimes(bytes: Uint8Array): number[] {
  const view = Buffer.from(bytes);
  const found: number[] = [];
  for (let at = view.indexOf('**\0\0', 0, 'latin1'); at >= 0; at = view.indexOf('**\0\0', at + 24, 'latin1')) {
    found.push(Number(view.readBigUInt64LE(at + 16) / 10n - 11_644_473_600_000_000n));
  }
  return found;
}

function digest(files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256');
  for (const [path, bytes] of files) hash.update(path).update(bytes);
  return hash.digest('hex');
}

/** Keeps the order of names, as a person would rename machines: `web01` to `vm-jro01`. */
const rename = (vm: string): string =>
  `vm-${vm.replace(/[a-z]/g, (c) => String.fromCharCode(97 + ((c.charCodeAt(0) - 84) % 26)))}`;

describe.each(SAMPLE_NAMES)('%s', (name) => {
  const base = generateSample(name, { seed: 7 });

  it('is the same for the same seed and another for another', () => {
    expect(digest(generateSample(name, { seed: 7 }))).toBe(digest(base));
    expect(digest(generateSample(name, { seed: 8 }))).not.toBe(digest(base));
  });

  it('moves every stated time by the shift', () => {
    const shifted = generateSample(name, { seed: 7, shiftSeconds: SHIFT });
    let compared = 0;
    for (const [path, bytes] of base) {
      if (path === 'case.md') continue;
      const before = times(path, bytes);
      if (before.length === 0) continue;
      const moved = shifted.get(shiftedName(path));
      expect(moved, path).toBeDefined();
      const wrong = times(path, moved ?? new Uint8Array()).filter((t, i) => t - (before[i] ?? 0) !== SHIFT * 1e6);
      expect(wrong, path).toEqual([]);
      compared += before.length;
    }
    expect(compared).toBeGreaterThan(10_000);
  });

  it('leaves no trace of a machine that was renamed', () => {
    const keys = machines((vm) => vm).map((vm) => vm.name);
    for (const [path, bytes] of generateSample(name, { seed: 7, rename })) {
      const content = `${path}\n${text(path, bytes).replaceAll('\0', '')}`;
      expect(
        keys.filter((key) => content.includes(key)),
        path,
      ).toEqual([]);
    }
  });
});

/** Names of counter files carry their date. */
function shiftedName(path: string): string {
  return path.replace(/storage_(\d{4})(\d\d)(\d\d)/, (_, y: string, m: string, d: string) => {
    const at = new Date(Date.UTC(Number(y), Number(m) - 1, Number(d)) + SHIFT * 1000);
    return `storage_${at.toISOString().slice(0, 10).replaceAll('-', '')}`;
  });
}
