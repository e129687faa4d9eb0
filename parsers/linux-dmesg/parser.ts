import { ANCHOR_LITERALS } from '../../src/parser/clock-anchor.js';
import { confidenceOf, shareOfLines } from '../../src/parser/line-share.js';
import { defineParser, type Head } from '../../src/parser/parser.js';
import { readDmesgLine } from './line.js';
import { splitConsoleLine } from './pieces.js';
import { dmesgTime, openDmesg } from './reader.js';
import { isKernelTalk, isKernelWording } from './wording.js';

export default defineParser({
  id: 'linux-dmesg',
  title: 'Linux kernel log (dmesg, /dev/kmsg, serial console)',
  layer: 'guest',
  reads: 'lines',
  // A serial console puts any character before a kernel stamp.
  startBytes: null,
  prefixes: ['uptime'],
  anchorLiterals: ANCHOR_LITERALS,
  sniff,
  lineTime: dmesgTime,
  open: openDmesg,
});

const NOWHERE = { line: null, byteOffset: null, record: null };

function sniff(head: Head): number {
  const dated = confidenceOf(shareOfLines(head, isDated));
  if (dated > 0) return dated;
  // Without stamps it can only be told by what kernels say.
  const bare = shareOfLines(head, isKernelWording);
  return isKernelTalk(bare.matched, bare.lines) ? 0.45 : 0;
}

// [Sun Mar 03 02:14:07 2024] [error] [client 192.0.2.1] ...   (Apache's error log before 2.4 has the same bracket)
const APACHE = /^\[[^\]]{20,40}\] \[(?:\w+:)?(?:emerg|alert|crit|error|warn|notice|info|debug|trace\d)\]/;

function isDated(text: string): boolean {
  if (APACHE.test(text)) return false;
  // Only what stands first: a stamp inside a line is quoted by many formats.
  const first = splitConsoleLine(text, NOWHERE).find(({ plain }) => plain.trim() !== '');
  const line = first === undefined ? null : readDmesgLine(first.plain);
  return line !== null && line.dating !== 'none' && line.dating !== 'bad';
}
