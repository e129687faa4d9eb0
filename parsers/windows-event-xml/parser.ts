import type { Position } from '../../src/model/record.js';
import type { Micros } from '../../src/model/time.js';
import { defineParser, type Head, type Sink } from '../../src/parser/parser.js';
import { windowsRecord } from '../../src/parser/windows-event.js';
import { offsetOfCopiedDate } from './copied-date.js';
import { type ScannedEvent, scanEvent } from './scan.js';
import { type RawEvent, splitEvents } from './split.js';

export default defineParser({
  id: 'windows-event-xml',
  title: 'Windows events as XML (wevtutil, Event Viewer)',
  layer: 'hypervisor',
  reads: 'text',
  sniff,
  open(_context, sink) {
    const clock = statedClock(sink);
    const splitter = splitEvents((raw) => readEvent(raw, sink, clock));
    return {
      text: (chunk, at) => splitter.text(chunk, at.byteOffset),
      end: () => splitter.end(),
    };
  },
});

function readEvent(raw: RawEvent, sink: Sink, clock: (raw: RawEvent, utc: Micros, at: Position) => void): void {
  const scanned = scanEvent(raw.xml);
  const at: Position = { ...raw.place, record: scanned.event?.recordId ?? null };
  reportDamage(raw, scanned, at, sink);
  const { event } = scanned;
  if (event === null) return;
  if (event.time === null) {
    sink.issue('event-without-time', 'error', 'an event has no SystemTime, or one that is no time', at);
  } else clock(raw, event.time.micros, at);
  if (event.provider === '') sink.issue('event-without-provider', 'error', 'an event names no provider', at);
  sink.record(windowsRecord(event, raw.xml, at));
}

function reportDamage(raw: RawEvent, scanned: ScannedEvent, at: Position, sink: Sink): void {
  if (raw.ending === 'long') {
    const note = 'an event is longer than 1 MiB; only its first MiB was read';
    sink.issue('record-truncated', 'data-loss', note, at);
  }
  if (scanned.event === null) {
    sink.issue('event-unreadable', 'data-loss', 'an <Event> element has no readable EventID and was left out', at);
  } else if (raw.ending === 'cut') {
    sink.issue('event-truncated', 'data-loss', 'an event ends before its end tag; what stands there was read', at);
  } else if (raw.ending === 'closed' && scanned.isDamaged) {
    sink.issue('event-damaged', 'error', 'an event is no well-formed XML; it was read as far as it makes sense', at);
  }
}

/** Reports the viewer's zone once, and again when it changes (summer time). */
function statedClock(sink: Sink): (raw: RawEvent, utc: Micros, at: Position) => void {
  let last: Micros | null = null;
  return (raw, utc, at) => {
    const utcOffset = raw.before === '' ? null : offsetOfCopiedDate(raw.before, utc);
    if (utcOffset === null || utcOffset === last) return;
    last = utcOffset;
    sink.clock({ kind: 'stated-offset', utcOffset, zone: null, at });
  };
}

// At the begin of a line, or behind another element; tree views put a `-` or `+` before elements that have children.
const FIRST_EVENT =
  /(?:^|>)[ \t]*(?:[-+\u2212][ \t\u00a0]*)?<Event(?:\s[^<>]{0,2000})?>\s*(?:[-+\u2212]\s*)?<System[\s>]/m;
const XML_LINE = /^\s*(?:[-+\u2212]\s*)?</;

function sniff(head: Head): number {
  const m = FIRST_EVENT.exec(head.text);
  if (m === null || !/<EventID[\s>]/.test(head.text)) return 0;
  const before = head.text.slice(0, m.index).trim();
  if (before === '' || /^<(?:\?xml\s|Events>?$)/.test(before)) return 0.95;
  if (/<!doctype|<html/i.test(before)) return 0;
  // `xml = '''`, `<<EOF` or `text: |` right before it: somebody's program or document.
  const outer = before.replace(/<\w+[^<>]*>?$/, '').trimEnd();
  if (/(?:["'`(=,{[]|<<\s*\S+|:[ \t]*[|>][-+]?)$/.test(outer)) return 0;
  if (/^Event Xml:$/im.test(before)) return 0.95;
  // Pasted between other text: most of what stands there must still be events.
  const marked = head.text.split('\n').reduce((sum, line) => sum + (XML_LINE.test(line) ? line.length : 0), 0);
  return marked >= head.text.trim().length * 0.4 ? 0.8 : 0;
}
