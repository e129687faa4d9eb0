import type { Position } from '../../src/model/record.js';
import type { Sink } from '../../src/parser/parser.js';
import type { Capture } from './capture.js';
import { type Table, tableOf } from './columns.js';
import { readDate, readStamp } from './stamp.js';

/** `{"sysstat": {`: what `iostat -o JSON` begins with. */
const HEAD = /^\s*(?:\{\s*)?"sysstat"\s*:\s*\{/;
// "nodename": "web01",
const TEXT = /^\s*"(nodename|release|date|timestamp)"\s*:\s*"([^"\\]{1,255})"\s*,?\s*$/;
const STATISTICS = /^\s*"statistics"\s*:\s*\[/;
const DISKS = /^\s*"disk"\s*:\s*\[/;

export function isJsonHead(line: string): boolean {
  return HEAD.test(line);
}

export interface JsonReader {
  line(text: string, at: Position): void;
}

/** What precedes the samples of a run. */
interface RunText {
  nodename: string | null;
  release: string | null;
  date: string | null;
}

/**
 * JSON of iostat by its lines: sysstat prints every device as one object on one line (write_json_ext_stat in
 * iostat.c), so a capture that was cut off is read up to the cut. JSON that a tool laid out again is not read.
 */
export function createJsonReader(sink: Sink, capture: Capture, onKernel: KernelListener): JsonReader {
  const run: RunText = { nodename: null, release: null, date: null };
  let table: Table | null = null;
  const device = (line: string, at: Position): void => {
    const row = readDevice(line);
    if (row === null) {
      sink.issue('iostat-line-unreadable', 'error', 'a device of the JSON cannot be read from its line', at);
      return;
    }
    if (table === null || table.names.join(' ') !== row.names.join(' ')) table = tableOf(row.names, false);
    const cells = row.values.map((value) => ({ value, unit: null, decimals: 0 }));
    capture.row({ object: row.object, cells, table, at });
  };
  return {
    line(line, at) {
      const m = TEXT.exec(line);
      if (m !== null) readText(run, m[1] ?? '', m[2] ?? '', at, capture);
      else if (line.includes('"disk_device"')) device(line, at);
      else if (DISKS.test(line)) capture.table(at);
      else if (STATISTICS.test(line)) {
        capture.start({ host: run.nodename, date: run.date === null ? null : readDate(run.date) });
        if (run.release !== null) onKernel(run.nodename, run.release, at);
      }
    },
  };
}

export type KernelListener = (host: string | null, release: string, at: Position) => void;

function readText(run: RunText, key: string, value: string, at: Position, capture: Capture): void {
  if (key === 'nodename' || key === 'release' || key === 'date') {
    run[key] = value;
    return;
  }
  const stamp = readStamp(value);
  if (stamp !== null) capture.stamp(stamp, at);
}

interface Device {
  readonly object: string;
  readonly names: readonly string[];
  readonly values: readonly number[];
}

// {"disk_device": "sda", "r/s": 1.69, "w/s": 0.10, ..., "aqu-sz": 0.02, "util": 0.46},
function readDevice(line: string): Device | null {
  const text = line.trim();
  const object = parseObject(text.endsWith(',') ? text.slice(0, -1) : text);
  if (object === null) return null;
  const { disk_device: name, ...cells } = object;
  const numbers = Object.entries(cells).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  if (typeof name !== 'string' || name === '' || numbers.length === 0) return null;
  return { object: name, names: numbers.map(([key]) => key), values: numbers.map(([, value]) => value) };
}

/** JSON.parse speaks by throwing; a damaged line is data here, so it becomes null. */
function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
