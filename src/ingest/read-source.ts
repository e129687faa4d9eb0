import type { LogRecord, MetricColumn, MetricPoint, Position, RecordHead } from '../model/record.js';
import type {
  ClockEvidence,
  Fact,
  Issue,
  IssueSeverity,
  ReadSource,
  SourceContext,
  Unrecognised,
} from '../model/source.js';
import type { Interest, Parser, Sink } from '../parser/parser.js';
import type { Input } from './discover.js';
import { type Opened, openInput } from './open.js';
import { hostOfPath } from './path-host.js';
import { readTextLines } from './read-text-lines.js';
import { type Sniffed, sniffFormat } from './sniff.js';
import { collectStreams, type StreamCollector } from './stream-stats.js';
import { readText } from './text.js';

/** What comes out of one source, record by record. */
export interface SourceListener {
  record(record: LogRecord): void;
  counted(head: RecordHead): void;
  metric(point: MetricPoint): void;
  column(column: MetricColumn): void;
  /** What a parser may leave out. */
  readonly interest: Interest;
  /** Literals of which every record that a rule can match holds one; null when some rule needs every record. */
  readonly literals: readonly string[] | null;
  /** A record of a large log that was read for its time alone. */
  sampled(record: LogRecord): void;
}

export type ReadOutcome = { readonly source: ReadSource } | { readonly unrecognised: Unrecognised };

/** Reads one input with the parser that recognises it. Never throws for what is in the file. */
export async function readSource(
  input: Input,
  id: string,
  parsers: readonly Parser[],
  listener: (parser: Parser) => SourceListener,
  progress: (bytes: number) => void = () => {},
): Promise<ReadOutcome> {
  let opened: Opened;
  try {
    opened = reporting(await openInput(input), progress);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return { unrecognised: { path: input.path, bytes: 0, sha256: '', firstBytes: code, reason: 'unreadable' } };
  }
  try {
    const sniffed = sniffFormat(opened.bytes, parsers);
    if (sniffed.parser === null) return { unrecognised: await unrecognised(input, opened) };
    return { source: await parseOpened(input, id, opened, sniffed, sniffed.parser, listener(sniffed.parser)) };
  } finally {
    opened.close();
  }
}

/** Tells how much was read, wherever it is read from. */
function reporting(opened: Opened, progress: (bytes: number) => void): Opened {
  const { bytes } = opened;
  const read = (offset: number, length: number): Uint8Array => {
    const found = bytes.read(offset, length);
    progress(found.length);
    return found;
  };
  return { ...opened, bytes: { size: bytes.size, read } };
}

async function unrecognised(input: Input, opened: Opened): Promise<Unrecognised> {
  const first = opened.bytes.read(0, 48);
  return {
    path: input.path,
    bytes: opened.givenBytes,
    firstBytes: printable(first),
    sha256: await opened.sha256(),
    reason: opened.bytes.size === 0 ? 'empty' : 'unknown-format',
  };
}

/** Printable ASCII as it is, everything else as hex: harmless on any terminal. */
function printable(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes)
    text +=
      byte >= 32 && byte < 127 && byte !== 92 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  return text;
}

/** Distinct sentences kept per source; codes are a few dozen. */
const NOTES_KEPT = 100;

async function parseOpened(
  input: Input,
  id: string,
  opened: Opened,
  sniffed: Sniffed,
  parser: Parser,
  listener: SourceListener,
): Promise<ReadSource> {
  const issues = new Map<string, Issue>();
  const note = (code: string, severity: IssueSeverity, text: string, at?: Position): void => {
    // Different sentences of one code stay apart (each mistake of a topology file), but not without end.
    const exact = `${code}|${text}`;
    const key = issues.has(exact) || issues.size < NOTES_KEPT ? exact : code;
    const known = issues.get(key);
    issues.set(
      key,
      known === undefined
        ? { code, severity, note: text, at: at ?? null, count: 1 }
        : { ...known, count: known.count + 1 },
    );
  };
  const streams = collectStreams();
  const clock: ClockEvidence[] = [];
  const facts: Fact[] = [];
  const pathHost = hostOfPath(input.path);
  let records = 0;
  // Formats without a host of their own belong to the machine the path names.
  const placed = <T extends { readonly host: string | null }>(read: T): T =>
    read.host === null && pathHost !== null ? { ...read, host: pathHost } : read;
  const sink: Sink = {
    record(read) {
      const record = placed(read);
      records++;
      streams.record(record);
      listener.record(record);
    },
    counted(read) {
      const head = placed(read);
      records++;
      streams.counted(head);
      listener.counted(head);
    },
    metric(read) {
      const point = placed(read);
      records++;
      streams.metric(point);
      listener.metric(point);
    },
    column(read) {
      const column = placed(read);
      records += column.times.length;
      streams.column(column);
      listener.column(column);
    },
    clock: (evidence) => void clock.push(evidence),
    fact(fact) {
      facts.push(fact);
      if (fact.kind === 'kernel') streams.kernel(fact.host ?? pathHost, fact.release);
    },
    issue: note,
  };
  if (opened.damage !== null) {
    note(opened.damage.code, 'data-loss', opened.damage.note, {
      line: null,
      byteOffset: opened.damage.byteOffset,
      record: null,
    });
  }
  try {
    const counted = run(parser, opened, sniffed, { path: input.path, pathHost }, sink, listener, streams);
    records += counted;
  } catch (error) {
    // The one place where a crashing parser becomes data: the other sources go on.
    note('parser-failed', 'data-loss', `the ${parser.id} reader stopped: ${(error as Error).message}`);
  }
  return {
    id,
    path: input.path,
    format: parser.id,
    sha256: await opened.sha256(),
    bytes: opened.givenBytes,
    records,
    layer: parser.layer,
    issues: [...issues.values()].sort((a, b) =>
      a.code !== b.code ? (a.code < b.code ? -1 : 1) : (a.at?.line ?? 0) - (b.at?.line ?? 0),
    ),
    pathHost,
    streams: streams.streams(id),
    clock,
    facts,
  };
}

/** Returns the number of records that were counted without being read. */
function run(
  parser: Parser,
  opened: Opened,
  { encoding, start }: Sniffed,
  context: SourceContext,
  sink: Sink,
  listener: SourceListener,
  streams: StreamCollector,
): number {
  if (parser.reads === 'bytes') {
    parser.read(opened.bytes, context, sink, listener.interest);
    return 0;
  }
  if (parser.reads === 'text') {
    const invalid = readText(opened.bytes, encoding, start, parser.open(context, sink, listener.interest));
    for (const byteOffset of invalid)
      sink.issue('invalid-utf8', 'error', 'bytes that are not UTF-8 were read as Latin-1', {
        line: null,
        byteOffset,
        record: null,
      });
    return 0;
  }
  const reader = parser.open(context, sink, listener.interest);
  // Samples also carry the pairs of wall time and uptime that date a boot; absolute times come with their literals.
  const silent: Omit<Sink, 'record'> = {
    counted: () => {},
    metric: () => {},
    column: () => {},
    fact: () => {},
    issue: () => {},
    clock: (e) => (e.kind === 'uptime' ? sink.clock(e) : undefined),
  };
  const withHost = (record: LogRecord): LogRecord =>
    record.host === null && context.pathHost !== null ? { ...record, host: context.pathHost } : record;
  const counted = readTextLines(parser, { bytes: opened.bytes, encoding, start }, reader, {
    sink,
    literals: listener.literals,
    sampler: (take) =>
      parser.open(context, { ...silent, record: (record) => take(withHost(record)) }, listener.interest),
    streams,
    sampled: (record) => listener.sampled(record),
  });
  reader.end();
  return counted;
}
