import type { LineIndex } from '../model/line-index.js';
import { samplesIn } from '../model/metric-column.js';
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
import type { ByteInput, Interest, Parser, Sink } from '../parser/parser.js';
import type { Input } from './discover.js';
import { ALONE, type Effort } from './effort.js';
import { openInput } from './open.js';
import type { Opened, Trouble } from './opened.js';
import { PACKING_HEAD, unpackAdvice } from './packing.js';
import { hostOfPath } from './path-host.js';
import { type LinesRead, readTextLines } from './read-text-lines.js';
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
}

/** `index`: of a source that is read by lines. */
export type ReadOutcome =
  | { readonly source: ReadSource; readonly index: LineIndex | null }
  | { readonly unrecognised: Unrecognised };

/** Reads one input with the parser that recognises it. Never throws for what is in the file. */
export async function readSource(
  input: Input,
  id: string,
  parsers: readonly Parser[],
  listener: (parser: Parser) => SourceListener,
  progress: (bytes: number) => void = () => {},
  effort: Effort = ALONE,
): Promise<ReadOutcome> {
  let opened: Opened;
  try {
    opened = reporting(await openInput(input, effort), progress);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return { unrecognised: { path: input.path, bytes: 0, sha256: '', firstBytes: code, reason: 'unreadable' } };
  }
  try {
    const sniffed = sniffFormat(opened.forward, parsers);
    if (sniffed.parser === null) return { unrecognised: await unrecognised(input, opened) };
    return await parseOpened(input, id, opened, sniffed, sniffed.parser, listener(sniffed.parser), effort);
  } finally {
    opened.close();
  }
}

/** Tells how much was read, wherever it is read from. */
function reporting(opened: Opened, progress: (bytes: number) => void): Opened {
  const watchedInto =
    (readInto: NonNullable<ByteInput['readInto']>): NonNullable<ByteInput['readInto']> =>
    (target, offset) => {
      const got = readInto(target, offset);
      progress(got);
      return got;
    };
  const watched = (input: ByteInput): ByteInput => ({
    get size() {
      return input.size;
    },
    read(offset, length) {
      const found = input.read(offset, length);
      progress(found.length);
      return found;
    },
    ...(input.readInto === undefined ? {} : { readInto: watchedInto(input.readInto) }),
  });
  return { ...opened, bytes: watched(opened.bytes), forward: watched(opened.forward) };
}

/** First bytes shown of what nobody claims. */
const SHOWN = 48;

async function unrecognised(input: Input, opened: Opened): Promise<Unrecognised> {
  const head = Uint8Array.from(opened.forward.read(0, PACKING_HEAD));
  const { sha256, givenBytes, troubles } = await opened.finish();
  const shown = printable(head.subarray(0, SHOWN));
  const file = { path: input.path, bytes: givenBytes, sha256 };
  if (head.length === 0)
    return troubles.length === 0
      ? { ...file, firstBytes: '', reason: 'empty' }
      : { ...file, firstBytes: troubles.map(({ note }) => note).join('; '), reason: 'unreadable' };
  const advice = unpackAdvice(head);
  return { ...file, firstBytes: advice === null ? shown : `${shown} (${advice})`, reason: 'unknown-format' };
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
  effort: Effort,
): Promise<ReadOutcome> {
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
      records += samplesIn(column);
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
  let index: LineIndex | null = null;
  try {
    const lines = run(parser, opened, sniffed, { path: input.path, pathHost }, sink, listener, streams, effort);
    records += lines?.counted ?? 0;
    index = lines?.index ?? null;
  } catch (error) {
    // The one place where a crashing parser becomes data: the other sources go on.
    note('parser-failed', 'data-loss', `the ${parser.id} reader stopped: ${(error as Error).message}`);
  }
  const { sha256, givenBytes, troubles } = await opened.finish();
  for (const trouble of troubles) note(trouble.code, trouble.severity, trouble.note, placeOf(trouble));
  const source: ReadSource = {
    id,
    path: input.path,
    format: parser.id,
    sha256,
    bytes: givenBytes,
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
  return { source, index };
}

function placeOf({ byteOffset }: Trouble): Position | undefined {
  return byteOffset === null ? undefined : { line: null, byteOffset, record: null };
}

/** Null for formats that are not read by lines. */
function run(
  parser: Parser,
  opened: Opened,
  { encoding, start }: Sniffed,
  context: SourceContext,
  sink: Sink,
  listener: SourceListener,
  streams: StreamCollector,
  { threads }: Effort,
): LinesRead | null {
  if (parser.reads === 'bytes') {
    parser.read(opened.forward, context, sink, listener.interest);
    return null;
  }
  if (parser.reads === 'text') {
    const invalid = readText(opened.forward, encoding, start, parser.open(context, sink, listener.interest));
    for (const byteOffset of invalid)
      sink.issue('invalid-utf8', 'error', 'bytes that are not UTF-8 were read as Latin-1', {
        line: null,
        byteOffset,
        record: null,
      });
    return null;
  }
  return readTextLines(
    parser,
    // The thread that hashes is not counted: it waits for memory half of the time.
    { bytes: opened.forward, encoding, start, shared: opened.shared, helpers: threads - 1 },
    {
      sink,
      literals: listener.literals,
      open: (to) => parser.open(context, to, listener.interest),
      streams,
      pathHost: context.pathHost,
    },
  );
}
