import { ANCHOR_LITERALS } from '../../src/parser/clock-anchor.js';
import { confidenceOf, shareOfLines } from '../../src/parser/line-share.js';
import { defineParser, type Head } from '../../src/parser/parser.js';
import { jsonOf } from './json.js';
import { journalLineTime, openJournalLines } from './reader.js';
import { readShortLine } from './short.js';

export default defineParser({
  id: 'systemd-journal',
  title: 'systemd journal (journalctl text and JSON)',
  layer: 'guest',
  reads: 'lines',
  // A brace, an RS or `data:`, a bracket, weekday or month, a digit, a mark, an escape sequence.
  startBytes: '{[-\x1b\x1e0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  prefixes: ['rfc3164', 'iso8601'],
  anchorLiterals: [
    ...ANCHOR_LITERALS,
    '"kernel"',
    '-- Boot ',
    '-- Reboot --',
    ' begin at ',
    ' begins at ',
    'Hint: You are ',
  ],
  sniff,
  lineTime: journalLineTime,
  open: openJournalLines,
});

const MARK = /^-- (?:Logs begin at|Journal begins at|No entries --|Boot [0-9a-f]{32} --|Reboot --)/;

function sniff(head: Head): number {
  if (confidenceOf(shareOfLines(head, isEntry)) > 0) return 0.97;
  if (head.lines.some((line) => MARK.test(line))) return 0.96;
  const monotonic = shareOfLines(head, isMonotonic);
  if (monotonic.share >= 0.5 && isOneHost(head)) return 0.97;
  const own = confidenceOf(shareOfLines(head, isOwnForm));
  // Just above what a syslog or kernel log of the same lines would claim.
  return own === 0 ? 0 : own + 0.02;
}

function isEntry(text: string): boolean {
  const json = jsonOf(text);
  return json !== null && /"__(?:REALTIME_TIMESTAMP|CURSOR)"\s*:/.test(json);
}

function isOwnForm(text: string): boolean {
  if (text.startsWith('[')) return false;
  const short = readShortLine(text, null);
  return short?.isOwn === true && short.line.host !== null && short.line.ident !== null;
}

// [12345.678901] web01 kernel: msg
const MONOTONIC = /^\[ *\d+\.\d{6}(?: <[ \d.]+>)?\] ([\w.-]+) ([\w@.()/-]+)(?:\[\d+\])?: /;

function isMonotonic(text: string): boolean {
  return MONOTONIC.test(text);
}

/** A kernel log has other first words on every line; short-monotonic has the host, and before long the kernel. */
function isOneHost(head: Head): boolean {
  const read = head.lines.map((line) => MONOTONIC.exec(line)).filter((m) => m !== null);
  const hosts = new Set(read.map((m) => m[1]));
  return hosts.size === 1 && read.some((m) => m[2] === 'kernel' || m[2] === 'systemd');
}
