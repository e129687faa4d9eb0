import { collectStreams } from '../../src/ingest/stream-stats.js';
import { streamKey } from '../../src/model/clock.js';
import type { StreamStats } from '../../src/model/coverage.js';
import type { Detection, Entity } from '../../src/model/detection.js';
import type { Fields, Layer, LogRecord, Position } from '../../src/model/record.js';
import type { ClockEvidence, ReadSource } from '../../src/model/source.js';
import { DAY, type Micros, SECOND, type WrittenTime, YEARLESS_YEAR } from '../../src/model/time.js';
import type { Machine } from './machine.js';

/** How a log writes time. */
export interface LogFormat {
  readonly id: string;
  readonly layer: Layer;
  readonly yearless: boolean;
  /** Whether a stamp states its offset from UTC, and whether it is local time. */
  readonly stamps: 'utc' | 'local-stated' | 'local';
  readonly resolution: Micros;
}

export const FORMATS = {
  evtx: { id: 'windows-evtx', layer: 'hypervisor', yearless: false, stamps: 'utc', resolution: 1 },
  rfc3164: { id: 'linux-syslog', layer: 'guest', yearless: true, stamps: 'local', resolution: SECOND },
  dated: { id: 'linux-syslog', layer: 'guest', yearless: false, stamps: 'local', resolution: SECOND },
  rfc3339: { id: 'linux-syslog', layer: 'guest', yearless: false, stamps: 'local-stated', resolution: 1 },
  journal: { id: 'systemd-journal-export', layer: 'guest', yearless: false, stamps: 'utc', resolution: 1 },
  backup: { id: 'altaro', layer: 'backup', yearless: false, stamps: 'local', resolution: SECOND },
} as const satisfies Record<string, LogFormat>;

export type FormatName = keyof typeof FORMATS;

/** What a rule sees in a record. */
export interface Sign {
  readonly rule: string;
  readonly entity: Entity;
  readonly captures: Readonly<Record<string, string>>;
  readonly ident: string;
  readonly pid: number | null;
  readonly body: string;
  readonly uptime: Micros | null;
  /** How long what it describes went on, where it says so. */
  readonly lasts?: Micros;
  readonly fields?: Fields;
}

/** A record before it is written down. */
export interface Entry {
  /** True time at which it is written: the order of the file. */
  readonly at: Micros;
  /** True time at which its stamp was taken. */
  readonly stamped: Micros;
  readonly host: string | null;
  /** Who stamped it. */
  readonly by: Machine;
  readonly sign: Sign | null;
  /** Names what happened, so that two logs can be told to have seen the same; null for what nobody else sees. */
  readonly event: string | null;
  /** UTC that the line itself quotes, by the clock of its machine, and how late the stamp may be. */
  readonly quotes: { readonly utc: Micros; readonly tolerance: Micros } | null;
}

/** A file of evidence as it comes into being. */
export interface LogFile {
  readonly path: string;
  readonly pathHost: string | null;
  readonly channel: string | null;
  readonly format: FormatName;
  readonly entries: Entry[];
}

/** What is true of one stream, and never shown to the program. */
export interface StreamTruth {
  readonly key: string;
  readonly path: string;
  readonly machine: Machine;
  readonly format: LogFormat;
  readonly records: readonly TrueRecord[];
  /** Offsets from UTC of its stamps in the order in which they held. */
  readonly offsets: readonly Micros[];
  /** Events that stand in it, and when it stamped them, true time. */
  readonly events: ReadonlyMap<string, Micros>;
  readonly turned: boolean;
}

export interface TrueRecord {
  readonly utc: Micros;
  readonly time: WrittenTime;
  readonly byteOffset: number;
}

export interface WrittenFile {
  readonly source: ReadSource;
  readonly detections: readonly Detection[];
  readonly truths: readonly StreamTruth[];
}

/** The stamp a machine would write at a true time, and its offset from UTC. */
export function stampOf(
  machine: Machine,
  format: LogFormat,
  utc: Micros,
): { readonly time: WrittenTime; readonly offset: Micros } {
  const own = utc + machine.error(utc);
  const offset = format.stamps === 'utc' ? 0 : machine.zone.offset(own);
  const local = Math.floor((own + offset) / format.resolution) * format.resolution;
  const { yearless, resolution } = format;
  const time: WrittenTime = {
    ...{ micros: yearless ? withoutYear(local) : local, clock: 'wall', yearless, resolution },
    utcOffset: format.stamps === 'local' ? null : offset,
  };
  return { time, offset };
}

const daysWithoutYear = new Map<number, Micros>();

/** The same month, day and time of day in the year that stands for none. */
function withoutYear(local: Micros): Micros {
  const day = Math.floor(local / DAY);
  let moved = daysWithoutYear.get(day);
  if (moved === undefined) {
    const date = new Date((day * DAY) / 1000);
    moved = Date.UTC(YEARLESS_YEAR, date.getUTCMonth(), date.getUTCDate()) * 1000;
    daysWithoutYear.set(day, moved);
  }
  return moved + (local - day * DAY);
}

/** Bytes of a line, on average. */
const LINE = 110;

/** Writes the file down in the order of its entries: what a parser would hand on, and what is true. */
export function writeLog(file: LogFile, id: string): WrittenFile {
  const format: LogFormat = FORMATS[file.format];
  const entries = [...file.entries].sort((x, y) => x.at - y.at);
  const collector = collectStreams();
  const truths = new Map<string, TruthDraft>();
  const detections: Detection[] = [];
  const clock: ClockEvidence[] = [];
  for (const [i, entry] of entries.entries()) {
    const { time, offset } = stampOf(entry.by, format, entry.stamped);
    const at: Position = { line: i + 1, byteOffset: i * LINE, record: file.channel === null ? null : i + 1 };
    const { host } = entry;
    const { channel } = file;
    collector.counted({ time, host, channel, ident: entry.sign?.ident ?? null, at });
    const key = streamKey(id, host, channel);
    draftOf(truths, key, entry.by).add(entry, time, offset, i * LINE);
    if (entry.sign !== null) detections.push(detectionOf(entry, entry.sign, time, at, { id, key, file, format }));
    clock.push(...evidenceOf(entry, time, at, format));
  }
  const streams = collector.streams(id);
  const { path, pathHost } = file;
  const { layer } = format;
  const source: ReadSource = {
    ...{ id, path, pathHost, format: format.id, layer, streams, clock },
    ...{ sha256: '', bytes: entries.length * LINE, records: entries.length, issues: [], facts: [] },
  };
  return { source, detections, truths: [...truths].map(([key, draft]) => truthOf(key, draft, path, format, streams)) };
}

interface TruthDraft {
  readonly machine: Machine;
  readonly records: TrueRecord[];
  readonly offsets: Micros[];
  readonly events: Map<string, Micros>;
  add(entry: Entry, time: WrittenTime, offset: Micros, byteOffset: number): void;
}

function draftOf(drafts: Map<string, TruthDraft>, key: string, machine: Machine): TruthDraft {
  const known = drafts.get(key);
  if (known !== undefined) return known;
  const records: TrueRecord[] = [];
  const offsets: Micros[] = [];
  const events = new Map<string, Micros>();
  const draft: TruthDraft = {
    ...{ machine, records, offsets, events },
    add({ stamped, event }, time, offset, byteOffset) {
      records.push({ utc: stamped, time, byteOffset });
      if (!offsets.includes(offset)) offsets.push(offset);
      if (event !== null) events.set(event, stamped);
    },
  };
  drafts.set(key, draft);
  return draft;
}

function truthOf(
  key: string,
  { machine, records, offsets, events }: TruthDraft,
  path: string,
  format: LogFormat,
  streams: readonly StreamStats[],
): StreamTruth {
  const stats = streams.find((stream) => streamKey(stream.source, stream.host, stream.channel) === key);
  return { key, path, machine, format, records, offsets, events, turned: (stats?.yearTurns.length ?? 0) > 0 };
}

interface Place {
  readonly id: string;
  readonly key: string;
  readonly file: LogFile;
  readonly format: LogFormat;
}

function detectionOf(entry: Entry, sign: Sign, time: WrittenTime, at: Position, place: Place): Detection {
  const { ident, pid, body, uptime, lasts } = sign;
  const until = lasts === undefined ? null : stampOf(entry.by, place.format, entry.stamped + lasts).time;
  const record: LogRecord = {
    ...{ time, until, host: entry.host, channel: place.file.channel, ident, pid, severity: null },
    ...{ body, text: body, uptime, boot: null, repeat: 1, fields: sign.fields ?? {}, at },
  };
  return {
    ...{ id: `${place.id}#${at.line}`, rule: sign.rule, role: 'marker', level: 'informational' },
    ...{ layer: place.format.layer, source: place.id, stream: place.key, entity: sign.entity, captures: sign.captures },
    ...{ statement: body, first: record, last: record, count: 1, began: null, epoch: null },
    origins: [{ source: place.id, at, series: null, value: null, interval: null, written: time.micros, text: body }],
  };
}

/** From the kernel to the stamp of the logging daemon: what parsers allow. */
const RECEIVE: Micros = SECOND;

function evidenceOf(
  { host, sign, quotes }: Entry,
  time: WrittenTime,
  at: Position,
  format: LogFormat,
): readonly ClockEvidence[] {
  const { micros: written, yearless, resolution } = time;
  if (quotes !== null) {
    const { utc, tolerance } = quotes;
    return [{ kind: 'epoch', anchor: 'audit', host, written, yearless, utc, tolerance: tolerance + resolution, at }];
  }
  if (sign?.uptime == null) return [];
  // The journal writes UTC beside the time since boot; a syslog daemon its own stamp.
  const isJournal = format === FORMATS.journal;
  const stamps = isJournal ? { utc: written, written: null } : { utc: null, written };
  return [
    {
      ...{ kind: 'uptime', anchor: isJournal ? 'journal-kernel' : 'syslog', host, boot: null, uptime: sign.uptime },
      ...{ ...stamps, yearless, tolerance: RECEIVE + resolution, at },
    },
  ];
}
