import type { Fields, Position } from '../../src/model/record.js';
import type { SourceContext } from '../../src/model/source.js';
import type { WrittenTime } from '../../src/model/time.js';
import { type GuestLog, type KernelMessage, openGuestLog } from '../../src/parser/guest-log.js';
import type { LineReader, Sink } from '../../src/parser/parser.js';
import { readSyslogLine } from '../../src/parser/syslog-line.js';
import { type DmesgLine, readDmesgLine } from './line.js';
import { type Piece, splitConsoleLine, syslogInDmesg } from './pieces.js';
import { isKernelTalk, isKernelWording } from './wording.js';

/** Lines without a stamp that are held back until it is known whether this capture has stamps at all. */
const UNDECIDED_LINES = 512;
const UNDECIDED_CHARS = 1 << 18;

const HUMAN_TIME =
  'dmesg computed these times when it ran; every clock step and pause of the machine until then shifts them (dmesg(1))';
const RELATIVE_TIME = 'dmesg -H shows only the distance to the line before; such a line cannot be dated';
const MINUTE_TIME = 'dmesg -H shows the time of the first line of a minute, without seconds';
const BAD_STAMP = 'a bracket at the start of a line is meant as a stamp but is no time';
const NO_STAMPS = 'a kernel log without stamps: none of its messages can be dated';
const NUL_RUN = 'a run of NUL bytes: text that was written did not reach the disk before the machine stopped';

interface State {
  readonly sink: Sink;
  readonly log: GuestLog;
  readonly noted: Set<string>;
  /** `bare`: a capture without stamps, in which every line is a message. */
  mode: 'undecided' | 'stamped' | 'bare';
  held: Piece[];
  heldChars: number;
  /** A /dev/kmsg record whose properties may follow. */
  kmsg: { readonly message: KernelMessage; readonly text: string; readonly at: Position } | null;
}

export function openDmesg(_context: SourceContext, sink: Sink): LineReader {
  const log = openGuestLog(sink);
  const state: State = { sink, log, noted: new Set(), mode: 'undecided', held: [], heldChars: 0, kmsg: null };
  return {
    line(text, at) {
      const property = state.kmsg === null ? null : PROPERTY.exec(text);
      if (state.kmsg !== null && property !== null) {
        state.kmsg = withProperty(state.kmsg, property, text);
        return;
      }
      if (text.includes('\0')) sink.issue('nul-run', 'data-loss', NUL_RUN, at);
      for (const piece of splitConsoleLine(text, at)) {
        flushKmsg(state);
        const line = isRfcSyslog(piece.plain) ? null : readDmesgLine(piece.plain);
        if (line === null) readUnstamped(state, piece);
        else readStamped(state, line, piece);
      }
    },
    skipped() {
      flushKmsg(state);
      log.forget();
    },
    end() {
      flushKmsg(state);
      if (state.mode === 'undecided') decide(state);
      log.end();
    },
  };
}

function flushKmsg(state: State): void {
  if (state.kmsg !== null) state.log.kernel(state.kmsg.message, state.kmsg.text, state.kmsg.at);
  state.kmsg = null;
}

function noteOnce({ sink, noted }: State, code: string, note: string, at: Position): void {
  if (!noted.has(code)) sink.issue(code, 'info', note, at);
  noted.add(code);
}

/** A capture whose first lines have no stamps: old kernels log without them; elsewhere it is a boot loader or a mail. */
function decide(state: State): void {
  const pieces = state.held;
  state.held = [];
  const lines = pieces.filter((piece) => piece.plain.trim() !== '');
  const matched = lines.filter((piece) => isKernelWording(piece.plain)).length;
  state.mode = isKernelTalk(matched, lines.length) ? 'bare' : 'stamped';
  if (state.mode === 'bare' && lines[0] !== undefined) noteOnce(state, 'no-stamps', NO_STAMPS, lines[0].at);
  for (const piece of pieces) readUnstamped(state, piece);
}

function readStamped(state: State, line: DmesgLine, { plain, text, at }: Piece): void {
  if (state.mode === 'undecided') decide(state);
  if (line.dating === 'computed') noteOnce(state, 'dmesg-human-time', HUMAN_TIME, at);
  else if (line.dating === 'minute') noteOnce(state, 'dmesg-minute-time', MINUTE_TIME, at);
  else if (line.dating === 'relative') state.sink.issue('dmesg-relative-time', 'error', RELATIVE_TIME, at);
  else if (line.dating === 'bad') state.sink.issue('bad-stamp', 'error', BAD_STAMP, at);
  const message = messageOf(line, plain);
  if (line.dating === 'kmsg') state.kmsg = { message, text, at };
  else state.log.kernel(message, text, at);
}

function readUnstamped(state: State, piece: Piece): void {
  if (state.mode === 'undecided') {
    state.held.push(piece);
    state.heldChars += piece.plain.length;
    if (state.held.length >= UNDECIDED_LINES || state.heldChars >= UNDECIDED_CHARS) decide(state);
    return;
  }
  if (readForeign(state.log, piece) || (state.mode === 'bare' && readBare(state.log, piece))) return;
  state.log.continuation(piece.text, piece.at);
}

/** The time of the first record of a line, as the reader above will read it. */
export function dmesgTime(text: string): WrittenTime | null {
  for (const { plain } of splitConsoleLine(text, NOWHERE)) {
    const line = isRfcSyslog(plain) ? null : readDmesgLine(plain);
    const time = line === null ? (syslogInDmesg(plain)?.time ?? null) : line.time;
    if (time !== null) return time;
  }
  return null;
}

const NOWHERE: Position = { line: null, byteOffset: null, record: null };

function messageOf(line: DmesgLine, plain: string): KernelMessage {
  const { time, uptime, severity, fields } = line;
  return { time, uptime, severity, fields, ident: 'kernel', body: plain.slice(line.bodyAt).trimEnd() };
}

//  SUBSYSTEM=scsi   (a property of the /dev/kmsg record before it)
const PROPERTY = /^ ([A-Z_][A-Z0-9_]{0,63})=(.{0,4096})/;

function withProperty<T extends { readonly message: KernelMessage; readonly text: string }>(
  held: T,
  property: RegExpExecArray,
  text: string,
): T {
  const fields: Fields = { ...held.message.fields, [property[1] as string]: property[2] as string };
  return { ...held, message: { ...held.message, fields }, text: `${held.text}\n${text}` };
}

/** `<34>Oct 11 22:14:15 web01 ...` has a priority too, but its stamp says that it is no kernel line. */
function isRfcSyslog(plain: string): boolean {
  return plain.charCodeAt(0) === 60 && (readSyslogLine(plain)?.time ?? null) !== null;
}

/** A line of another writer that is a record of its own. */
function readForeign(log: GuestLog, { plain, text, at }: Piece): boolean {
  const status = STATUS.exec(plain);
  if (status !== null) {
    const body = plain.slice(status[0].length).trimEnd();
    log.kernel({ time: null, uptime: null, severity: null, ident: 'systemd', fields: {}, body }, text, at);
    return true;
  }
  const line = syslogInDmesg(plain);
  if (line !== null) log.syslog(line, plain, at);
  return line !== null;
}

// [  OK  ] Started ...   [FAILED] Failed to start ...   [ TIME ] Timed out waiting for device ...   [**    ] A start job is running
//          Starting Load Kernel Modules...   (nine blanks: systemd src/core/manager.c status output)
const STATUS =
  /^(?:\[(?: {2}OK {2}|FAILED|DEPEND| TIME | WARN | INFO | SKIP |[ *]{6})\] {1,4}| {9}(?=(?:Starting|Stopping|Mounting|Unmounting|Activating|Deactivating|Expecting|Reloading) ))/;

// # comment   root@web01:~# dmesg   $ dmesg
const NO_MESSAGE = /^(?:#|.{0,64}[#$>] (?:sudo )?dmesg\b)/;

/** In a capture without stamps every line is a message, unless it is indented. */
function readBare(log: GuestLog, { plain, text, at }: Piece): boolean {
  const body = plain.trimEnd();
  if (body === '' || /^\s/.test(body) || NO_MESSAGE.test(body)) return false;
  log.kernel({ time: null, uptime: null, severity: null, ident: 'kernel', fields: {}, body }, text, at);
  return true;
}
