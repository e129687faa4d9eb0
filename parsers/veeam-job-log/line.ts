import type { Micros, WrittenTime } from '../../src/model/time.js';
import { civilMicros, fractionMicros, fractionResolution, wallTime } from '../../src/parser/stamp.js';

export type Level = 'info' | 'warning' | 'error';

export interface VeeamLine {
  readonly time: WrittenTime;
  /** As written between `<` and `>`; null in builds that leave it out. */
  readonly thread: string | null;
  /** Task tag of version 12, `[a1b2]` before the level. */
  readonly tag: string | null;
  readonly level: Level;
  /** Without indentation. */
  readonly message: string;
  /** The message goes on from the line before: a frame of a stack trace. */
  readonly continues: boolean;
}

// [07.07.2021 16:34:10] <01> Info         STARTBACKUPJOB                                version 9 to 11
// [04.05.2026 12:49:16.269]   < 12> [a1b2] Info (3)  Job session ...                    version 12
// [04.05.2026 12:49:16.269]    Info    [JobSession] Set new totals: ...                 version 12 and 13
const STAMP = /^\[(\d\d)\.(\d\d)\.(\d{4}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?\]/;
const MANAGER =
  /^\s{1,20}(?:<\s*(\d{1,10})\s*>\s{1,20})?(?:\[(\w{1,64})\]\s{1,20})?(Info|Success|Debug|Warning|Error|Failed)(?:\s*\(\d{1,2}\))?(?:\s+(.*))?$/s;
// [22.03.2021 23:00:16.101] <  7580> cli      | Closing the connection.                 Agent.*.log
// [22.03.2021 23:00:16.101] <  7580> ERR      | Failed to open the disk.
// [22.03.2021 23:00:16.101] <  7580>   >>     | --tr:Cannot read.
const AGENT = /^\s{1,20}<\s*(\d{1,10})\s*>\s{0,20}([\w>]{0,32})\s{0,20}\|(.*)$/s;

const LEVELS: Readonly<Record<string, Level>> = {
  Info: 'info',
  Success: 'info',
  Debug: 'info',
  Warning: 'warning',
  Error: 'error',
  Failed: 'error',
};

// [07.07.2021 16:08:39] <01> Error       at Veeam.Backup.Core.CStopSessionControl.CheckStoped()
const STACK_FRAME = /^(?:at [\w.`<>[\]+]+\(|--- End of )/;

/** `[dd.MM.yyyy HH:mm:ss.fff]`: local time, the same layout under every Windows culture. */
export function readStamp(text: string, utcOffset: Micros | null): WrittenTime | null {
  const m = STAMP.exec(text);
  if (m === null) return null;
  const part = (i: number): number => Number(m[i]);
  const micros = civilMicros(part(3), part(2) - 1, part(1), part(4), part(5), part(6), fractionMicros(m[7]));
  return wallTime(micros, fractionResolution(m[7]), utcOffset);
}

/** Null: the line has no stamp, or nothing known behind it. */
export function readLine(text: string, utcOffset: Micros | null): VeeamLine | null {
  const time = readStamp(text, utcOffset);
  if (time === null) return null;
  const rest = text.slice(text.indexOf(']') + 1);
  return readManager(rest, time) ?? readAgent(rest, time);
}

function readManager(rest: string, time: WrittenTime): VeeamLine | null {
  const m = MANAGER.exec(rest);
  if (m === null) return null;
  const message = (m[4] ?? '').trim();
  const level = LEVELS[m[3] ?? ''] ?? 'info';
  return { time, thread: m[1] ?? null, tag: m[2] ?? null, level, message, continues: STACK_FRAME.test(message) };
}

function readAgent(rest: string, time: WrittenTime): VeeamLine | null {
  const m = AGENT.exec(rest);
  if (m === null) return null;
  const category = (m[2] ?? '').toUpperCase();
  const level = category.startsWith('ERR') ? 'error' : category.startsWith('WARN') ? 'warning' : 'info';
  const message = (m[3] ?? '').trim();
  return { time, thread: m[1] ?? null, tag: null, level, message, continues: category === '>>' };
}
