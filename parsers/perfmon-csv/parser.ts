import type { Position } from '../../src/model/record.js';
import { HOUR, type Micros, SECOND, type WrittenTime } from '../../src/model/time.js';
import { defineParser, type LineReader, type Sink } from '../../src/parser/parser.js';
import { HEADER_START, type Header, readHeader } from './header.js';
import { createRowReader, type RowReader, readRowTime } from './row.js';

/** Sniffing looks no further: a header line with hundreds of columns may be cut by the end of the head. */
const SNIFF_LIMIT = 16_384;
/** Prompts and remarks that may stand above the header. */
const JUNK_LINES = 5;
// "(PDH-CSV 4.0) (W. Europe Standard Time)(-60)","\\HV01\PhysicalDisk(0 C:)\Disk Reads/sec"
const HEADER_WITH_COUNTER = /^\s*"?\(PDH-[CT]SV \d+\.\d+\)(?: ?\([^"\t;]{0,200}?\)\([+-]?\d{1,6}\))?"?[,;\t]"?\\/;
/** What typeperf prints after the samples on an English system, and what it prints before. */
const TYPEPERF_TEXT = /^(?:Exiting, please wait|The command completed|Input|File|Begin|End|Samples)\b/;

/** One header and what has been read below it. */
interface Table {
  readonly header: Header;
  readonly rows: RowReader;
  previous: Micros | null;
  step: Micros | null;
}

export default defineParser({
  id: 'perfmon-csv',
  title: 'Windows performance counters, PDH-CSV or PDH-TSV (logman, relog, typeperf)',
  layer: 'storage',
  reads: 'lines',
  startBytes: null,
  anchorLiterals: ['(PDH-CSV ', '(PDH-TSV '],

  sniff(head) {
    const lines = head.text.slice(0, SNIFF_LIMIT).split('\n');
    const first = lines.filter((line) => line.trim() !== '').slice(0, JUNK_LINES + 1);
    return first.some((line) => HEADER_WITH_COUNTER.test(line)) ? 0.98 : 0;
  },

  lineTime(line) {
    const micros = readRowTime(line);
    return micros === null ? null : rowTime(micros, null);
  },

  open(_context, sink): LineReader {
    let table: Table | null = null;
    return {
      line(text, at) {
        if (text.trim() === '') return;
        if (HEADER_START.test(text)) table = openTable(text, at, sink) ?? table;
        else if (table === null) reportPreamble(text, at, sink);
        else readRow(table, text, at, sink);
      },
      skipped() {
        if (table !== null) table.previous = null;
      },
      end() {},
    };
  },
});

function openTable(text: string, at: Position, sink: Sink): Table | null {
  const header = readHeader(text, at, sink);
  if (header === null) {
    sink.issue('perfmon-header-unreadable', 'data-loss', 'a PDH header could not be read', at);
    return null;
  }
  const rows = createRowReader(header, {
    metric: (point) => sink.metric(point),
    missing(column, cell) {
      column.missing = true;
      const note = 'a column has cells without a value (blank, -1 or text); they give no point, never zero';
      sink.issue('metric-missing-sample', 'info', note, cell);
    },
  });
  return { header, rows, previous: null, step: null };
}

function reportPreamble(text: string, at: Position, sink: Sink): void {
  if (readRowTime(text) !== null) {
    sink.issue('perfmon-no-header', 'data-loss', 'samples before any header cannot be told apart', at);
  } else if (!TYPEPERF_TEXT.test(text)) {
    sink.issue('perfmon-preamble', 'info', 'lines before the header are not samples', at);
  }
}

function readRow(table: Table, text: string, at: Position, sink: Sink): void {
  const micros = readRowTime(text);
  if (micros === null) {
    if (TYPEPERF_TEXT.test(text)) return;
    sink.issue('perfmon-line-unreadable', 'error', 'a line below the header does not start with a PDH time', at);
    return;
  }
  const interval = takeInterval(table, micros, at, sink);
  const cells = table.rows.read(text, rowTime(micros, table.header.utcOffset), interval, at);
  if (cells !== table.header.width) {
    const note = 'a row has more or fewer cells than the header; what lies under a named column was read';
    sink.issue('row-width', 'error', note, at);
  }
}

function rowTime(micros: Micros, utcOffset: Micros | null): WrittenTime {
  return { micros, clock: 'wall', utcOffset, yearless: false, resolution: 1000 };
}

/**
 * Distance to the row before; null where there is none or the clock was set. The bias of the header holds for the
 * whole file, so a change of daylight time inside it shows as stamps that repeat or leave out an hour.
 */
function takeInterval(table: Table, micros: Micros, at: Position, sink: Sink): Micros | null {
  const { previous, step } = table;
  table.previous = micros;
  if (previous === null) return null;
  const interval = micros - previous;
  if (interval <= 0) {
    const note = 'stamps step back or repeat: daylight time ended or the clock was set; times after it may be off';
    sink.issue('perfmon-clock-back', 'error', note, at);
    return null;
  }
  table.step = interval;
  if (step === null || step >= HOUR / 2 || !isHourMore(interval, step)) return interval;
  const note = 'an hour is missing between two samples: daylight time began, the clock was set or recording stopped';
  sink.issue('perfmon-hour-missing', 'info', note, at);
  table.step = step;
  return null;
}

function isHourMore(interval: Micros, step: Micros): boolean {
  return Math.abs(interval - step - HOUR) <= step / 2 + 2 * SECOND;
}
