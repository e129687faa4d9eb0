import type { Input } from '../ingest/discover.js';
import { readSource, type SourceListener } from '../ingest/read-source.js';
import type { AskedRecord } from '../model/asked-record.js';
import type { LogRecord, MetricColumn, MetricPoint, Position, RecordHead } from '../model/record.js';
import type { WrittenTime } from '../model/time.js';
import { UserError } from '../model/user-error.js';
import { harmlessLine } from '../report/harmless.js';
import { titleOf } from '../search/kept-texts.js';
import type { AskedPlace } from './asked-place.js';
import { PARSERS } from './parsers.js';

/** What stands at a place of the source. */
interface Seen {
  readonly at: Position;
  readonly time: WrittenTime | null;
  /** Lines it takes. */
  readonly lines: number;
  readonly record: () => Omit<AskedRecord, 'path' | 'at' | 'time'>;
}

/** What passed by while the record was looked for. */
interface Watch {
  found: Seen | null;
  /** Others with the same record id. */
  others: number;
  /** The record whose lines the asked one is among. */
  holder: number | null;
  /** Lines of records with a stamp, next to the asked one. */
  before: number | null;
  after: number | null;
  /** Where the last record begins and ends. */
  lastStart: number;
  lastLine: number;
  firstId: number | null;
  lastId: number | null;
}

/**
 * Reads one source again, with its own parser and from its beginning, because boots are counted and lines are joined from
 * there. For a line it is read up to that; for a record id to its end, because a merged file may hold an id twice.
 */
export async function findRecord(input: Input, asked: AskedPlace): Promise<AskedRecord> {
  const place = { ...asked, file: harmlessLine(input.path) };
  const watch = newWatch();
  const outcome = await readSource(input, '', PARSERS, () => listener(watch, place), undefined, {
    hash: false,
    threads: 1,
  });
  if ('unrecognised' in outcome) {
    const { reason, firstBytes } = outcome.unrecognised;
    throw new UserError(
      `${place.file} holds no records: ${reason} ${firstBytes}`.trim(),
      'name a file that faultline clocks lists',
    );
  }
  const { found } = watch;
  if (found === null)
    return place.line === null ? refuseId(place, watch) : refuseLine(place, watch, outcome.index?.lineCount);
  if (found.time === null) return refuseUndated(place, watch);
  if (watch.others > 0) refuseTwice(place, found, watch);
  return { path: input.path, at: found.at, time: found.time, ...found.record() };
}

function newWatch(): Watch {
  return {
    ...{ found: null, others: 0, holder: null, before: null, after: null },
    ...{ lastStart: 0, lastLine: 0, firstId: null, lastId: null },
  };
}

function listener(watch: Watch, place: AskedPlace): SourceListener {
  return {
    literals: null,
    interest: { event: () => true, metric: () => true },
    record: (record) => see(watch, place, ofRecord(record)),
    counted: (head) => see(watch, place, ofHead(head)),
    metric: (point) => see(watch, place, ofPoint(point)),
    column(column) {
      for (let i = 0; i < column.times.length; i++) see(watch, place, ofColumn(column, i));
    },
  };
}

function ofRecord(record: LogRecord): Seen {
  const { at, time, text, host, channel, boot } = record;
  return { at, time, lines: countLines(text), record: () => ({ host, channel, boot, text: shown(record) }) };
}

/** An event of an event log reads better by its message than by its XML. */
function shown(record: LogRecord): string {
  const { at, text, body } = record;
  if (at.record === null || body === '') return text;
  const title = titleOf(record);
  // Where no catalogue knows the message, the body is made up of title and data.
  return body.startsWith(title) ? body : `${title}: ${body}`;
}

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

function ofHead({ at, time, host, channel, ident }: RecordHead): Seen {
  return { at, time, lines: 1, record: () => ({ host, channel, boot: null, text: ident ?? '' }) };
}

function ofPoint({ at, time, host, objectType, series, value }: MetricPoint): Seen {
  const record = { host, channel: objectType, boot: null };
  return { at, time, lines: 1, record: () => ({ ...record, text: sample(series, value) }) };
}

/** A row holds many samples of one time: the first one stands for it. */
function ofColumn({ host, objectType, series, stamp, times, values, lines, offsets }: MetricColumn, i: number): Seen {
  const at = { line: known(lines[i]), byteOffset: known(offsets[i]), record: null };
  const record = { host, channel: objectType, boot: null };
  const time = { ...stamp, micros: times[i] ?? 0 };
  return { at, time, lines: 1, record: () => ({ ...record, text: sample(series, values[i] ?? Number.NaN) }) };
}

function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

function sample(series: string, value: number): string {
  return `${series} = ${value}`;
}

function see(watch: Watch, place: AskedPlace, seen: Seen): void {
  if (place.line === null) seeId(watch, place.record, seen);
  else seeLine(watch, place.line, seen);
}

function seeId(watch: Watch, wanted: number, seen: Seen): void {
  const { record, line } = seen.at;
  if (line !== null) watch.lastStart = Math.max(watch.lastStart, line);
  if (record === null) return;
  watch.firstId = Math.min(watch.firstId ?? record, record);
  watch.lastId = Math.max(watch.lastId ?? record, record);
  if (record !== wanted) return;
  if (watch.found === null) watch.found = seen;
  else watch.others++;
}

function seeLine(watch: Watch, wanted: number, seen: Seen): void {
  const { line, record } = seen.at;
  if (record !== null) {
    watch.firstId = Math.min(watch.firstId ?? record, record);
    watch.lastId = Math.max(watch.lastId ?? record, record);
  }
  if (line === null) return;
  const last = line + seen.lines - 1;
  watch.lastStart = Math.max(watch.lastStart, line);
  watch.lastLine = Math.max(watch.lastLine, last);
  if (line === wanted) watch.found ??= seen;
  else if (line < wanted && last >= wanted) watch.holder = Math.max(watch.holder ?? 0, line);
  if (seen.time !== null && line < wanted) watch.before = Math.max(watch.before ?? 0, line);
  if (seen.time !== null && line > wanted) watch.after = Math.min(watch.after ?? line, line);
  const isEnough = watch.found !== null && (watch.found.time !== null || watch.after !== null);
  // Reading a source ends early like a parser that fails: nothing of what follows is needed.
  if (isEnough) throw new Error('read as far as needed');
}

function refuseId({ file, record }: AskedPlace, { firstId, lastId, lastStart }: Watch): never {
  if (firstId === null)
    throw new UserError(
      `${file} does not number its records`,
      lastStart > 0 ? `name one by its line, for example ${file}:${lastStart}` : 'name a record of another file',
    );
  throw new UserError(
    `${file} holds no record ${record ?? ''}`,
    `its records have the numbers ${firstId} to ${lastId ?? firstId}, some may be missing`,
  );
}

function refuseLine({ file, line }: AskedPlace, watch: Watch, lineCount: number | undefined): never {
  const { holder, lastStart, lastLine, firstId } = watch;
  const wanted = line ?? 0;
  if (lastLine === 0 && firstId !== null)
    throw new UserError(`${file} has no lines`, `name a record by its number, for example ${file}:#${firstId}`);
  const end = lineCount ?? lastLine;
  if (wanted > end)
    throw new UserError(
      lineCount === undefined ? `the last record of ${file} ends at line ${end}` : `${file} has ${end} lines`,
      lastStart > 0 ? `its last record begins at ${file}:${lastStart}` : 'name a record of another file',
    );
  if (holder !== null)
    throw new UserError(
      `line ${wanted} of ${file} is part of the record that begins at line ${holder}`,
      `--explain ${file}:${holder}`,
    );
  throw new UserError(`line ${wanted} of ${file} holds no record`, neighbours(file, watch));
}

function refuseUndated({ file, line, record }: AskedPlace, watch: Watch): never {
  const place = line === null ? `record ${record}` : `line ${line}`;
  throw new UserError(`${place} of ${file} has no stamp, so it has no time`, neighbours(file, watch));
}

function neighbours(file: string, { before, after }: Watch): string {
  const named = [before, after].flatMap((line) => (line === null ? [] : [`${file}:${line}`]));
  return named.length === 0 ? 'name a record with a stamp' : `records with a stamp are next to it: ${named.join(', ')}`;
}

function refuseTwice({ file, record }: AskedPlace, { at }: Seen, { others }: Watch): never {
  throw new UserError(
    `${file} holds ${others + 1} records with the number ${record}`,
    at.line === null ? 'name a file in which it stands once' : `name one by its line; the first is ${file}:${at.line}`,
  );
}
