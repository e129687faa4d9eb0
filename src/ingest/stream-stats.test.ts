import { expect, it } from 'vitest';
import type { LogRecord } from '../model/record.js';
import { MINUTE, SECOND, type WrittenTime } from '../model/time.js';
import { collectStreams } from './stream-stats.js';

const wall = (micros: number, yearless = false): WrittenTime => {
  return { micros, clock: 'wall', utcOffset: null, yearless, resolution: SECOND };
};

function recordAt(time: WrittenTime | null, byteOffset: number): LogRecord {
  const at = { line: null, byteOffset, record: null };
  const common = { until: null, host: 'a', channel: null, ident: null, pid: null, severity: null, body: '', text: '' };
  return { ...common, time, uptime: null, boot: null, repeat: 1, fields: {}, at };
}

it('a run counts like the records it stands for, behind others and before others', () => {
  const one = collectStreams();
  const many = collectStreams();
  const times = [0, 5, 5, 30, 89, 3000, 3001, 2990, 3000].map((second) => second * SECOND);
  times.forEach((micros, i) => void many.record(recordAt(wall(micros), i)));
  const run = (first: number, last: number, byteOffset: number, records: number): void =>
    one.run({ host: 'a', first: wall(first * SECOND), last: last * SECOND, byteOffset, records });
  one.record(recordAt(wall(0), 0));
  run(5, 89, 1, 4);
  run(3000, 3001, 5, 2);
  one.record(recordAt(wall(2990 * SECOND), 7));
  run(3000, 3000, 8, 1);
  expect(one.streams('s1')).toEqual(many.streams('s1'));
  expect(one.streams('s1')[0]).toMatchObject({
    records: 9,
    silences: [{ earliest: 89 * SECOND, latest: 3000 * SECOND }],
    stepsBack: [{ byteOffset: 7, from: 3001 * SECOND, to: 2990 * SECOND }],
  });
});

it('steps back of less than a second are the writers, not the clock', () => {
  const streams = collectStreams();
  [10 * SECOND, 9.1 * SECOND, 20 * SECOND, 19 * SECOND].forEach(
    (micros, i) => void streams.record(recordAt(wall(micros), i)),
  );
  expect(streams.streams('s1')[0]?.stepsBack).toEqual([{ byteOffset: 3, from: 20 * SECOND, to: 19 * SECOND }]);
});

it('keeps the thousand furthest steps back, and New Year is none', () => {
  const streams = collectStreams();
  for (let i = 0; i < 2500; i++) {
    streams.record(recordAt(wall(MINUTE), 2 * i));
    streams.record(recordAt(wall(MINUTE - (i % 50) * SECOND), 2 * i + 1));
  }
  const back = streams.streams('s1')[0]?.stepsBack ?? [];
  expect(back).toHaveLength(1000);
  expect(back[0]).toEqual({ byteOffset: 99, from: MINUTE, to: 11 * SECOND });
  const yearless = collectStreams();
  yearless.record(recordAt(wall(Date.UTC(1972, 11, 31) * 1000, true), 0));
  yearless.record(recordAt(wall(Date.UTC(1972, 0, 1) * 1000, true), 1));
  expect(yearless.streams('s1')[0]).toMatchObject({ stepsBack: [], yearTurns: [1] });
});

it('of records that are left out only the end counts', () => {
  const streams = collectStreams();
  streams.leaveOut(({ at }) => at.byteOffset === 0);
  streams.run({ host: 'a', first: wall(0), last: 0, byteOffset: 0, records: 1 });
  streams.record({ ...recordAt(wall(0), 0), until: wall(7 * SECOND) });
  streams.record(recordAt(wall(SECOND), 1));
  expect(streams.streams('s1')[0]).toMatchObject({ records: 2, first: 0, last: 7 * SECOND });
});

it('a record that is repeated leaves no silence before the line that says so', () => {
  const streams = collectStreams();
  streams.record(recordAt(wall(0), 0));
  streams.record({ ...recordAt(wall(MINUTE), 1), repeat: 30, until: wall(20 * MINUTE) });
  streams.record(recordAt(wall(25 * MINUTE), 2));
  streams.record({ ...recordAt(wall(30 * MINUTE), 3), repeat: 2, until: wall(40 * MINUTE) });
  streams.record(recordAt(wall(40 * MINUTE + SECOND), 4));
  // A job that ran for so long was not repeated.
  streams.record({ ...recordAt(wall(50 * MINUTE), 5), until: wall(60 * MINUTE) });
  streams.record(recordAt(wall(60 * MINUTE), 6));
  expect(streams.streams('s1')[0]?.silences).toEqual([
    { earliest: 50 * MINUTE, latest: 60 * MINUTE },
    { earliest: 40 * MINUTE + SECOND, latest: 50 * MINUTE },
    { earliest: 20 * MINUTE, latest: 25 * MINUTE },
    { earliest: 25 * MINUTE, latest: 30 * MINUTE },
    { earliest: 0, latest: MINUTE },
  ]);
});
