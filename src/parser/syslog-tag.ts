/** Program, process and message of a syslog line behind its host. */
export interface SyslogTag {
  readonly ident: string | null;
  readonly pid: number | null;
  /** Index of the first character of the message. */
  readonly bodyAt: number;
}

const BLANK = 32;
const COLON = 58;
const OPEN = 91;
const CLOSE = 93;

/** Longest tag that is looked for. RFC 3164 says 32; systemd units and Java daemons exceed it. */
const LONGEST = 128;

/**
 * `kernel: `, `sshd(pam_unix)[19939]: `, `postfix/smtpd[12]: `, `/USR/SBIN/CRON[2345]: `, `%PIX-7-710005: `, `tag[1234] `.
 * `known` is the program of the line before: most lines repeat it, and then nothing is allocated.
 */
export function readSyslogTag(text: string, from: number, known: string | null): SyslogTag {
  const isKnown = known !== null && startsWithTag(text, from, known);
  const end = isKnown ? from + known.length : tagEnd(text, from);
  const stop = text.charCodeAt(end);
  const ident = isKnown ? known : text.slice(from, end);
  if (end > from && stop === COLON && endsTag(text, end + 1)) return finishTag(text, ident, null, end + 1);
  if (end > from && stop === OPEN) {
    const bracketed = readPid(text, from, end, ident);
    if (bracketed !== null) return bracketed;
  }
  return readSpacedTag(text, from) ?? { ident: null, pid: null, bodyAt: from };
}

/** The known program and then a character that ends a tag. */
function startsWithTag(text: string, from: number, known: string): boolean {
  const next = text.charCodeAt(from + known.length);
  const ends = next === COLON ? endsTag(text, from + known.length + 1) : next === OPEN;
  return ends && standsAt(text, known, from) && isSimple(known);
}

/** A name with a blank, a bracket or a colon is one only in the form it was read from (`Media Server[77]: `, not `Media Server: `). */
function isSimple(known: string): boolean {
  for (let i = 0; i < known.length; i++) {
    const code = known.charCodeAt(i);
    if (code === BLANK || code === OPEN || code === COLON || code === 9) return false;
  }
  return true;
}

/** `startsWith`, which costs a call of 25 ns: a host or program of a dozen letters is compared in half of that. */
export function standsAt(text: string, word: string, from: number): boolean {
  if (word.length > 12) return text.startsWith(word, from);
  for (let i = 0; i < word.length; i++) if (text.charCodeAt(from + i) !== word.charCodeAt(i)) return false;
  return true;
}

/** Index of the first `: `, `[` or blank. */
function tagEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + LONGEST);
  for (let at = from; at < limit; at++) {
    const code = text.charCodeAt(at);
    if (code === BLANK || code === OPEN) return at;
    if (code === COLON && endsTag(text, at + 1)) return at;
  }
  return limit;
}

/** After the colon of a tag comes a blank, the end, or the bracket of a kernel stamp (`kernel:[12.345678]` in wall messages). */
function endsTag(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return at >= text.length || code === BLANK || code === OPEN || code === 9;
}

/** `[123]: `, `[123] `, `[main]: `; a tag cut by the daemon, `[123: `. Null when the bracket is no process id. */
function readPid(text: string, from: number, open: number, ident: string): SyslogTag | null {
  let pid = 0;
  let at = open + 1;
  for (; at - open <= 10; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    pid = pid * 10 + digit;
  }
  const isNumber = at > open + 1;
  if (!isNumber) return readNamedThread(text, from, open);
  const close = text.charCodeAt(at);
  if (close === COLON && endsTag(text, at + 1)) return finishTag(text, ident, null, at + 1);
  if (close !== CLOSE) return null;
  const next = text.charCodeAt(at + 1);
  if (next === COLON) return finishTag(text, ident, pid, at + 2);
  return at + 1 >= text.length || next === BLANK ? finishTag(text, ident, pid, at + 1) : null;
}

// java[main]:   systemd-udevd[123/45]:
const NAMED = /\[[^\s[\]]{1,48}\]:(?= |$)/y;

function readNamedThread(text: string, from: number, open: number): SyslogTag | null {
  NAMED.lastIndex = open;
  if (!NAMED.test(text)) return null;
  const end = NAMED.lastIndex;
  return finishTag(text, text.slice(from, end - 1), null, end);
}

/**
 * Programs with a blank in their name. Only forms that cannot be a message without a tag, because what stands before
 * the colon is lost to the rules: `Hyper-V VSS: ` (tools/hv/hv_vss_daemon.c openlog), `rs:main Q:Reg: ` (rsyslog's worker),
 * `syslogd 1.4.1: ` (name and version), and any words that a process id ends: `-- root[2421]: `, `Media Server[77]: `.
 */
const SPACED =
  /(Hyper-V [A-Z_]{2,12}|rs:main Q:Reg|[\w.-]{1,32} \d+(?:\.\d+)+(?=: )|[^\s[\]]{1,32}(?: [^\s[\]]{1,32}){1,2}(?=\[\d{1,10}\]: ))(?:\[(\d{1,10})\])?:(?= |$)/y;

function readSpacedTag(text: string, from: number): SyslogTag | null {
  SPACED.lastIndex = from;
  const m = SPACED.exec(text);
  if (m === null) return null;
  return finishTag(text, m[1] as string, m[2] === undefined ? null : Number(m[2]), SPACED.lastIndex);
}

/** Skips the one blank that belongs to the tag, and the ident that RHEL 7's iscsid writes twice (`iscsid: iscsid: `). */
function finishTag(text: string, ident: string, pid: number | null, at: number): SyslogTag {
  let bodyAt = text.charCodeAt(at) === BLANK ? at + 1 : at;
  const twice = bodyAt + ident.length;
  if (text.charCodeAt(twice) === COLON && text.charCodeAt(twice + 1) === BLANK && text.startsWith(ident, bodyAt)) {
    bodyAt = twice + 2;
  }
  const inner = readInnerTag(text, bodyAt);
  return inner === null ? { ident, pid, bodyAt } : { ident: inner.ident, pid: pid ?? inner.pid, bodyAt: inner.bodyAt };
}

const INNER = /(Hyper-V [A-Z_]{2,12})(?:\[(\d{1,10})\])?: /y;
const UPPER_H = 72;

/**
 * hv_vss_daemon[612]: Hyper-V VSS: VSS: op=FREEZE: succeeded
 * The daemon names itself with a blank; journald takes a name only up to a blank (journald-syslog.c
 * syslog_parse_identifier), puts the process name in front and leaves the daemon's tag in the message.
 */
export function readInnerTag(text: string, at: number): SyslogTag | null {
  if (text.charCodeAt(at) !== UPPER_H) return null;
  INNER.lastIndex = at;
  const m = INNER.exec(text);
  if (m === null) return null;
  return { ident: m[1] as string, pid: m[2] === undefined ? null : Number(m[2]), bodyAt: INNER.lastIndex };
}
