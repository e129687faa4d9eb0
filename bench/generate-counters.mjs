/**
 * Writes a PDH-CSV of 400 counters as `logman` records them on a Hyper-V host: every 15 seconds a row, values with
 * the 17 digits that PDH prints, blanks in the first row where a rate needs two readings. Deterministic.
 */
import { closeSync, existsSync, openSync, renameSync, statSync, utimesSync, writeSync } from 'node:fs';

const START = Date.UTC(2024, 0, 15, 6);
const STEP = 15_000;

const numbered = (count, name) => Array.from({ length: count }, (_, i) => name(i));

const DISK = [
  ['Avg. Disk sec/Read', 'latency'],
  ['Avg. Disk sec/Write', 'latency'],
  ['Disk Reads/sec', 'rate'],
  ['Disk Writes/sec', 'rate'],
  ['Disk Read Bytes/sec', 'bytes'],
  ['Disk Write Bytes/sec', 'bytes'],
  ['Avg. Disk Queue Length', 'queue'],
  ['Current Disk Queue Length', 'count'],
  ['% Idle Time', 'percent'],
];

/** Objects, instances and counters: 200 + 40 + 51 + 24 + 64 + 21. Most hosts record far more than is looked at. */
const OBJECTS = [
  {
    object: 'PhysicalDisk',
    instances: ['0 C:', ...numbered(18, (i) => `${i + 1}`), '_Total'],
    counters: [...DISK, ['Split IO/Sec', 'rate']],
  },
  {
    object: 'LogicalDisk',
    instances: ['C:', 'HarddiskVolume2', 'HarddiskVolume12', '_Total'],
    counters: [...DISK, ['% Free Space', 'percent']],
  },
  {
    object: 'Processor',
    instances: [...numbered(16, String), '_Total'],
    counters: [
      ['% Processor Time', 'percent'],
      ['% Privileged Time', 'percent'],
      ['% DPC Time', 'percent'],
    ],
  },
  {
    object: 'Network Interface',
    instances: numbered(4, (i) => `Mellanox ConnectX-4 Lx Ethernet Adapter${i === 0 ? '' : ` _${i + 1}`}`),
    counters: [
      ['Bytes Received/sec', 'bytes'],
      ['Bytes Sent/sec', 'bytes'],
      ['Packets Received/sec', 'rate'],
      ['Packets Sent/sec', 'rate'],
      ['Output Queue Length', 'count'],
      ['Packets Received Errors', 'count'],
    ],
  },
  {
    object: 'Hyper-V Virtual Storage Device',
    instances: numbered(8, (i) => `C:-ClusterStorage-Volume1-vm0${i + 1}-vm0${i + 1}.vhdx`),
    counters: [
      ['Latency', 'latency'],
      ['Queue Length', 'queue'],
      ['Read Bytes/sec', 'bytes'],
      ['Write Bytes/sec', 'bytes'],
      ['Read Operations/Sec', 'rate'],
      ['Write Operations/Sec', 'rate'],
      ['Throughput', 'rate'],
      ['Error Count', 'count'],
    ],
  },
  {
    object: 'Cluster CSV File System',
    instances: numbered(3, (i) => `Volume${i + 1}`),
    counters: [
      ['Read Latency', 'latency'],
      ['Write Latency', 'latency'],
      ['Reads/sec', 'rate'],
      ['Writes/sec', 'rate'],
      ['Read Queue Length', 'queue'],
      ['Write Queue Length', 'queue'],
      ['Redirected Write Bytes/sec', 'bytes'],
    ],
  },
];

export const COUNTERS = OBJECTS.flatMap(({ object, instances, counters }) =>
  instances.flatMap((instance) =>
    counters.map(([counter, kind]) => ({ path: `\\\\HV01\\${object}(${instance})\\${counter}`, kind })),
  ),
);

/** How a reading of each kind comes about: two differences of counters, divided, which is where PDH's digits come from. */
const READINGS = {
  // A tenth of the samples: no request completed. A disk is busy for some minutes of every hour.
  latency: (random, busy) =>
    random() % 10 === 0 ? 0 : (300 + (random() % 4000) * busy) / (1e6 * (1 + (random() % 100) / 977)),
  rate: (random, busy) => ((random() % 9000) * busy) / (14.9 + (random() % 2000) / 9973),
  bytes: (random, busy) => ((random() % 60_000) * 4096 * busy) / (14.9 + (random() % 2000) / 9973),
  queue: (random, busy) => ((random() % 4000) * busy) / 100_003,
  percent: (random) => (random() % 1_000_003) / 10_000.37,
  count: (random, busy) => (busy > 1 ? random() % 9 : 0),
};

/** %.17g as the C library prints it: no trailing zeros, an exponent of two digits below 1e-4. */
export function printed(value) {
  if (Number.isInteger(value)) return String(value);
  if (Math.abs(value) >= 1e-4) return value.toPrecision(17).replace(/0+$/, '');
  const [digits, exponent] = value.toExponential(16).split('e-');
  return `${digits.replace(/\.?0+$/, '')}e-${exponent.padStart(2, '0')}`;
}

function stamp(ms) {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)} ${iso.slice(11, 23)}`;
}

function rowOf(n, random) {
  // Every hour the array is slow for six minutes.
  const busy = n % 240 < 24 ? 6 : 1;
  let text = `"${stamp(START + n * STEP + 137 + (random() % 12))}"`;
  for (const { kind } of COUNTERS) {
    const blank = n === 0 && kind !== 'count';
    text += blank ? '," "' : `,"${printed(READINGS[kind](random, busy))}"`;
  }
  return `${text}\r\n`;
}

/** Leaves a file alone that has the size already. */
export function generateCounters(file, bytes) {
  if (existsSync(file) && statSync(file).size >= bytes) return;
  const fd = openSync(`${file}.part`, 'w');
  const head = ['(PDH-CSV 4.0) (W. Europe Standard Time)(-60)', ...COUNTERS.map(({ path }) => path)];
  let text = `${head.map((cell) => `"${cell}"`).join(',')}\r\n`;
  let state = 2024;
  // The high bits of a linear congruence; the low ones repeat.
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
  let n = 0;
  for (let written = 0; written < bytes; ) {
    for (let i = 0; i < 100; i++, n++) text += rowOf(n, random);
    const chunk = Buffer.from(text, 'latin1');
    for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
    written += chunk.length;
    text = '';
  }
  closeSync(fd);
  const end = (START + n * STEP) / 1000;
  utimesSync(`${file}.part`, end, end);
  renameSync(`${file}.part`, file);
}
