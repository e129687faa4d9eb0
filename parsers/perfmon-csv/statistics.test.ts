import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { collectStreams } from '../../src/ingest/stream-stats.js';
import { EVERYTHING } from '../../src/parser/collect.js';
import { readBytes } from './read-perfmon.js';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const files = readdirSync(FIXTURES).filter((file) => !file.endsWith('.jsonl'));

// The order of the streams, and with it their ids, is that of their first samples; sums stand behind their row.
it.each(files)('%s: rows are counted as their samples would be one by one', (file) => {
  const bytes = readFileSync(join(FIXTURES, file));
  const { points } = readBytes(bytes);
  const single = collectStreams();
  for (const point of points) single.metric(point);
  for (const interest of [EVERYTHING, { ...EVERYTHING, metric: () => false }]) {
    const rows = collectStreams();
    for (const column of readBytes(bytes, interest).columns) rows.column(column);
    expect(rows.streams('s1')).toEqual(single.streams('s1'));
  }
});

it('keeps the order of first samples where columns begin late', () => {
  const header =
    '"(PDH-CSV 4.0)","\\\\A\\PhysicalDisk(1)\\Disk Reads/sec","\\\\B\\Cluster CSV File System(V)\\Read Queue Length","\\\\C\\PhysicalDisk(1)\\Disk Reads/sec","\\\\B\\Cluster CSV File System(V)\\Write Queue Length","\\\\D\\LogicalDisk(D:)\\Disk Reads/sec"';
  const rows = ['" "," ","1"," "," "', '" ","1"," ","2","3"', '"1","1","1","2","3"'];
  const text = [header, ...rows.map((row, i) => `"03/03/2024 02:14:0${i}.000",${row}`)].join('\n');
  const streams = collectStreams();
  const { columns } = readBytes(Buffer.from(text), { ...EVERYTHING, metric: () => false });
  for (const column of columns) streams.column(column);
  expect(streams.streams('s1').map(({ host, records }) => [host, records])).toEqual([
    ['C', 2],
    ['D', 2],
    ['B', 2],
    ['A', 1],
  ]);
});
