import type { Fields, FieldValue, LogRecord, Position } from '../model/record.js';
import type { Micros, WrittenTime } from '../model/time.js';
import { RECORD_LIMIT } from './assemble.js';
import { type AnchorCollector, collectAnchors } from './clock-anchor.js';
import { collectKernelFacts } from './kernel-fact.js';
import type { Sink } from './parser.js';
import { syslogSeverity } from './severity.js';
import { readInnerTag } from './syslog-tag.js';
import { hasEscapes, plainText } from './terminal-text.js';

/** Fields of one journal entry, decoded. A field that journalctl left out because it is large is null. */
export type JournalFields = ReadonlyMap<string, string | readonly string[] | null>;

/** Characters of a field that are kept; only MESSAGE is matched at full length. */
const FIELD_LIMIT = 4096;
/** Fields of an entry that are kept; systemd itself allows 1024 (journal-importer.h ENTRY_FIELD_COUNT_MAX). */
const FIELD_COUNT = 1024;
/** systemd.journal-fields(7): upper case, digits, underscore, at most 64 characters. */
const FIELD_NAME = /^_{0,2}[A-Z0-9][A-Z0-9_]{0,63}$/;

export interface JournalSink {
  entry(fields: JournalFields, text: string, at: Position): void;
  end(): void;
}

/** Makes records of journal entries, whatever export they were read from. */
export function openJournal(sink: Sink): JournalSink {
  const anchors = collectAnchors(sink);
  const noteKernel = collectKernelFacts(sink);
  let stated = false;
  return {
    entry(fields, text, at) {
      noteLosses(fields, at, sink);
      const record = journalRecord(fields, text, at);
      if (record.time === null) sink.issue('no-stamp', 'error', 'a journal entry has no time', at);
      else if (!stated) sink.clock({ kind: 'stated-offset', utcOffset: 0, zone: 'UTC', at });
      stated ||= record.time !== null;
      if (record.ident === 'kernel') noteKernel(record);
      anchors.observe(record, true);
      pairClocks(fields, record, anchors);
      sink.record(record);
    },
    end: () => anchors.end(),
  };
}

function noteLosses(fields: JournalFields, at: Position, sink: Sink): void {
  if (fields.get('MESSAGE') === null) {
    const note = 'journalctl left out a message longer than 4096 bytes; export with --all';
    sink.issue('journal-message-omitted', 'data-loss', note, at);
  }
  const message = textOf(fields, 'MESSAGE');
  if (message !== null && message.length > RECORD_LIMIT) {
    const note = 'a record is longer than 1 MiB; only its first MiB was matched';
    sink.issue('record-truncated', 'data-loss', note, at);
  }
}

/** journald reads both clocks in one go (sd-event's dual timestamp); what is left is the wait for the processor. */
const JOURNAL_PAIR: Micros = 100_000;
/**
 * CLOCK_MONOTONIC is slewed by NTP, printk's clock is not. Machines that keep time differ by a few tens of ppm, so the
 * journal's own pair may be that far from printk's after a long uptime.
 */
const DRIFT = 50e-6;

function pairClocks(fields: JournalFields, record: LogRecord, anchors: AnchorCollector): void {
  const realtime = microsOf(fields, '__REALTIME_TIMESTAMP');
  const monotonic = microsOf(fields, '__MONOTONIC_TIMESTAMP');
  if (realtime === null) return;
  if (record.uptime !== null) anchors.pair('journal-kernel', record, record.uptime, realtime, JOURNAL_PAIR);
  if (monotonic === null) return;
  anchors.pair('journal', record, monotonic, realtime, JOURNAL_PAIR + Math.round(monotonic * DRIFT));
}

export function journalRecord(fields: JournalFields, text: string, at: Position): LogRecord {
  const priority = microsOf(fields, 'PRIORITY');
  const severity = priority === null ? null : syslogSeverity(priority);
  const isKernel = textOf(fields, '_TRANSPORT') === 'kernel';
  const named = textOf(fields, 'SYSLOG_IDENTIFIER') ?? (isKernel ? 'kernel' : textOf(fields, '_COMM'));
  const message = (textOf(fields, 'MESSAGE') ?? '').slice(0, RECORD_LIMIT);
  const inner = readInnerTag(message, 0);
  const body = message.slice(inner?.bodyAt ?? 0).replace(/\s*\n\s*/g, ' ');
  return {
    time: journalTime(microsOf(fields, '_SOURCE_REALTIME_TIMESTAMP') ?? microsOf(fields, '__REALTIME_TIMESTAMP')),
    until: null,
    host: textOf(fields, '_HOSTNAME'),
    channel: null,
    ident: inner?.ident ?? named,
    pid: microsOf(fields, '_PID') ?? microsOf(fields, 'SYSLOG_PID'),
    severity,
    body: (hasEscapes(body) ? plainText(body) : body).trimEnd(),
    text,
    uptime: isKernel ? microsOf(fields, '_SOURCE_MONOTONIC_TIMESTAMP') : null,
    boot: textOf(fields, '_BOOT_ID'),
    repeat: 1,
    fields: recordFields(fields, severity === null ? null : priority),
    at,
  };
}

/** Journal times are UTC. */
export function journalTime(micros: Micros | null): WrittenTime | null {
  return micros === null ? null : { micros, clock: 'wall', utcOffset: 0, yearless: false, resolution: 1 };
}

/** The first value of a field. */
function textOf(fields: JournalFields, name: string): string | null {
  const value = fields.get(name) ?? null;
  return value === null || typeof value === 'string' ? value : (value[0] ?? null);
}

function microsOf(fields: JournalFields, name: string): number | null {
  const value = textOf(fields, name);
  // 16 digits reach the year 2286; more is damage.
  return value !== null && /^\d{1,16}$/.test(value) ? Number(value) : null;
}

function recordFields(fields: JournalFields, severity: number | null): Fields {
  const kept: Record<string, FieldValue> = {};
  let count = 0;
  for (const [name, value] of fields) {
    if (value === null || !FIELD_NAME.test(name)) continue;
    if (++count > FIELD_COUNT) break;
    kept[name] = typeof value === 'string' ? cut(value) : value.slice(0, FIELD_COUNT).map(cut);
  }
  if (severity !== null) kept['log.syslog.severity.code'] = severity;
  return kept;
}

function cut(value: string): string {
  return value.length > FIELD_LIMIT ? value.slice(0, FIELD_LIMIT) : value;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LATIN1 = new TextDecoder('latin1');

/** Bytes of a field as text: UTF-8, or where it is not that, one character for each byte. */
export function decodeField(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return LATIN1.decode(bytes);
  }
}
