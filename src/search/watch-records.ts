import type { SourceListener } from '../ingest/read-source.js';
import type { Detection } from '../model/detection.js';
import type { LogRecord, Position } from '../model/record.js';
import type { ReadSource } from '../model/source.js';
import type { Parser } from '../parser/parser.js';
import { addHit, type HitTable } from './hit-table.js';
import type { TextKeeper } from './kept-texts.js';
import { looseLines } from './loose-lines.js';
import { messageMatches, textMatches } from './match-record.js';
import type { Matcher } from './query.js';
import type { RowTimes } from './search-rows.js';
import { shapesOf } from './shape.js';
import { keepSightings } from './sightings.js';

/** Matches what one source holds, while it is read. */
export interface RecordWatch {
  line(text: string, at: Position): void;
  listener(parser: Parser): SourceListener;
  finish(source: ReadSource): readonly Detection[];
}

/**
 * JSON escapes and byte arrays of journalctl: lines that hold one are read whatever they seem to say, because the message
 * is not in them byte by byte. Reading looks for escape sequences itself.
 */
const JSON_FORMS: readonly string[] = ['\\u00', '":[', '": [', '" : ['];

export function watchRecords(
  matcher: Matcher,
  hits: HitTable,
  keeper: TextKeeper,
  times: RowTimes,
  byVm: boolean,
): RecordWatch {
  const loose = looseLines(hits, times);
  const sightings = keepSightings();
  const matches = rememberLast(matcher);
  const shapeOf = shapesOf(byVm);
  let records = 0;
  const take = (record: LogRecord, isLines: boolean, extent: number): void => {
    sightings.add(record);
    const { line, byteOffset, record: number } = record.at;
    const micros = record.time?.micros ?? null;
    addHit(hits, { shape: shapeOf(record), micros, line, byteOffset, record: number, extent, isLines });
  };
  const ofLines = (record: LogRecord): void => {
    const lines = countLines(record.text);
    const first = record.at.line ?? 0;
    if (matches(record.text) || messageMatches(matcher, record)) {
      loose.claim(first, lines);
      take(record, true, lines);
    } else loose.date(first, lines, () => ({ shape: shapeOf(record), micros: record.time?.micros ?? null }));
  };
  const ofRecords = (record: LogRecord): void => {
    const number = records++;
    const matched = matches(record.text) || messageMatches(matcher, record);
    keeper.pass(record, number, matched);
    if (matched) take(record, false, number);
  };
  return {
    line(text, at) {
      if (matches(text)) loose.add(at);
    },
    listener: (parser) => ({
      literals: literalsFor(parser, matcher),
      interest: { event: () => true, metric: () => true },
      record: parser.reads === 'lines' ? ofLines : ofRecords,
      counted: () => {},
      metric: (point) => loose.metric(point),
      column: (column) => times.add(column),
    }),
    finish(source) {
      loose.end();
      return sightings.finish(source);
    },
  };
}

/** A row of samples is dated and named by lines above it, which hold no word of the query: they are all read. */
function literalsFor(parser: Parser, { literals }: Matcher): readonly string[] | null {
  if (literals === null || parser.layer === 'storage' || parser.reads !== 'lines') return null;
  const mayBeJson = parser.startBytes === null || parser.startBytes.includes('{');
  return mayBeJson ? [...literals, ...JSON_FORMS] : literals;
}

/** A record comes one line after its text was seen as a line; the same text is not searched twice. */
function rememberLast(matcher: Matcher): (text: string) => boolean {
  let texts: readonly [string, string] = ['', ''];
  let results: readonly [boolean, boolean] = [false, false];
  return (text) => {
    if (text === texts[0]) return results[0];
    if (text === texts[1]) return results[1];
    const result = textMatches(matcher, text);
    texts = [text, texts[0]];
    results = [result, results[0]];
    return result;
  };
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
