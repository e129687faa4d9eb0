import type { LogRecord } from '../model/record.js';
import type { ByteInput, LineReader } from '../parser/parser.js';
import { type Section, SPAN, SPAN_ROW } from '../scan/section.js';
import { type BootLine, findBootLines, type LinePlace } from './boot-lines.js';
import { lineEnd, readLineAt, readLineRange } from './lines.js';
import { queueRuns } from './run-queue.js';
import { readSpans, type SpanReader } from './span-reader.js';
import type { StreamCollector } from './stream-stats.js';
import type { EnvelopeLine } from './uptime-envelope.js';

export interface Delivery {
  /** Sections come in the order of the source, each beginning where the one before ended. */
  section(section: Section): void;
  /** To be called with each record the reader makes, before anything else looks at it. */
  record(record: LogRecord): void;
  /** After the last section and the end of the reader. */
  end(): void;
  /** Records of the source: as many as a reader of every line makes. */
  records(): number;
  envelope(): readonly EnvelopeLine[];
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly isCounted: boolean;
}

interface State {
  readonly input: ByteInput;
  readonly reader: LineReader;
  readonly spans: SpanReader;
  readonly hosts: Set<string>;
  /** First records of hosts that were known already: not read. */
  leftOut: Set<number>;
  bootLines: readonly BootLine[];
  nextBoot: number;
  /** Spans whose lines may be records that no run counts, until a record behind them is read. */
  odd: Range[];
  /** Where reading has come to, and the number of the line there. */
  at: number;
  atLine: number;
  /** Every line up to the one that starts here is to be read. */
  readTo: number;
  lines: number;
  last: (LinePlace & { readonly isRead: boolean; readonly isOdd: boolean }) | null;
  isLookingBack: boolean;
  observed: number;
}

/**
 * Gives the reader the lines it has to see, out of what was scanned, and the streams what was counted without being read:
 * together the same as if every line had been read.
 */
export function deliverSections(
  input: ByteInput,
  reader: LineReader,
  streams: StreamCollector,
  pathHost: string | null,
): Delivery {
  const state: State = {
    ...{ input, reader, spans: readSpans(input), hosts: new Set<string>(), leftOut: new Set<number>() },
    ...{
      bootLines: [],
      nextBoot: 0,
      odd: [],
      at: 0,
      atLine: 1,
      readTo: -1,
      lines: 0,
      last: null,
      isLookingBack: false,
      observed: 0,
    },
  };
  const runs = queueRuns(pathHost, (run) => streams.run(run));
  const boots = findBootLines();
  let counted: LogRecord | null = null;
  streams.leaveOut(() => counted !== null);
  return {
    section(section) {
      state.leftOut = knownHosts(state, section);
      state.bootLines = boots.add(section, state.lines + 1, (offset) => state.leftOut.has(offset));
      state.nextBoot = 0;
      runs.add(section);
      deliver(state, section);
      state.lines += section.lines;
      // A record that the reader still holds may stand before some of the runs.
      if (state.at < section.end) {
        runs.drain(section.end);
        boots.settle();
      }
    },
    record(record) {
      const at = record.at.byteOffset ?? 0;
      const isCounted = state.isLookingBack || !isOddRecord(state, at);
      counted = isCounted ? record : null;
      if (!state.isLookingBack) boots.record(record);
      if (isCounted) return;
      state.observed++;
      runs.drain(at);
    },
    end() {
      runs.drain(Number.POSITIVE_INFINITY);
      boots.settle();
    },
    records: () => runs.records() + state.observed,
    envelope: () => boots.envelope(),
  };
}

/** A section selects the first record of each of its hosts; of those that an earlier one had nothing new is to be seen. */
function knownHosts({ hosts, last }: State, { spans, hosts: names, start }: Section): Set<number> {
  const leftOut = new Set<number>();
  for (let i = 0; i < spans.length; i += SPAN_ROW) {
    const isOnlyNew = ((spans[i + 3] ?? 0) & SPAN.onlyNew) !== 0;
    // The first record after an odd one is read in any case.
    if (spans[i] === start && last?.isOdd === true) continue;
    if (isOnlyNew && hosts.has(names[spans[i + 4] ?? 0] ?? '')) leftOut.add(spans[i] ?? 0);
  }
  for (const name of names) hosts.add(name);
  return leftOut;
}

/** Records come in the order of the source, the last of a span when the next is begun. */
function isOddRecord({ odd }: State, at: number): boolean {
  while (odd[0] !== undefined && odd[0].end <= at) odd.shift();
  const range = odd[0];
  return range !== undefined && range.start <= at && !(range.isCounted && range.start === at);
}

function deliver(state: State, section: Section): void {
  const { spans, edges, start, end } = section;
  const firstLine = state.lines + 1;
  if (state.last !== null && edges !== null) deliverEdge(state, section, state.last);
  for (let i = 0; i < spans.length; i += SPAN_ROW) {
    const from = spans[i] ?? 0;
    const to = spans[i + 1] ?? 0;
    const flags = spans[i + 3] ?? 0;
    if (state.leftOut.has(from)) continue;
    readBefore(state, from);
    if (to <= state.at) continue;
    state.spans.ahead(spans, i);
    if ((flags & SPAN.odd) !== 0) state.odd.push({ start: from, end: to, isCounted: (flags & SPAN.counted) !== 0 });
    if (state.at > from) readSpan(state, state.at, to, state.atLine);
    else readSpan(state, from, to, firstLine + (spans[i + 2] ?? 0));
  }
  readBefore(state, end);
  if (state.at < end && start < end) state.reader.skipped();
  if (edges === null) return;
  state.last = {
    ...{ byteOffset: edges.lastStart, line: firstLine + edges.lastLine },
    ...{ isRead: edges.lastIsRead && !state.leftOut.has(edges.lastStart), isOdd: edges.lastIsOdd },
  };
}

/** What a section could not know: that its first record speaks of the one before, or comes after an odd one. */
function deliverEdge(state: State, { spans, edges, start }: Section, last: NonNullable<State['last']>): void {
  const needsPrevious = spans[0] === start && ((spans[3] ?? 0) & SPAN.needsPrevious) !== 0;
  if (needsPrevious && !last.isRead) readAgain(state, { from: last.byteOffset, to: start, line: last.line });
  else if (last.isOdd && edges?.firstIsRead === false) {
    readSpan(state, start, edges.firstEnd, state.lines + 1);
  }
}

function readSpan(state: State, from: number, to: number, line: number): void {
  // The reader is told when lines were left out.
  if (state.at < from) state.reader.skipped();
  const last = state.spans.read(from, to, line, (text, at, byteOffset) => {
    const boot = state.bootLines[state.nextBoot];
    if (boot !== undefined && boot.byteOffset <= byteOffset) lookBack(state, boot);
    state.reader.line(text, { line: at, byteOffset, record: null });
  });
  state.at = to;
  state.atLine = last + 1;
}

/** The last record of the section before; it ends where the reader now goes on. */
function readAgain(state: State, range: { readonly from: number; readonly to: number; readonly line: number }): void {
  state.reader.skipped();
  readLineRange(state.input, 'utf-8', range, {
    line: (text, line, byteOffset) => state.reader.line(text, { line, byteOffset, record: null }),
    trouble: () => {},
  });
  state.at = range.to;
  state.atLine = state.lines + 1;
}

/** Lines that no span holds and that tell of a boot. */
function readBefore(state: State, before: number): void {
  while (state.at < before) {
    const boot = state.bootLines[state.nextBoot];
    if (state.readTo >= state.at) {
      readSpan(state, state.at, Math.min(before, lineEnd(state.input, state.readTo)), state.atLine);
    } else if (boot !== undefined && boot.byteOffset < before) {
      readSpan(state, boot.byteOffset, lineEnd(state.input, boot.byteOffset), boot.line);
    } else return;
  }
}

/** Shows the reader what a kernel line has to be compared with, as if it stood directly before. */
function lookBack(state: State, boot: BootLine): void {
  state.nextBoot++;
  state.readTo = Math.max(state.readTo, boot.until);
  if (boot.before.length === 0) return;
  state.reader.skipped();
  state.isLookingBack = true;
  for (const { byteOffset, line } of boot.before) {
    readLineAt(state.input, byteOffset, line, (text, at, offset) =>
      state.reader.line(text, { line: at, byteOffset: offset, record: null }),
    );
    state.reader.skipped();
  }
  state.isLookingBack = false;
}
