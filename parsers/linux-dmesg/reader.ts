import type { Fields, Position } from '../../src/model/record.js';
import type { SourceContext } from '../../src/model/source.js';
import type { WrittenTime } from '../../src/model/time.js';
import { type GuestLog, type KernelMessage, openGuestLog } from '../../src/parser/guest-log.js';
import type { LineReader, Sink } from '../../src/parser/parser.js';
import { readSyslogLine, type SyslogLine } from '../../src/parser/syslog-line.js';
import { type DmesgLine, readDmesgLine } from './line.js';
import { type Piece, splitConsoleLine } from './pieces.js';
import { isKernelTalk, isKernelWording } from './wording.js';

/** Lines without a stamp that are held back until it is known whether this capture has stamps at all. */
const UNDECIDED_LINES = 512;
const UNDECIDED_CHARS = 1 << 18;

const HUMAN_TIME =
  'dmesg computed these times when it ran; every clock step and pause of the machine until then shifts them (dmesg(1))';
const RELATIVE_TIME = 'dmesg -H shows only the distance to the line before; such a line cannot be dated';
const MINUTE_TIME = 'dmesg -H shows the time of the first line of a minute, without seconds';
const NO_STAMPS = 'a kernel log without stamps: none of its messages can be dated';
const NUL_RUN = 'a run of NUL bytes: text that was written did not reach the disk before the machine stopped';

export function openDmesg(_context: SourceContext, sink: Sink): LineReader {
  const log = openGuestLog(sink);
  const noted = new Set<string>();
  const once = (code: string, note: string, at: Position): void => {
    if (!noted.has(code)) sink.issue(code, 'info', note, at);
    noted.add(code);
  };
  let mode: 'undecided' | 'stamped' | 'bare' = 'undecided';
  let held: Piece[] = [];
  let heldChars = 0;
  let kmsg: { message: KernelMessage; text: string; readonly at: Position } | null = null;

  const flushKmsg = (): void => {
    if (kmsg !== null) log.kernel(kmsg.message, kmsg.text, kmsg.at);
    kmsg = null;
  };
  /** A capture whose first lines have no stamps: old kernels log without them; elsewhere it is a boot loader or a mail. */
  const decide = (): void => {
    const pieces = held;
    held = [];
    const lines = pieces.filter((piece) => piece.plain.trim() !== '');
    const matched = lines.filter((piece) => isKernelWording(piece.plain)).length;
    mode = isKernelTalk(matched, lines.length) ? 'bare' : 'stamped';
    if (mode === 'bare' && lines[0] !== undefined) once('no-stamps', NO_STAMPS, lines[0].at);
    for (const piece of pieces) unstamped(piece);
  };
  const stamped = (line: DmesgLine, piece: Piece): void => {
    if (mode === 'undecided') decide();
    noteDating(line, piece.at);
    const message = messageOf(line, piece.plain);
    if (line.dating === 'kmsg') kmsg = { message, text: piece.text, at: piece.at };
    else log.kernel(message, piece.text, piece.at);
  };
  const noteDating = ({ dating }: DmesgLine, at: Position): void => {
    if (dating === 'computed') once('dmesg-human-time', HUMAN_TIME, at);
    else if (dating === 'minute') once('dmesg-minute-time', MINUTE_TIME, at);
    else if (dating === 'relative') sink.issue('dmesg-relative-time', 'error', RELATIVE_TIME, at);
  };
  const unstamped = (piece: Piece): void => {
    if (mode === 'undecided') {
      held.push(piece);
      heldChars += piece.plain.length;
      if (held.length >= UNDECIDED_LINES || heldChars >= UNDECIDED_CHARS) decide();
      return;
    }
    if (!readForeign(log, piece) && !(mode === 'bare' && readBare(log, piece))) {
      log.continuation(piece.text, piece.at);
    }
  };
  return {
    line(text, at) {
      const property = kmsg === null ? null : PROPERTY.exec(text);
      if (kmsg !== null && property !== null) {
        kmsg = withProperty(kmsg, property, text);
        return;
      }
      flushKmsg();
      if (text.includes('\0')) sink.issue('nul-run', 'data-loss', NUL_RUN, at);
      for (const piece of splitConsoleLine(text, at)) {
        const line = isRfcSyslog(piece.plain) ? null : readDmesgLine(piece.plain);
        if (line !== null) stamped(line, piece);
        else unstamped(piece);
      }
    },
    skipped() {
      flushKmsg();
      log.forget();
    },
    end() {
      flushKmsg();
      if (mode === 'undecided') decide();
      log.end();
    },
  };
}

/** The time of the first record of a line, as the reader above will read it. */
export function dmesgTime(text: string): WrittenTime | null {
  for (const { plain } of splitConsoleLine(text, NOWHERE)) {
    const line = isRfcSyslog(plain) ? null : readDmesgLine(plain);
    const time = line === null ? (foreignSyslog(plain)?.time ?? null) : line.time;
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
  const line = foreignSyslog(plain);
  if (line !== null) log.syslog(line, plain, at);
  return line !== null;
}

// [  OK  ] Started ...   [FAILED] Failed to start ...   [ TIME ] Timed out waiting for device ...   [**    ] A start job is running
//          Starting Load Kernel Modules...   (nine blanks: systemd src/core/manager.c status output)
const STATUS =
  /^(?:\[(?: {2}OK {2}|FAILED|DEPEND| TIME | WARN | INFO | SKIP |[ *]{6})\] {1,4}| {9}(?=(?:Starting|Stopping|Mounting|Unmounting|Activating|Deactivating|Expecting|Reloading) ))/;

function foreignSyslog(plain: string): SyslogLine | null {
  const line = readSyslogLine(plain);
  return line !== null && line.time !== null && line.host !== null && line.ident !== null ? line : null;
}

// # comment   root@web01:~# dmesg   $ dmesg
const NO_MESSAGE = /^(?:#|.{0,64}[#$>] (?:sudo )?dmesg\b)/;

/** In a capture without stamps every line is a message, unless it is indented. */
function readBare(log: GuestLog, { plain, text, at }: Piece): boolean {
  const body = plain.trimEnd();
  if (body === '' || /^\s/.test(body) || NO_MESSAGE.test(body)) return false;
  log.kernel({ time: null, uptime: null, severity: null, ident: 'kernel', fields: {}, body }, text, at);
  return true;
}
