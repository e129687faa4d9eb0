import type { Position } from '../../src/model/record.js';
import type { SourceContext } from '../../src/model/source.js';
import type { WrittenTime } from '../../src/model/time.js';
import { openGuestLog } from '../../src/parser/guest-log.js';
import { readKernelStamp } from '../../src/parser/kernel-line.js';
import type { LineReader, Sink } from '../../src/parser/parser.js';
import { readSyslogLine, type SyslogLine, syslogLineTime } from '../../src/parser/syslog-line.js';
import { byteOffsets, plainText } from '../../src/parser/terminal-text.js';

const ESCAPE = 27;
const OPEN = 91;

// ==> /var/log/messages <==   (tail -f of several files)
const FILE_MARK = /^==> .{1,4096} <==$/;
const NUL_RUN = 'a run of NUL bytes: text that was written did not reach the disk before the machine stopped';

export function openSyslog(_context: SourceContext, sink: Sink): LineReader {
  const log = openGuestLog(sink);
  let before: SyslogLine | null = null;

  const readOne = (text: string, at: Position): void => {
    const line = readSyslogLine(text, before);
    if (line !== null) {
      before = line;
      log.syslog(line, text, at);
    } else if (!readOther(text, at)) log.continuation(text, at);
  };
  /** Lines that are neither a syslog record nor a part of one. */
  const readOther = (text: string, at: Position): boolean => {
    const first = text.charCodeAt(0);
    if (first === OPEN) {
      // [12345.678901] msg   (dmesg pasted into the same file)
      const stamp = readKernelStamp(text);
      if (stamp === null) return false;
      const { uptime, end } = stamp;
      const body = plainText(text.slice(end)).trimEnd();
      log.kernel({ time: uptimeOf(uptime), uptime, severity: null, ident: 'kernel', body, fields: {} }, text, at);
      return true;
    }
    if (first === ESCAPE) {
      const line = readSyslogLine(plainText(text), before);
      if (line !== null) log.syslog(line, plainText(text), at);
      return line !== null;
    }
    if (text !== '--' && !FILE_MARK.test(text)) return false;
    if (text !== '--') sink.issue('file-mark', 'info', 'several files stand in one, as tail and grep write them', at);
    log.forget();
    return true;
  };
  return {
    line(text, at) {
      if (text.includes('\0')) for (const part of splitAtNuls(text, at, sink)) readOne(part.text, part.at);
      else readOne(text, at);
    },
    skipped: () => log.forget(),
    end: () => log.end(),
  };
}

/** The time of a line as the reader above will read it. */
export function syslogTime(text: string): WrittenTime | null {
  const first = text.charCodeAt(0);
  if (first === 0) return syslogTime(text.replace(/^\0+/, ''));
  if (first === ESCAPE) return syslogLineTime(plainText(text));
  const kernel = first === OPEN ? readKernelStamp(text) : null;
  return kernel === null ? syslogLineTime(text) : uptimeOf(kernel.uptime);
}

function uptimeOf(uptime: number): WrittenTime {
  return { micros: uptime, clock: 'uptime', utcOffset: null, yearless: false, resolution: 1 };
}

interface Part {
  readonly text: string;
  readonly at: Position;
}

/** What stands before, between and behind runs of NUL: blocks that a crash left empty, with whole records behind them. */
function splitAtNuls(text: string, at: Position, sink: Sink): readonly Part[] {
  sink.issue('nul-run', 'data-loss', NUL_RUN, at);
  const parts: Part[] = [];
  const offsetOf = byteOffsets(text);
  for (const m of text.matchAll(/[^\0]+/g)) {
    const byteOffset = at.byteOffset === null ? null : at.byteOffset + offsetOf(m.index);
    parts.push({ text: m[0], at: { ...at, byteOffset } });
  }
  return parts;
}
