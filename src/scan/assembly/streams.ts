/**
 * One stream per host: records with rising stamps less than a minute apart are one run, and only runs are reported.
 * Whatever else happens (a silence, a step back, another offset) starts a new one, so that the caller sees every
 * irregularity and nothing of what is regular.
 */
import {
  DIRTY,
  HOST,
  KERNELS,
  KERNEL_BYTES,
  RUNS,
  RUN_BYTES,
  SLOTS,
  SLOT_COUNT,
  STREAMS,
  STREAM_BYTES,
  STREAM_COUNT,
} from './layout';

// A stream: its open run, its open stretch of kernel lines (laid out as their results are), its name and a blank.
const RECORDS: usize = 0;
const LINES: usize = 4;
const KIND: usize = 8;
const NAME_LENGTH: usize = 12;
const FIRST: usize = 16;
const LAST: usize = 24;
const FIRST_AT: usize = 32;
/** Where the window of the kernel lines begins, on the uptime axis. */
const WINDOW_FROM: usize = 40;
const KERNEL: usize = 48;
const NAME: usize = KERNEL + KERNEL_BYTES;
/** Longest name: DNS allows 253, a label 63; what is longer makes the line odd. */
const NAME_ROOM: usize = STREAM_BYTES - NAME - 16;

// Of a stretch of kernel lines: stream, flags, and four lines.
const FLAGS: usize = KERNEL + 8;
const FIRST_LINE: usize = KERNEL + 16;
const LAST_LINE: usize = KERNEL + 48;
const HIGHEST: usize = KERNEL + 80;
const LEAST: usize = KERNEL + 112;
// Of a line: offset, line, uptime, wall time.
const LINE: usize = 8;
const UPTIME: usize = 16;
const WALL: usize = 24;

const SILENCE: f64 = 60_000_000;
/** Kernel lines of one stretch lie in one window of this length, on the uptime axis (src/parser/clock-anchor.ts). */
const WINDOW: f64 = 600_000_000;
/** Stamps of several processors lie out of order by less (src/parser/boot-count.ts). */
const JITTER: f64 = 1_000_000;

export const FIRST_SELECTED: u32 = 1;
export const LAST_SELECTED: u32 = 2;
export const HIGHEST_SELECTED: u32 = 4;
/** The first line is the banner of a boot. */
export const BANNER: u32 = 8;

let streams: u32 = 0;
let dirty: u32 = 0;
let uptimeStream: usize = 0;
let runs: u32 = 0;
let kernels: u32 = 0;

export function streamCount(): u32 {
  return streams;
}
export function runCount(): u32 {
  return runs;
}
export function kernelCount(): u32 {
  return kernels;
}
/** No further line may be read before rows are taken. */
export let isFull: bool = false;
export function forgetRows(): void {
  isFull = false;
  runs = 0;
  kernels = 0;
}
/** Address and length of a stream's name. */
export function nameAt(stream: u32): usize {
  return STREAMS + <usize>stream * STREAM_BYTES + NAME;
}
export function nameLength(stream: u32): u32 {
  return load<u32>(STREAMS + <usize>stream * STREAM_BYTES, NAME_LENGTH);
}

export function forgetStreams(): void {
  memory.fill(SLOTS, 0, <usize>SLOT_COUNT * 4);
  streams = 0;
  dirty = 0;
  uptimeStream = 0;
  lastStream = 0;
  forgetRows();
}

/** Number of a stream at an address. */
export function numberOf(stream: usize): u32 {
  return <u32>((stream - STREAMS) / STREAM_BYTES);
}

/** What `findHost` found: whether the stream is new, and where the name and its blank end. */
export let isNew: bool = false;
export let nameEnd: usize = 0;
let lastStream: usize = 0;
let lastHead: v128 = i8x16.splat(0);
let lastTail: v128 = i8x16.splat(0);
let headMask: i32 = 0;
/** Where the last sixteen bytes of a name of more than fifteen and its blank begin; 0 for a shorter one. */
let tailAt: usize = 0;
let lastLength: usize = 0;

/** The stream of the word at `at`; 0 when it is no plain host name, or one host too many. */
// @ts-ignore: decorator
@inline
export function findHost(at: usize, end: usize): usize {
  isNew = false;
  // Nearly every line names the host of the line before. Up to 31 bytes two compares that overlap are enough.
  if (
    lastStream != 0 &&
    at + lastLength <= end &&
    (i8x16.bitmask(v128.eq<u8>(v128.load(at), lastHead)) & headMask) == headMask &&
    (tailAt == 0 || i8x16.all_true(v128.eq<u8>(v128.load(at + tailAt), lastTail)))
  ) {
    nameEnd = at + lastLength;
    return lastStream;
  }
  return lookUpHost(at, end);
}

/** The host is known without being looked for. */
// @ts-ignore: decorator
@inline
export function keepKnown(): void {
  isNew = false;
}

function lookUpHost(at: usize, end: usize): usize {
  nameEnd = endOfHost(at, end);
  if (nameEnd == 0) return 0;
  const length = nameEnd - at;
  let hash: u32 = 0x811c9dc5;
  for (let i = at; i + 1 < nameEnd; i++) hash = (hash ^ load<u8>(i)) * 0x01000193;
  const stream = lookUp(at, <u32>length - 1, hash);
  if (stream == 0 || length > 32) return stream;
  lastStream = stream;
  lastLength = length;
  headMask = length >= 16 ? 0xffff : (1 << <i32>length) - 1;
  tailAt = length > 16 ? length - 16 : 0;
  lastHead = v128.load(stream + NAME);
  if (tailAt != 0) lastTail = v128.load(stream + NAME + tailAt);
  return stream;
}

/** End of a plain host name and the blank behind it; 0 when there is none. */
export function endOfHost(at: usize, end: usize): usize {
  let next = at;
  while (load<u8>(HOST + load<u8>(next)) != 0 && next - at <= NAME_ROOM) next++;
  const length = next - at;
  if (length == 0 || length > NAME_ROOM || next >= end || load<u8>(next) != 32) return 0;
  return load<u8>(next - 1) == 58 || isWord(at, length) ? 0 : next + 1;
}

/** Words that begin a message where a host should stand (HOSTLESS in src/parser/syslog-line.ts): left to the parser. */
function isWord(at: usize, length: usize): bool {
  const first = load<u8>(at);
  if (first == 45) return length <= 3;
  if (length == 4) return load<u32>(at) == 0x7473616c;
  if (length == 7) return first == 109 || first == 72 || first == 114;
  return false;
}

function lookUp(at: usize, length: u32, hash: u32): usize {
  let slot = (hash ^ (hash >>> 15)) & (SLOT_COUNT - 1);
  for (;;) {
    const stream: usize = load<u32>(SLOTS + <usize>slot * 4);
    if (stream == 0) break;
    if (load<u32>(stream, NAME_LENGTH) == length && isSame(stream + NAME, at, length)) return stream;
    slot = (slot + 1) & (SLOT_COUNT - 1);
  }
  const stream = newStream();
  if (stream == 0) return 0;
  memory.copy(stream + NAME, at, length + 1);
  store<u32>(stream, length, NAME_LENGTH);
  store<u32>(SLOTS + <usize>slot * 4, <u32>stream);
  return stream;
}

function isSame(a: usize, b: usize, length: u32): bool {
  for (let i: usize = 0; i < length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}

function newStream(): usize {
  if (streams >= STREAM_COUNT) return 0;
  const stream = STREAMS + <usize>streams * STREAM_BYTES;
  memory.fill(stream, 0, STREAM_BYTES);
  streams++;
  isNew = true;
  return stream;
}

/** The one stream of lines that name no host. */
export function findUptimeStream(): usize {
  isNew = false;
  if (uptimeStream == 0) uptimeStream = newStream();
  return uptimeStream;
}

/** Counts a record. `kind` tells form and offset of its stamp. */
// @ts-ignore: decorator
@inline
export function countRecord(stream: usize, at: f64, micros: f64, kind: i32): void {
  const records = load<u32>(stream, RECORDS);
  const step = micros - load<f64>(stream, LAST);
  if (records != 0 && load<i32>(stream, KIND) == kind && step >= 0 && step < SILENCE) {
    store<u32>(stream, records + 1, RECORDS);
    store<f64>(stream, micros, LAST);
    return;
  }
  openRun(stream, records, at, micros, kind);
}

function openRun(stream: usize, records: u32, at: f64, micros: f64, kind: i32): void {
  if (records != 0) emitRun(stream);
  else if (load<u32>(stream, LINES) == 0) mark(stream);
  store<u32>(stream, 1, RECORDS);
  store<i32>(stream, kind, KIND);
  store<f64>(stream, micros, FIRST);
  store<f64>(stream, micros, LAST);
  store<f64>(stream, at, FIRST_AT);
}

function mark(stream: usize): void {
  store<u32>(DIRTY + <usize>dirty * 4, <u32>stream);
  dirty++;
}

function emitRun(stream: usize): void {
  const row = RUNS + <usize>runs * RUN_BYTES;
  store<f64>(row, <f64>numberOf(stream));
  store<f64>(row, <f64>load<i32>(stream, KIND), 8);
  store<f64>(row, load<f64>(stream, FIRST_AT), 16);
  store<f64>(row, load<f64>(stream, FIRST), 24);
  store<f64>(row, load<f64>(stream, LAST), 32);
  store<f64>(row, <f64>load<u32>(stream, RECORDS), 40);
  runs++;
  if (runs >= STREAM_COUNT - 2) isFull = true;
}

/** Counts a kernel line that carries the time since boot. `wall` is NaN where the line has no wall stamp. */
export function countKernelLine(
  stream: usize,
  at: f64,
  line: f64,
  uptime: f64,
  wall: f64,
  isSelected: bool,
  isBanner: bool,
): void {
  if (load<u32>(stream, LINES) != 0 && !isBanner && extend(stream, at, line, uptime, wall, isSelected)) return;
  if (load<u32>(stream, LINES) != 0) emitKernel(stream);
  else if (load<u32>(stream, RECORDS) == 0) mark(stream);
  store<u32>(stream, 1, LINES);
  store<f64>(stream, <f64>numberOf(stream), KERNEL);
  const flags: u32 = isSelected ? FIRST_SELECTED | LAST_SELECTED | HIGHEST_SELECTED : 0;
  store<f64>(stream, <f64>(isBanner ? flags | BANNER : flags), FLAGS);
  store<f64>(stream, Math.floor(uptime / WINDOW) * WINDOW, WINDOW_FROM);
  writeLine(stream + FIRST_LINE, at, line, uptime, wall);
  writeLine(stream + LAST_LINE, at, line, uptime, wall);
  writeLine(stream + HIGHEST, at, line, uptime, wall);
  writeLine(stream + LEAST, at, line, uptime, wall);
}

function extend(stream: usize, at: f64, line: f64, uptime: f64, wall: f64, isSelected: bool): bool {
  const highest = load<f64>(stream, HIGHEST + UPTIME);
  const window = load<f64>(stream, WINDOW_FROM);
  if (highest - uptime > JITTER || uptime < window || uptime >= window + WINDOW) return false;
  let flags = <u32>load<f64>(stream, FLAGS);
  flags = isSelected ? flags | LAST_SELECTED : flags & ~LAST_SELECTED;
  writeLine(stream + LAST_LINE, at, line, uptime, wall);
  if (uptime > highest) {
    flags = isSelected ? flags | HIGHEST_SELECTED : flags & ~HIGHEST_SELECTED;
    writeLine(stream + HIGHEST, at, line, uptime, wall);
  }
  store<f64>(stream, <f64>flags, FLAGS);
  if (wall - uptime < load<f64>(stream, LEAST + WALL) - load<f64>(stream, LEAST + UPTIME)) {
    writeLine(stream + LEAST, at, line, uptime, wall);
  }
  return true;
}

// @ts-ignore: decorator
@inline
function writeLine(to: usize, at: f64, line: f64, uptime: f64, wall: f64): void {
  store<f64>(to, at);
  store<f64>(to, line, LINE);
  store<f64>(to, uptime, UPTIME);
  store<f64>(to, wall, WALL);
}

function emitKernel(stream: usize): void {
  memory.copy(KERNELS + <usize>kernels * KERNEL_BYTES, stream + KERNEL, KERNEL_BYTES);
  kernels++;
  if (kernels >= STREAM_COUNT - 2) isFull = true;
}

/** Ends every run: what follows is counted by the caller first. */
export function endRuns(): void {
  for (let i: u32 = 0; i < dirty; i++) {
    const stream: usize = load<u32>(DIRTY + <usize>i * 4);
    if (load<u32>(stream, RECORDS) != 0) emitRun(stream);
    if (load<u32>(stream, LINES) != 0) emitKernel(stream);
    store<u32>(stream, 0, RECORDS);
    store<u32>(stream, 0, LINES);
  }
  dirty = 0;
}
