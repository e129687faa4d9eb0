import type { Position } from '../../src/model/record.js';
import { defineParser, type Head, type Sink } from '../../src/parser/parser.js';
import type { Place } from '../../src/parser/text-position.js';
import { windowsRecord } from '../../src/parser/windows-event.js';
import { type RawObject, splitObjects } from './split.js';
import { isObject, type Json } from './value.js';
import { type ReadEvent, readWinEvent } from './win-event.js';
import { readWinlogbeat } from './winlogbeat.js';

export default defineParser({
  id: 'windows-event-json',
  title: 'Windows events as JSON (Get-WinEvent, Winlogbeat)',
  layer: 'hypervisor',
  reads: 'text',
  sniff,
  open(_context, sink) {
    // After damage the rest of an object is met in pieces; these are not reported one by one.
    let isResync = false;
    const splitter = splitObjects({
      object(raw) {
        if (raw.ending !== 'closed') {
          reportLoss(raw, sink);
          isResync = raw.ending === 'broken';
        } else if (readObject(raw, sink, isResync)) isResync = false;
      },
      junk(place) {
        if (!isResync) sink.issue('text-between', 'error', 'text that is no JSON stands between the events', at(place));
      },
    });
    return {
      text: (chunk, { byteOffset }) => splitter.text(chunk, byteOffset),
      end: () => splitter.end(),
    };
  },
});

function at(place: Place, record: number | null = null): Position {
  return { ...place, record };
}

function reportLoss(raw: RawObject, sink: Sink): void {
  const place = at(raw.place);
  if (raw.ending === 'long') {
    sink.issue('record-truncated', 'data-loss', 'a JSON object is longer than 1 MiB and was left out', place);
  } else if (raw.ending === 'cut') {
    sink.issue('event-truncated', 'data-loss', 'the file ends inside a JSON object', place);
  } else sink.issue('event-unreadable', 'data-loss', 'a JSON object is damaged and was left out', place);
}

/** True when the object is an event. */
function readObject(raw: RawObject, sink: Sink, isResync: boolean): boolean {
  const value = parse(raw.json);
  if (value === undefined) {
    if (!isResync) reportLoss({ ...raw, ending: 'broken' }, sink);
    return false;
  }
  const read = isObject(value) ? (readWinEvent(value, raw.json) ?? beat(value)) : null;
  if (read === null) {
    if (!isResync) {
      sink.issue('not-an-event', 'data-loss', 'a JSON object is no Windows event and was left out', at(raw.place));
    }
    return false;
  }
  emit(read, raw, sink);
  return true;
}

function beat(value: Readonly<Record<string, Json>>): ReadEvent | null {
  const event = readWinlogbeat(value);
  return event === null ? null : { event, data: 'whole' };
}

/** The boundary: JSON.parse throws on bad input. */
function parse(json: string): Json | undefined {
  try {
    return JSON.parse(json.replaceAll(LONG_INTEGER, '$1"$2"'));
  } catch {
    return undefined;
  }
}

// {"Value":18446744073709551615}: kept as text, a double would round it. In strings the quotes are escaped.
const LONG_INTEGER = /("Value"\s*:\s*)(-?\d{16,20})(?=\s*[,}])/g;

function emit({ event, data }: ReadEvent, raw: RawObject, sink: Sink): void {
  const position = at(raw.place, event.recordId);
  if (data !== 'whole') {
    const note = 'the export holds no event data (ConvertTo-Json without -Depth 4, or a selection of properties)';
    sink.issue('event-data-lost', 'data-loss', note, position);
  }
  if (data === 'recovered') {
    const note = 'event data was read back out of the English message text';
    sink.issue('data-recovered-from-text', 'info', note, position);
  }
  if (event.time === null) {
    sink.issue('event-without-time', 'error', 'an event has no TimeCreated, or one whose form is unknown', position);
  }
  if (event.provider === '') sink.issue('event-without-provider', 'error', 'an event names no provider', position);
  sink.record(windowsRecord(event, raw.json, position));
}

/** Names of properties that only event objects have together. */
const WIN_EVENT = [
  /"TimeCreated"\s*:/,
  /"(?:Id|EventId|EventID)"\s*:\s*\d/,
  /"(?:ProviderName|LogName|LevelDisplayName|MachineName|RecordId|Message)"\s*:/,
];
const WINLOGBEAT = [/"winlog"\s*:\s*\{/, /"(?:event_id|provider_name)"\s*:/, /"@timestamp"\s*:/];

function sniff(head: Head): number {
  // The JSON may stand below a prompt or a comment, but begins a line.
  const start = /^[ \t]*(?:\[\s*)?\{\s*"/m.exec(head.text);
  if (start === null) return 0;
  const text = head.text.slice(start.index);
  const isEvent = [WIN_EVENT, WINLOGBEAT].some((patterns) => patterns.every((pattern) => pattern.test(text)));
  if (!isEvent) return 0;
  const linesBefore = head.text.slice(0, start.index).split('\n').length - 1;
  return linesBefore === 0 ? 0.95 : linesBefore <= 20 ? 0.85 : 0;
}
