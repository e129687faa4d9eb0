import type { Fields, FieldValue } from '../model/record.js';
import { SECOND, type WrittenTime } from '../model/time.js';
import { splitPriority } from './severity.js';
import { readBsdStamp, readIsoStamp } from './stamp.js';
import { readStructuredData } from './structured-data.js';
import { readSyslogTag, standsAt } from './syslog-tag.js';

/** One line of a syslog file, taken apart. Nothing is interpreted. */
export interface SyslogLine {
  /** Null for NILVALUE, or for a line that has only a priority. */
  readonly time: WrittenTime | null;
  /** The stamp as written: a line with the same one shares the time of the line before. */
  readonly stamp: string;
  readonly host: string | null;
  readonly ident: string | null;
  readonly pid: number | null;
  /** Syslog severity 0-7, null where the file does not store it. */
  readonly severity: number | null;
  readonly fields: Fields;
  /** Index of the first character of the message. */
  readonly bodyAt: number;
  readonly isIso: boolean;
  /** What of the line could not be read: it is then part of the message, or the time is null. */
  readonly trouble: SyslogTrouble | null;
}

/** `malformed-rfc5424`: its stamp or structured data; `bad-stamp`: a day or hour that does not exist; `no-stamp`: only a priority. */
export type SyslogTrouble = 'malformed-rfc5424' | 'bad-stamp' | 'no-stamp';

const NO_FIELDS: Fields = {};
const BLANK = 32;
const COLON = 58;
const LESS = 60;

/**
 * RFC 3164 and RFC 5424 as they stand in files: with and without `<PRI>`, with RFC 3339 stamps (rsyslog FileFormat), with
 * octet counts (RFC 6587), and behind the `path:` of grep. Null when the line is none of these. `before` is the line
 * before: what it shares with this one is not read again.
 */
export function readSyslogLine(text: string, before: SyslogLine | null = null): SyslogLine | null {
  const first = text.charCodeAt(0);
  const direct = readAt(text, first === LESS || isDigit(first) ? priorityAt(text) : 0, before, NO_FIELDS);
  if (direct !== null) return direct;
  const path = grepPath(text);
  if (path === null) return null;
  return readAt(text, priorityAt(text, path.length), before, { 'log.file.path': path.path });
}

/** The time such a line states; the same as of `readSyslogLine`, for less. */
export function syslogLineTime(text: string): WrittenTime | null {
  const read = stampAt(text, 0);
  if (read !== null && behindStamp(text, read.length) >= 0) return read.time;
  return readSyslogLine(text)?.time ?? null;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

// 96 <34>Oct 11 22:14:15 ...   (the length is dropped)
const OCTETS = /\d{1,7} (?=<\d{1,3}>)/y;

/** Index behind an octet count. */
function priorityAt(text: string, from = 0): number {
  let at = from;
  while (at - from < 8 && isDigit(text.charCodeAt(at))) at++;
  // An ISO stamp ends here: it begins with digits too.
  if (at === from || text.charCodeAt(at) !== BLANK || text.charCodeAt(at + 1) !== LESS) return from;
  OCTETS.lastIndex = from;
  return OCTETS.test(text) ? OCTETS.lastIndex : from;
}

/**
 * /var/log/kern.log:May 10 16:01:03 ...   kern.log-118-May 10 16:01:03 ... (grep -n -A)
 * A path and a separator directly before a stamp or a priority.
 */
const GREP =
  /^((?:[A-Za-z]:)?[^\s:<]{1,255}?)[:-](?:\d{1,9}[:-])?(?=<\d{1,3}>|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d)/;

function grepPath(text: string): { readonly path: string; readonly length: number } | null {
  const m = GREP.exec(text);
  return m === null ? null : { path: m[1] as string, length: m[0].length };
}

// <34>  <34>1
const PRIORITY = /<(\d{1,4})>(?:(\d{1,2}) (?=\S))?/y;
// 1 2003-10-11T22:14:15.003Z host   (RFC 5424 whose priority was cut off)
const VERSION = /1 (?=\d{4}-\d\d-\d\dT)/y;

function readAt(text: string, from: number, before: SyslogLine | null, fields: Fields): SyslogLine | null {
  const first = text.charCodeAt(from);
  if (first === LESS) return readPrioritised(text, from, before, fields);
  if (first === 49 && text.charCodeAt(from + 1) === BLANK) {
    VERSION.lastIndex = from;
    if (VERSION.test(text)) return readRfc5424(text, from + 2, null, fields);
  }
  return readHeader(text, from, null, before, fields);
}

function readPrioritised(text: string, from: number, before: SyslogLine | null, given: Fields): SyslogLine | null {
  PRIORITY.lastIndex = from;
  const m = PRIORITY.exec(text);
  if (m === null) return null;
  const end = PRIORITY.lastIndex;
  const priority = splitPriority(Number(m[1]));
  const fields = priority === null ? given : { ...given, ...priorityFields(priority) };
  const severity = priority === null ? null : priority.severity;
  const structured = m[2] === '1' ? readRfc5424(text, end, severity, fields) : null;
  if (structured !== null) return structured;
  const at = skipBlanks(text, from + (m[1] as string).length + 2);
  // A priority alone starts a record too: a sender without a clock (RFC 3164, 4.3.3).
  return readHeader(text, at, severity, before, fields) ?? withoutStamp(text, at, severity, fields);
}

function priorityFields({ facility, severity }: { facility: number; severity: number }): Fields {
  return { 'log.syslog.facility.code': facility, 'log.syslog.severity.code': severity };
}

function withoutStamp(text: string, at: number, severity: number | null, fields: Fields): SyslogLine {
  const { ident, pid, bodyAt } = readSyslogTag(text, at, null);
  const common = { time: null, stamp: '', host: null, severity, fields, isIso: false } as const;
  return { ...common, ident, pid, bodyAt, trouble: 'no-stamp' };
}

function stampAt(text: string, from: number): { readonly time: WrittenTime; readonly length: number } | null {
  return isDigit(text.charCodeAt(from)) ? readIsoStamp(text, from) : readBsdStamp(text, from);
}

function readHeader(
  text: string,
  from: number,
  severity: number | null,
  before: SyslogLine | null,
  fields: Fields,
): SyslogLine | null {
  const isIso = isDigit(text.charCodeAt(from));
  const known = before !== null && isSameStamp(text, from, before);
  const read = known ? null : stampAt(text, from);
  if (!known && read === null) return readBadStamp(text, from, severity, fields);
  const stamp = known ? before.stamp : text.slice(from, from + (read?.length ?? 0));
  const time = known ? before.time : (read?.time ?? null);
  const at = behindStamp(text, from + stamp.length);
  if (at < 0) return null;
  return readBehindStamp(text, at, { time, stamp, severity, fields, isIso }, before);
}

/** Host, program and message behind a stamp that was read elsewhere. */
export function readBehindStamp(
  text: string,
  from: number,
  known: Pick<SyslogLine, 'time' | 'stamp' | 'severity' | 'fields' | 'isIso'>,
  before: SyslogLine | null,
): SyslogLine {
  const { time, stamp, severity, fields, isIso } = known;
  const host = readHost(text, from, before === null ? null : before.host);
  const at = host === null ? from : skipBlanks(text, from + host.length);
  const { ident, pid, bodyAt } = readSyslogTag(text, at, before === null ? null : before.ident);
  return { time, stamp, host, ident, pid, severity, fields, bodyAt, isIso, trouble: null };
}

// Mar 33 02:14:07 web01 ...   2024-02-30T25:00:00Z web01 ...
const BAD_STAMP = /(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S{0,20}) (?=\S)/y;

/** A record all the same, and not the end of the one before. */
function readBadStamp(text: string, from: number, severity: number | null, fields: Fields): SyslogLine | null {
  BAD_STAMP.lastIndex = from;
  if (!BAD_STAMP.test(text)) return null;
  const known = { time: null, stamp: '', severity, fields, isIso: false } as const;
  return { ...readBehindStamp(text, BAD_STAMP.lastIndex, known, null), trouble: 'bad-stamp' };
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === BLANK) at++;
  return at;
}

/** Index of what follows a stamp, behind the colon some devices write after it; -1 when the stamp does not end there. */
function behindStamp(text: string, from: number): number {
  const at = text.charCodeAt(from) === COLON ? from + 1 : from;
  if (at < text.length && text.charCodeAt(at) !== BLANK) return -1;
  return skipBlanks(text, at);
}

/**
 * Not for an ISO stamp without a zone: the zone may follow behind a blank. Not for one with decimals: it is hardly ever the
 * same, and trying costs a third of reading it.
 */
function isSameStamp(text: string, from: number, { stamp, isIso, time }: SyslogLine): boolean {
  if (time === null || stamp === '' || (isIso && (time.utcOffset === null || time.resolution < SECOND))) return false;
  const next = text.charCodeAt(from + stamp.length);
  if (next !== BLANK && next !== COLON) return false;
  return text.startsWith(stamp, from);
}

// web01  web01.example.com  192.0.2.1  2001:db8::1  relay/web01  [192.0.2.1]  user@host
const HOST = /^[\w.:%@/+\-[\]]+$/;

/** The word behind the stamp, unless it is a tag or a message: then the line has no host. */
function readHost(text: string, at: number, known: string | null): string | null {
  if (known !== null && text.charCodeAt(at + known.length) === BLANK && standsAt(text, known, at)) return known;
  const blank = text.indexOf(' ', at);
  const end = blank < 0 ? text.length : blank;
  const last = text.charCodeAt(end - 1);
  if (end === at || last === COLON) return null;
  const word = text.slice(at, end);
  if (word.lastIndexOf('[') > 0 || !HOST.test(word)) return null;
  return isMessageWithoutHost(text, at, word) ? null : word;
}

// last message repeated 3 times | message repeated 3 times: [ ...] | --- last message repeated 2 times --- | -- MARK --
const HOSTLESS =
  /(?:--- )?(?:last )?message repeated \d|-- MARK --|Hyper-V [A-Z_]{2,12}(?:\[\d+\])?: |rs:main Q:Reg[:[]/y;

function isMessageWithoutHost(text: string, at: number, word: string): boolean {
  if (!/^(?:---?|last|message|Hyper-V|rs:main)$/.test(word)) return false;
  HOSTLESS.lastIndex = at;
  return HOSTLESS.test(text);
}

// 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3"] message
const RFC5424 = /(\S{1,64}) (\S{1,255}) (\S{1,128}) (\S{1,128}) (\S{1,64})(?: |$)/y;

function readRfc5424(text: string, from: number, severity: number | null, given: Fields): SyslogLine | null {
  RFC5424.lastIndex = from;
  const m = RFC5424.exec(text);
  if (m === null) return null;
  const [, stamp = '', host = '', app = '', process = '', id = ''] = m;
  const read = stamp === '-' ? null : readIsoStamp(stamp);
  const hasTime = read !== null && read.length === stamp.length;
  if (stamp !== '-' && !/^\d{2,4}-\d\d-\d\dT/.test(stamp)) return null;
  const data = readStructuredData(text, RFC5424.lastIndex);
  const fields: Record<string, FieldValue> = { ...given, ...data.fields };
  const pid = /^\d{1,10}$/.test(process) ? Number(process) : null;
  if (pid === null && process !== '-') fields['log.syslog.procid'] = process;
  if (id !== '-') fields['log.syslog.msgid'] = id;
  return {
    time: hasTime ? read.time : null,
    stamp: '',
    host: nilOr(host),
    ident: nilOr(app),
    pid,
    severity,
    fields,
    bodyAt: data.end,
    isIso: true,
    trouble: data.malformed || (stamp !== '-' && !hasTime) ? 'malformed-rfc5424' : null,
  };
}

function nilOr(value: string): string | null {
  return value === '-' ? null : value;
}
