import type { LinePrefix } from '../model/line-index.js';
import type { Layer, LogRecord, MetricColumn, MetricName, MetricPoint, Position, RecordHead } from '../model/record.js';
import type { ClockEvidence, Fact, IssueSeverity, SourceContext } from '../model/source.js';

/** The first bytes of a source, decoded; what a parser may look at to recognise its format. */
export interface Head {
  /** First 64 KiB, decompressed, as they stand in the file. */
  readonly bytes: Uint8Array;
  /** The same, decoded (BOM removed, CRLF kept as LF). */
  readonly text: string;
  /** `text` in lines; a last line that the 64 KiB cut short is left out. */
  readonly lines: readonly string[];
  readonly path: string;
}

/** Where a parser puts what it reads. */
export interface Sink {
  record(record: LogRecord): void;
  /** A record that `Interest` does not want whole: counted, and seen by coverage and topology. */
  counted(head: RecordHead): void;
  metric(point: MetricPoint): void;
  /** Many samples of one series at once, in the order of the source; a series may come in several pieces. */
  column(column: MetricColumn): void;
  clock(evidence: ClockEvidence): void;
  fact(fact: Fact): void;
  issue(code: string, severity: IssueSeverity, note: string, at?: Position): void;
}

/** What the analysis will look at. A parser may read more than this, never less; it always counts everything. */
export interface Interest {
  /** Whether some rule or the topology could use a Windows event with this head. Null where the parser does not know a value. */
  event(provider: string | null, eventId: number | null, channel: string | null): boolean;
  /** Whether some rule or chart uses samples of this metric. */
  metric(name: MetricName): boolean;
}

/** Reads a format in which a line starts a record. Lines come without line end and without trailing CR. */
export interface LineReader {
  line(text: string, at: Position): void;
  /** Lines were left out here because no rule could match them: forget the previous line. */
  skipped(): void;
  end(): void;
}

/** Reads a format that is one text (XML, JSON, CSV with quoted line feeds). Chunks may be cut anywhere. */
export interface TextReader {
  text(chunk: string, at: { readonly byteOffset: number }): void;
  end(): void;
}

/** Random access to a binary source. */
export interface ByteInput {
  /**
   * Of a large compressed or piped source Infinity until a read has come to its end: compare with it anew in each turn,
   * end on an empty read, never allocate by it.
   */
  readonly size: number;
  /** At most `length` bytes from `offset`; fewer only at the end. The array is valid until the next call. */
  read(offset: number, length: number): Uint8Array;
  /** The same into memory of the caller's, where the source can do that without a copy; returns how many bytes. */
  readInto?(target: Uint8Array, offset: number): number;
}

interface ParserFacts {
  /** Equal to the folder's name. */
  readonly id: string;
  readonly title: string;
  readonly layer: Layer;
  /** 0 = not mine, 1 = certain; the highest wins, ties go to the id that sorts first. Content only, never the name. */
  sniff(head: Head): number;
}

export type Parser = ParserFacts &
  (
    | {
        readonly reads: 'lines';
        /** First bytes a record of this format can start with; another first byte marks a continuation line. Null: any. */
        readonly startBytes: string | null;
        /**
         * Forms in which a record may begin, so that time and host can be read without the parser; a line in another form is
         * given to it. A record's time, host and kernel stamp must be what such a prefix says. Left out: every line is decoded.
         */
        readonly prefixes?: readonly LinePrefix[];
        /** Literals of lines that carry clock anchors or facts and must be read even if no rule wants them. */
        readonly anchorLiterals: readonly string[];
        /** Byte time prefix of a line for coverage; null when the line has none. Must agree with the record's time. */
        lineTime(line: string): LogRecord['time'];
        open(context: SourceContext, sink: Sink, interest: Interest): LineReader;
      }
    | { readonly reads: 'text'; open(context: SourceContext, sink: Sink, interest: Interest): TextReader }
    | { readonly reads: 'bytes'; read(input: ByteInput, context: SourceContext, sink: Sink, interest: Interest): void }
  );

/** Identity; exists so that a parser file reads as a declaration and is checked as one. */
export function defineParser(parser: Parser): Parser {
  return parser;
}
