import type { Position } from '../../src/model/record.js';
import { defineParser, type Head, type LineReader, type Sink } from '../../src/parser/parser.js';
import { followClock } from './clock.js';
import { holdRecord } from './held.js';
import { readLine, readStamp, type VeeamLine } from './line.js';
import { closeSessions, followLine, newSessions } from './session.js';

/** Every literal a line must have for the reader to need it: state, clock and the lines that are records. */
const ANCHORS = [
  'Starting new log',
  'MachineName: [',
  'UTC Time: [',
  'UTC offset: ',
  'START',
  'Starting job ',
  'JobName=',
  'Job Name: [',
  'Job Options: [',
  'VssSnapshotOptions: [',
  '[Session] Id ',
  'ask session ',
  'Job session ',
  'Preparing point in ',
  'Job session is running in ',
  'Setting full mode',
  'Setting incremental mode',
  'Creating full point',
  'Creating incremental point',
  'Load: Source ',
  'Busy: Source ',
  'Primary bottleneck: ',
  'losing snapshots',
  'Warning',
  'WARN',
  'Error',
  'Failed',
  'ERR',
  '>>',
] as const;

export default defineParser({
  id: 'veeam-job-log',
  title: 'Veeam Backup & Replication job, task and agent log',
  layer: 'backup',
  reads: 'lines',
  // A preamble line starts with any letter, and must not be taken for the continuation of the run before it.
  startBytes: null,
  anchorLiterals: ANCHORS,
  sniff,
  lineTime: (line) => readStamp(line, null),
  open: (_context, sink) => openReader(sink),
});

// A run of the same prefix with a thread or a level behind it; 64 KiB of preamble alone have the two lines of `begins`.
const MANAGER_HEAD = /^\[\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d(?:\.\d{1,7})?\]\s{1,20}<\s*\d{1,10}\s*>/;

function sniff(head: Head): number {
  const lines = head.lines.filter((line) => line.trim() !== '');
  const begins = lines.some((line) => /^(?:UTC offset: -?\d|Log has been started by )/.test(line));
  if (begins && lines.some((line) => line.startsWith('Starting new log'))) return 0.97;
  const own = lines.filter((line) => readLine(line, null) !== null);
  // Multi-line messages and junk before the log are common; a log quoted in prose is mostly prose.
  if (own.length === 0 || own.length * 4 < lines.length) return 0;
  return own.some((line) => MANAGER_HEAD.test(line)) ? 0.95 : 0.8;
}

function openReader(sink: Sink): LineReader {
  const clock = followClock(sink);
  const sessions = newSessions(sink);
  const held = holdRecord(sink);
  // The line before, while a line without stamp or a stack frame may still belong to its record.
  let last: VeeamLine | null = null;

  const unstamped = (text: string, at: Position): void => {
    if (text.startsWith('Starting new log')) {
      for (const record of closeSessions(sessions)) held.put(record);
      last = null;
    }
    // [==========] rules stand around the preamble.
    if (clock.preamble(text, at) || /^=+$/.test(text)) last = null;
    else if (/^\[\d/.test(text)) unreadable(at);
    else if (last !== null) held.add(text, text);
  };
  const unreadable = (at: Position): void => {
    last = null;
    sink.issue('unreadable-line', 'error', 'a line begins like a stamped one, but could not be read', at);
  };
  const stamped = (line: VeeamLine, text: string, at: Position): void => {
    clock.stamp(line.time.micros, at);
    const time = { ...line.time, utcOffset: clock.offset() };
    if (line.continues && last !== null && last.thread === line.thread && held.add(line.message, text)) return;
    const records = followLine(sessions, { ...line, time }, { time, at, text, host: clock.host() });
    for (const record of records) held.put(record);
    last = records.length > 0 ? line : null;
    if (last === null) held.flush();
  };
  return {
    line(text, at) {
      const line = readLine(text, null);
      if (line === null) unstamped(text, at);
      else stamped(line, text, at);
    },
    skipped() {
      last = null;
      held.flush();
    },
    end() {
      for (const record of closeSessions(sessions)) held.put(record);
      held.flush();
    },
  };
}
