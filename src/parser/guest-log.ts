import type { Fields, LogRecord, Position } from '../model/record.js';
import type { Micros, WrittenTime } from '../model/time.js';
import { type Assembler, assembleRecords } from './assemble.js';
import { type BootCounter, countBoots } from './boot-count.js';
import { type AnchorCollector, collectAnchors } from './clock-anchor.js';
import { collectKernelFacts } from './kernel-fact.js';
import { readKernelCaller, readKernelStamp } from './kernel-line.js';
import type { Sink } from './parser.js';
import { type Repeat, readRepeat } from './repeat-line.js';
import { syslogSeverity } from './severity.js';
import type { SyslogLine, SyslogTrouble } from './syslog-line.js';
import { hasEscapes, plainText } from './terminal-text.js';

/** A kernel message without a syslog prefix, as dmesg and a serial console give it. */
export interface KernelMessage {
  readonly time: WrittenTime | null;
  readonly uptime: Micros | null;
  readonly severity: number | null;
  readonly ident: string | null;
  readonly body: string;
  readonly fields: Fields;
}

/** Makes records of the lines of a guest's text log, whatever wrote the prefix. */
export interface GuestLog {
  syslog(line: SyslogLine, text: string, at: Position): void;
  kernel(message: KernelMessage, text: string, at: Position): void;
  /** A line without a prefix of its own. */
  continuation(text: string, at: Position): void;
  /** The line before is not the one before in the log: nothing continues or repeats it. */
  forget(): void;
  /** A mark of the source: what follows is of this boot (systemd's id), or of a boot it does not name. */
  bootMark(id: string | null): void;
  end(): void;
}

/** Hosts whose last record is remembered for "last message repeated". */
const HOSTS = 1024;
/** Longer records are not remembered. */
const REMEMBERED = 16_384;

interface State {
  readonly sink: Sink;
  readonly assembler: Assembler;
  readonly anchors: AnchorCollector;
  readonly noteKernel: (record: LogRecord) => void;
  readonly boots: BootCounter;
  /** The last record of every host but that of `previous`. */
  readonly others: Map<string | null, LogRecord>;
  previous: LogRecord | null;
  marked: string | null;
}

export function openGuestLog(sink: Sink): GuestLog {
  const state: State = {
    sink,
    assembler: assembleRecords(sink, { blankEndsBody: true }),
    anchors: collectAnchors(sink),
    noteKernel: collectKernelFacts(sink),
    boots: countBoots(),
    others: new Map(),
    previous: null,
    marked: null,
  };
  return {
    syslog: (line, text, at) => readSyslog(state, line, text, at),
    kernel({ time, uptime, severity, ident, body, fields }, text, at) {
      const boot = state.marked ?? state.boots.kernel(null, time, uptime, body);
      const common = { until: null, host: null, channel: null, pid: null, repeat: 1 } as const;
      start(state, { ...common, time, uptime, severity, ident, body, fields, text, boot, at });
    },
    continuation: (text, at) => readContinuation(state, text, at),
    forget: () => forget(state),
    bootMark(id) {
      state.assembler.flush();
      state.marked = id;
      if (id === null) state.boots.turn(state.previous?.host ?? null);
    },
    end() {
      state.assembler.flush();
      state.anchors.end();
    },
  };
}

function forget(state: State): void {
  state.assembler.flush();
  state.others.clear();
  state.previous = null;
}

// [root@web01 ~]# tail -f /var/log/messages   admin@web01:~$ dmesg
const PROMPT =
  /^(?:\[[\w.-]{1,64}@[\w.-]{1,255} [^\]]{1,128}\][#$]|[\w.-]{1,64}@[\w.-]{1,255}:[^\s#$]{1,128}[#$])(?: |$)/;

function readContinuation(state: State, text: string, at: Position): void {
  if (PROMPT.test(text)) {
    forget(state);
    state.sink.issue('shell-prompt', 'info', SHELL_PROMPT, at);
  } else if (!state.assembler.continue(text) && text.trim() !== '') {
    state.sink.issue('unreadable-line', 'error', UNREADABLE, at);
  }
}

function readSyslog(state: State, line: SyslogLine, text: string, at: Position): void {
  // grep -r shows one file after the other: the next file may begin in any boot.
  const fieldsBefore = state.previous?.fields ?? line.fields;
  if (fieldsBefore !== line.fields && fieldsBefore['log.file.path'] !== line.fields['log.file.path']) {
    state.boots.turn(line.host);
  }
  const record = line.ident === 'kernel' ? kernelRecord(state, line, text, at) : plainRecord(state, line, text, at);
  const repeat = readRepeat(record.body);
  if (repeat === null || !isRepeated(state, record, repeat)) start(state, record);
  if (line.trouble !== null) state.sink.issue(line.trouble, 'error', TROUBLE[line.trouble], at);
}

function start(state: State, record: LogRecord): void {
  const { previous } = state;
  if (previous !== null && previous.host !== record.host) remember(state.others, previous);
  state.previous = record;
  state.assembler.start(record);
  if (record.ident === 'kernel') state.noteKernel(record);
  state.anchors.observe(record);
}

/** True when the line was a repeat of a record that is still known; it is then counted there or becomes a copy of it. */
function isRepeated(state: State, line: LogRecord, repeat: Repeat): boolean {
  const { previous } = state;
  if (previous !== null && isRepeatOf(previous, line, repeat)) {
    return state.assembler.repeat(repeat.count, line.text, line.time);
  }
  const known = state.others.get(line.host ?? line.ident);
  const of = known !== undefined && isRepeatOf(known, line, repeat) ? known : null;
  if (of === null && repeat.body === null) return false;
  const { ident, pid, severity } = of ?? line;
  start(state, { ...line, ident, pid, severity, body: of?.body ?? repeat.body ?? '', repeat: repeat.count });
  return true;
}

function plainRecord({ boots, marked }: State, line: SyslogLine, text: string, at: Position): LogRecord {
  const body = readableBody(text, line.bodyAt);
  return recordOf(line, text, at, body, null, marked ?? boots.label(line.host));
}

function kernelRecord({ boots, marked }: State, line: SyslogLine, text: string, at: Position): LogRecord {
  const { uptime, caller, severity, bodyAt } = readKernelBody(line, text);
  const body = readableBody(text, bodyAt);
  const boot = marked ?? boots.kernel(line.host, line.time, uptime, body);
  const record = recordOf(line, text, at, body, uptime, boot);
  if (severity === line.severity && caller === null) return record;
  return { ...record, severity: severityOf(severity), fields: withCaller(line.fields, caller) };
}

const SHELL_PROMPT = 'a shell prompt stands among the log lines, as in a copied terminal session';
const UNREADABLE = 'a line is not of this format and follows no record it could belong to';
const TROUBLE: Readonly<Record<SyslogTrouble, string>> = {
  'malformed-rfc5424': 'an RFC 5424 line has a stamp or structured data that RFC 5424 does not allow',
  'bad-stamp': 'the stamp of a line is a day or an hour that does not exist',
  'no-stamp': 'a line has a priority but no stamp',
};

function remember(others: Map<string | null, LogRecord>, record: LogRecord): void {
  if (record.text.length > REMEMBERED) return;
  if (others.size >= HOSTS) others.clear();
  others.set(record.host, record);
}

/** BT12: a repeat speaks of the line before of the same host, and where it names a program or message, of that one. */
function isRepeatOf(before: LogRecord, line: LogRecord, repeat: Repeat): boolean {
  // Mar  8 15:18:40 avas: last message repeated 11 times   (sysklogd: the word before the colon is the host)
  if (line.host === null && line.ident === before.host) return true;
  if (line.host !== null && line.host !== before.host) return false;
  if (line.ident !== null && line.ident !== before.ident) return false;
  return repeat.body === null || repeat.body.trim() === before.body.trim();
}

function recordOf(
  line: SyslogLine,
  text: string,
  at: Position,
  body: string,
  uptime: Micros | null,
  boot: string | null,
): LogRecord {
  return {
    time: line.time,
    until: null,
    host: line.host,
    channel: null,
    ident: line.ident,
    pid: line.pid,
    severity: severityOf(line.severity),
    body,
    text,
    uptime,
    boot,
    repeat: 1,
    fields: line.fields,
    at,
  };
}

function severityOf(code: number | null): number | null {
  return code === null ? null : syslogSeverity(code);
}

/** The message from `from` on, without escape sequences and the blanks that end it. */
export function readableBody(text: string, from: number): string {
  const body = text.slice(from);
  const plain = hasEscapes(body) ? plainText(body) : body;
  return plain.charCodeAt(plain.length - 1) <= 32 ? plain.trimEnd() : plain;
}

interface KernelBody {
  readonly uptime: Micros | null;
  readonly caller: string | null;
  readonly severity: number | null;
  readonly bodyAt: number;
}

// kernel: [12345.678901] msg   kernel: <6>[12345.678901] msg   kernel: msg
function readKernelBody(line: SyslogLine, text: string): KernelBody {
  let { bodyAt, severity } = line;
  if (text.charCodeAt(bodyAt) === 60 && text.charCodeAt(bodyAt + 2) === 62) {
    const digit = text.charCodeAt(bodyAt + 1) - 48;
    if (digit >= 0 && digit <= 7) {
      severity ??= digit;
      bodyAt += 3;
    }
  }
  const stamp = readKernelStamp(text, bodyAt);
  if (stamp === null) {
    const called = readKernelCaller(text, bodyAt);
    return { uptime: null, caller: called?.caller ?? null, severity, bodyAt: called?.end ?? bodyAt };
  }
  return { uptime: stamp.uptime, caller: stamp.caller, severity, bodyAt: stamp.end };
}

export function withCaller(fields: Fields, caller: string | null): Fields {
  return caller === null ? fields : { ...fields, 'kernel.caller': caller };
}
