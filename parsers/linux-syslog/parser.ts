import { ANCHOR_LITERALS } from '../../src/parser/clock-anchor.js';
import { confidenceOf, shareOfLines } from '../../src/parser/line-share.js';
import { defineParser, type Head } from '../../src/parser/parser.js';
import { readSyslogLine } from '../../src/parser/syslog-line.js';
import { openSyslog, syslogTime } from './reader.js';

/** Priority, stamp, letters and paths of grep, a bare kernel stamp, an escape sequence, a crash hole. */
const START_BYTES = '<[./~_-\0\x1b0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export default defineParser({
  id: 'linux-syslog',
  title: 'Linux syslog file (RFC 3164, RFC 5424, rsyslog)',
  layer: 'guest',
  reads: 'lines',
  startBytes: START_BYTES,
  prefixes: ['rfc3164', 'iso8601'],
  anchorLiterals: ANCHOR_LITERALS,
  sniff,
  lineTime: syslogTime,
  open: openSyslog,
});

// -- Logs begin at ... / -- Journal begins at ... / -- Boot <id> -- / -- Reboot --: journalctl wrote it
const JOURNAL_MARK = /^-- (?:Logs begin|Journal begins|Boot [0-9a-f]{32} --|Reboot --)/;

function sniff(head: Head): number {
  const share = shareOfLines(head, isSyslog);
  if (share.matched === 0) return 0;
  return head.lines.some((line) => JOURNAL_MARK.test(line)) ? 0.4 : confidenceOf(share);
}

// A wall stamp with a zone in the form rsyslog writes, or none at all. The comma of `dmesg --time-format iso` and the
// blank of application logs are somebody else's.
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d) /;

function isSyslog(text: string): boolean {
  const line = readSyslogLine(text.includes('\0') ? text.replaceAll('\0', '') : text);
  if (line === null || line.host === null || line.time === null) return false;
  if (line.isIso && line.stamp !== '' && !STAMP.test(text.slice(text.indexOf(line.stamp)))) return false;
  return line.ident !== null || /^(?:last message repeated|-- MARK --)/.test(text.slice(line.bodyAt));
}
