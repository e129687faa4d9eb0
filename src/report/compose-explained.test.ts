import { expect, test } from 'vitest';
import type { Analysis } from '../model/analysis.js';
import type { AskedRecord } from '../model/asked-record.js';
import type { Clocks, Derivation } from '../model/clock.js';
import { composeExplained } from './compose-explained.js';
import { explainedToText } from './explained-text.js';
import { PLAIN } from './text.js';

const WRITTEN = Date.UTC(2024, 2, 3, 2, 14, 7) * 1000;

const ASKED: AskedRecord = {
  ...{ path: 'web01/syslog', host: 'web01', channel: null, boot: null, text: `\u001b[2J${'x'.repeat(300)}` },
  time: { micros: WRITTEN, clock: 'wall', utcOffset: null, yearless: false, resolution: 1_000_000 },
  at: { line: 1, byteOffset: 0, record: null },
};

/** Of a clock of which nothing else is known. */
function explained(derived: Derivation | null) {
  const clocks: Pick<Clocks, 'streams' | 'derive'> = { streams: new Map(), derive: () => derived };
  return composeExplained(ASKED, { sources: [], clocks } as unknown as Analysis);
}

test('halves of a microsecond are rounded so that the parts still add up', () => {
  const placed = { utc: WRITTEN - 4, uncertainty: 1_000_003.5, basis: 'derived', clockId: 'host:web01' } as const;
  const { added, result } = explained({
    ...{ written: WRITTEN, year: null, zone: null, boot: null, placed },
    added: [
      { of: 'zone', micros: -2.5 },
      { of: 'clock', micros: -1.5 },
    ],
    errors: [
      { of: 'resolution', micros: 1_000_000 },
      { of: 'zones', micros: 1.5 },
      { of: 'measured', micros: 2 },
    ],
  });
  const micros = (parts: readonly { readonly seconds: number }[]): number =>
    parts.reduce((sum, { seconds }) => sum + Math.round(seconds * 1e6), 0);
  expect(micros(added)).toBe(-4);
  expect(result?.uncertaintySeconds).toBe(1.000004);
  expect(micros(result?.madeOf ?? [])).toBe(1_000_004);
  // The stamp had seconds only; what was added did not.
  expect(result?.utc).toBe('2024-03-03T02:14:06.999996Z');
});

test('the record is cut, on one line and harmless; without a place it says so', () => {
  const record = explained(null);
  expect(record.text).toMatch(/^\\x1b\[2Jx{193}…$/);
  expect(record.result).toBeNull();
  expect(explainedToText(record, PLAIN)).toContain('time      unknown: nothing ties this clock to any other');
});
