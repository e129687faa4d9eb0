import type { Position } from '../../src/model/record.js';
import type { SourceContext } from '../../src/model/source.js';
import type { WrittenTime } from '../../src/model/time.js';
import { openGuestLog } from '../../src/parser/guest-log.js';
import { openJournal } from '../../src/parser/journal-entry.js';
import type { LineReader, Sink } from '../../src/parser/parser.js';
import type { SyslogLine } from '../../src/parser/syslog-line.js';
import { plainText } from '../../src/parser/terminal-text.js';
import { jsonOf, jsonTime, readJournalJson } from './json.js';
import { offsetOfZone, readShortLine } from './short.js';

// -- Boot 0b5c...32 hex --   -- Reboot --
const BOOT = /^-- (?:Boot ([0-9a-f]{32})|Reboot) --\s*$/;
// -- Logs begin at Wed 2017-02-08 15:18:00 CET, end at Tue 2017-09-19 09:12:59 CEST. --   -- Journal begins at ...   -- No entries --
const HEADER = /^-- (?:Logs begin at|Journal begins at|No entries --)/;
const HEADER_ZONE = /\d\d:\d\d:\d\d (\S{1,12}), ends? at .*\d\d:\d\d:\d\d (\S{1,12})\. --/;
// Hint: You are currently not seeing messages from other users and the system.
const HINT = /^Hint: You are currently not seeing messages/;
// -- Subject: ...  -- Defined-By: systemd  ░░ Subject: ...   (journalctl -x explains a message; the words are not the machine's)
const CATALOGUE = /^(?:-- |--$|░░)/;

/** Zones named in one export that are looked at; a real one has two. */
const ZONES = 24;

const PARTIAL = 'journalctl was run by a user who may not read the system journal: most of it is missing';
const DAMAGED = 'a line of the JSON export is no JSON object';

export function openJournalLines(_context: SourceContext, sink: Sink): LineReader {
  const journal = openJournal(sink);
  const log = openGuestLog(sink);
  let before: SyslogLine | null = null;
  const zones = new Set<string>();

  const noteZone = (zone: string, at: Position): void => {
    if (zones.has(zone) || zones.size >= ZONES) return;
    zones.add(zone);
    const utcOffset = offsetOfZone(zone);
    if (utcOffset !== null) sink.clock({ kind: 'stated-offset', utcOffset, zone, at });
  };
  const readMark = (text: string, at: Position): boolean => {
    const boot = BOOT.exec(text);
    if (boot !== null) log.bootMark(boot[1] ?? null);
    else if (HINT.test(text)) sink.issue('journal-partial', 'data-loss', PARTIAL, at);
    else if (HEADER.test(text)) {
      log.forget();
      const range = HEADER_ZONE.exec(text);
      // Two names (CET, CEST) are summer and winter of one place: only a zone without summer time is stated by its name.
      if (range !== null && range[1] === range[2]) noteZone(range[1] as string, at);
    } else return false;
    return true;
  };
  const readJson = (json: string, text: string, at: Position): void => {
    log.forget();
    const fields = readJournalJson(json);
    if (fields === null) sink.issue('unreadable-line', 'error', DAMAGED, at);
    else journal.entry(fields, text, at);
  };
  return {
    line(text, at) {
      const json = jsonOf(text);
      if (json !== null) return readJson(json, text, at);
      if (readMark(text, at)) return;
      const plain = text.includes('\x1b') ? plainText(text) : text;
      const short = CATALOGUE.test(plain) ? null : readShortLine(plain, before);
      if (short === null) {
        // An empty line ends the body, so that the explanation is shown but never matched.
        if (CATALOGUE.test(plain)) log.continuation('', at);
        log.continuation(text, at);
        return;
      }
      before = short.line;
      if (short.zone !== null) noteZone(short.zone, at);
      log.syslog(short.line, plain, at);
    },
    skipped: () => log.forget(),
    end() {
      log.end();
      journal.end();
    },
  };
}

/** The time of a line as the reader above will read it. */
export function journalLineTime(text: string): WrittenTime | null {
  const json = jsonOf(text);
  if (json !== null) return jsonTime(json);
  const plain = text.includes('\x1b') ? plainText(text) : text;
  return readShortLine(plain, null)?.line.time ?? null;
}
