import type { Array4 } from './array.js';
import { machineLatency } from './array.js';
import type { HostName, Vm } from './cluster.js';
import { type Files, put } from './guest-files.js';
import { randomOf } from './random.js';
import { type At, SECOND, type Stamps } from './stamps.js';

const INTERVAL = 30 * SECOND;

interface Perfmon {
  readonly host: HostName;
  readonly vms: readonly Vm[];
  readonly from: At;
  readonly to: At;
  readonly array: Array4;
  readonly stamps: Stamps;
  readonly seed: number;
  /** Failed requests of a machine's plain disk until then; the counter never goes back. */
  readonly errors: (vm: Vm, at: At) => number;
}

/** Three digits: PDH writes seventeen, which only repeats the same number with the noise of a double. */
const cell = (value: number): string => `"${Number(value.toPrecision(3))}"`;

/** What `logman` of one host wrote between two moments. Disk 2 is the LUN of the CSV. */
export function perfmon(
  files: Files,
  path: string,
  { host, vms, from, to, array, stamps, seed, errors }: Perfmon,
): void {
  const random = randomOf(seed, `perfmon ${host} ${from}`);
  const device = (vm: Vm): string =>
    `Hyper-V Virtual Storage Device(C:-ClusterStorage-Volume1-${vm.name}-${vm.name}.vhdx)`;
  const counters = [
    'PhysicalDisk(2)\\Avg. Disk sec/Read',
    'PhysicalDisk(2)\\Avg. Disk sec/Write',
    'PhysicalDisk(2)\\Disk Transfers/sec',
    'PhysicalDisk(2)\\Disk Bytes/sec',
    'PhysicalDisk(2)\\Avg. Disk Queue Length',
    'PhysicalDisk(2)\\Current Disk Queue Length',
    'PhysicalDisk(0 C:)\\Avg. Disk sec/Transfer',
    'PhysicalDisk(0 C:)\\Disk Transfers/sec',
    'Cluster CSV File System(Volume1)\\Read Latency',
    'Cluster CSV File System(Volume1)\\Write Latency',
    'Cluster CSV File System(Volume1)\\Redirected Write Bytes/sec',
    ...vms.flatMap((vm) => [`${device(vm)}\\Latency`, `${device(vm)}\\Error Count`]),
  ];
  const header = [
    '(PDH-CSV 4.0) (Eastern Standard Time)(300)',
    ...counters.map((counter) => `\\\\${host}\\${counter}`),
  ];
  const rows = [header.map((text) => `"${text}"`).join(',')];
  // The collector set starts some milliseconds after the second and keeps that distance.
  const offset = random.whole(3, 900);
  for (let t = from, first = true; t < to; t += INTERVAL, first = false) {
    const sight = array(host, t);
    const values = [
      sight.read,
      sight.write,
      sight.reads + sight.writes,
      sight.bytes,
      sight.queue,
      sight.waiting,
      random.between(0.0004, 0.003),
      random.between(2, 14),
      sight.read * 1.02,
      sight.write * 1.03,
      0,
    ];
    const machines = vms.flatMap((vm) => [cell(machineLatency(sight, vm, random)), cell(errors(vm, t))]);
    // A rate needs two readings: the first row has only what is counted at once.
    const cells = first
      ? counters.map((name) => (/Current|Error/.test(name) ? '"0"' : '" "'))
      : [...values.map(cell), ...machines];
    rows.push([`"${stamps.pdh(t + offset + random.whole(0, 12))}"`, ...cells].join(','));
  }
  put(files, path, `${rows.join('\r\n')}\r\n`);
}

/** `iostat -xt 30` of a guest with sysstat 12.5, English dates; the first sample is the mean since boot. */
export function iostat(
  files: Files,
  path: string,
  vm: Vm,
  release: string,
  from: At,
  to: At,
  array: Array4,
  stamps: Stamps,
  seed: number,
): void {
  const random = randomOf(seed, `iostat ${vm.key}`);
  const head = `Linux ${release} (${vm.name}) \t${stamps.date(from)} \t_x86_64_\t(2 CPU)\n`;
  const columns =
    'Device            r/s     rkB/s   rrqm/s  %rrqm r_await rareq-sz     w/s     wkB/s   wrqm/s  %wrqm w_await wareq-sz     d/s     dkB/s   drqm/s  %drqm d_await dareq-sz     f/s f_await  aqu-sz  %util';
  const blocks = [head];
  for (let t = from; t < to; t += INTERVAL) {
    const sight = array(vm.host, t);
    const [reads, writes] = [random.between(0.2, 4), random.between(2, 9)];
    const [r, w] = [sight.read * 1000 * random.spread(0.15), sight.write * 1000 * random.spread(0.15)];
    const queue = (reads * r + writes * w) / 1000;
    const f = (n: number, width: number): string => n.toFixed(2).padStart(width);
    const size = 16;
    const row = `sda       ${f(reads, 11)}${f(reads * size, 10)}${f(0, 9)}${f(0, 7)}${f(r, 8)}${f(size, 9)}${f(writes, 8)}${f(writes * size, 10)}${f(1.2, 9)}${f(12, 7)}${f(w, 8)}${f(size, 9)}${f(0, 8)}${f(0, 10)}${f(0, 9)}${f(0, 7)}${f(0, 8)}${f(0, 9)}${f(writes / 6, 8)}${f(w * 1.4, 8)}${f(queue, 8)}${f(Math.min(100, queue * 40), 7)}`;
    blocks.push(`\n${stamps.shortIso(t + 210)}\n${columns}\n${row}\n`);
  }
  put(files, path, blocks.join(''));
}
