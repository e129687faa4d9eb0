import { readLineBlocks } from '../../src/parser/line-blocks.js';
import { defineParser } from '../../src/parser/parser.js';
import { createReader } from './reader.js';
import { rowKernel } from './row-kernel.js';

/** Sniffing looks no further: a header line with hundreds of columns may be cut by the end of the head. */
const SNIFF_LIMIT = 16_384;
/** Prompts and remarks that may stand above the header. */
const JUNK_LINES = 5;
// "(PDH-CSV 4.0) (W. Europe Standard Time)(-60)","\\HV01\PhysicalDisk(0 C:)\Disk Reads/sec"
const HEADER_WITH_COUNTER = /^\s*"?\(PDH-[CT]SV \d+\.\d+\)(?: ?\([^"\t;]{0,200}?\)\([+-]?\d{1,6}\))?"?[,;\t]"?\\/;

export default defineParser({
  id: 'perfmon-csv',
  title: 'Windows performance counters, PDH-CSV or PDH-TSV (logman, relog, typeperf)',
  layer: 'storage',
  reads: 'bytes',

  sniff(head) {
    const lines = head.text.slice(0, SNIFF_LIMIT).split('\n');
    const first = lines.filter((line) => line.trim() !== '').slice(0, JUNK_LINES + 1);
    return first.some((line) => HEADER_WITH_COUNTER.test(line)) ? 0.98 : 0;
  },

  read(input, _context, sink, interest) {
    const reader = createReader(sink, interest, rowKernel());
    readLineBlocks(input, (block) => reader.take(block));
    reader.end();
  },
});
