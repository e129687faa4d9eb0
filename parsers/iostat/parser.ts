import { SECOND } from '../../src/model/time.js';
import { defineParser, type Head, type LineReader, type Sink } from '../../src/parser/parser.js';
import { createCapture } from './capture.js';
import { readTableHead } from './columns.js';
import { createJsonReader, isJsonHead, type JsonReader, type KernelListener } from './json.js';
import { isAmbiguous, readStamp } from './stamp.js';
import { createTextReader, isCpuHead, readRunHead } from './text.js';

/** The widest line iostat prints has 23 columns of 9 characters and a device name of at most 255. */
const LINE_LIMIT = 4096;
/** Prompts and remarks that may stand above the first line of a capture. */
const JUNK_LINES = 5;
/** From head to first device a sample has at most: head of the run, stamp, avg-cpu and its numbers, head of the table. */
const SNIFF_LINES = JUNK_LINES + 8;

export default defineParser({
  id: 'iostat',
  title: 'iostat of sysstat, text or JSON',
  layer: 'storage',
  reads: 'lines',
  startBytes: null,
  anchorLiterals: [' CPU)', '"release"'],
  sniff,

  lineTime(line) {
    const stamp = readStamp(line);
    if (stamp === null || stamp.date === null || isAmbiguous(stamp.date)) return null;
    const date = stamp.date.dayFirst ?? stamp.date.monthFirst ?? 0;
    const { timeOfDay, utcOffset } = stamp;
    return { micros: date + timeOfDay, clock: 'wall', utcOffset, yearless: false, resolution: SECOND };
  },

  open(_context, sink): LineReader {
    const capture = createCapture(sink);
    const onKernel = tellKernels(sink);
    const text = createTextReader(sink, capture);
    let json: JsonReader | null = null;
    return {
      line(line, at) {
        if (line.length > LINE_LIMIT) {
          sink.issue('iostat-line-unreadable', 'error', 'a line is longer than any that iostat prints', at);
          return;
        }
        const head = readRunHead(line);
        if (head !== null) {
          json = null;
          text.start(head);
          onKernel(head.host, head.release, at);
        } else if (isJsonHead(line)) json = createJsonReader(sink, capture, onKernel);
        else if (json !== null) json.line(line, at);
        else text.line(line, at);
      },
      skipped() {
        text.reset();
        capture.interrupt();
      },
      end() {
        text.end();
        capture.end();
      },
    };
  },
});

/** One fact for each change of host or kernel: a capture that is restarted every hour repeats its head. */
function tellKernels(sink: Sink): KernelListener {
  let last = '';
  return (host, release, at) => {
    const key = `${host} ${release}`;
    if (key !== last) sink.fact({ kind: 'kernel', host, release, at });
    last = key;
  };
}

/**
 * A table of devices or avg-cpu under it make the head of a run certain: sar, mpstat and pidstat print the same head.
 * Alone on one line it may be any of them.
 */
function sniff(head: Head): number {
  const lines = head.lines.filter((line) => line.trim() !== '' && line.length <= LINE_LIMIT).slice(0, SNIFF_LINES);
  const json = lines.findIndex(isJsonHead);
  if (json >= 0 && json <= JUNK_LINES) return sniffJson(head.text);
  const run = lines.findIndex((line) => readRunHead(line) !== null);
  if (run > JUNK_LINES) return 0;
  const below = lines.slice(run + 1);
  const own = below.findIndex((line) => readTableHead(line) !== null || isCpuHead(line));
  if (run < 0) return own >= 0 && own <= JUNK_LINES ? 0.9 : 0;
  if (own >= 0) return 0.97;
  return below.every((line) => readStamp(line) !== null) ? 0.5 : 0;
}

/** sadf -j has the same head; only iostat names its devices like this. */
function sniffJson(text: string): number {
  return /"disk_device"|"avg-cpu"/.test(text) ? 0.97 : 0;
}
