import type { Position } from '../../src/model/record.js';
import { SECOND } from '../../src/model/time.js';
import { findKernelStamp, readKernelStamp } from '../../src/parser/kernel-line.js';
import { readSyslogLine, type SyslogLine } from '../../src/parser/syslog-line.js';
import { byteOffsets, hasEscapes, plainText } from '../../src/parser/terminal-text.js';
import { readDmesgLine } from './line.js';

/** What one writer put on a line. */
export interface Piece {
  /** Without escape sequences. */
  readonly plain: string;
  /** As it stands in the file; for a part of a line with escape sequences, the same as `plain`. */
  readonly text: string;
  readonly at: Position;
}

/**
 * Takes a console line apart: at carriage returns and NUL (progress displays, crash holes) and at kernel stamps inside it
 * (`Starting Load/[    2.692098] EXT4-fs (sda1): ...`), because the kernel does not wait for the other writer's line end.
 */
export function splitConsoleLine(text: string, at: Position): readonly Piece[] {
  if (!/[\r\0]/.test(text)) return splitAtStamps(text, at);
  const offsetOf = byteOffsets(text);
  const pieces: Piece[] = [];
  for (const m of text.matchAll(/[^\r\0]+/g)) {
    for (const piece of splitAtStamps(m[0], moved(at, offsetOf(m.index)))) pieces.push(piece);
  }
  return pieces;
}

function moved(at: Position, bytes: number): Position {
  return at.byteOffset === null ? at : { ...at, byteOffset: at.byteOffset + bytes };
}

function splitAtStamps(text: string, at: Position): readonly Piece[] {
  const plain = hasEscapes(text) ? plainText(text) : text;
  const cuts = syslogInDmesg(plain) === null ? stampsInside(plain) : [];
  if (cuts.length === 0) return [{ plain, text, at }];
  const offsetOf = byteOffsets(text);
  let inText = 0;
  return [0, ...cuts].map((from, index) => {
    const part = plain.slice(from, cuts[index]);
    // The stamp stands in the file as it stands here: a console writes it in one go.
    inText = Math.max(inText, text.indexOf(part.slice(0, 16), inText));
    return { plain: part, text: part, at: moved(at, offsetOf(inText)) };
  });
}

/** The latest that a second message can have begun on the line of a first. */
const SAME_LINE = 60 * SECOND;

function stampsInside(plain: string): readonly number[] {
  const line = readDmesgLine(plain);
  // Behind another kind of stamp there is nothing to compare the times by.
  if (line !== null && line.uptime === null) return [];
  const cuts: number[] = [];
  let uptime = line?.uptime ?? null;
  let from = line?.bodyAt ?? 1;
  for (let at = findKernelStamp(plain, from); at >= 0; at = findKernelStamp(plain, from)) {
    const next = readKernelStamp(plain, at);
    if (next === null) break;
    // A stamp of another time is quoted text (a pstore dump, a log shown in a log).
    const apart = uptime === null ? 0 : next.uptime - uptime;
    if (apart >= -SECOND && apart <= SAME_LINE) {
      cuts.push(at);
      uptime = next.uptime;
    }
    from = next.end;
  }
  return cuts;
}

/**
 * A syslog record among kernel lines, as several logs pasted into one file have it. Its `kernel: [12345.678901]` is its own
 * stamp, and no second writer.
 */
export function syslogInDmesg(plain: string): SyslogLine | null {
  const first = plain.charCodeAt(0);
  if (first === 91 || first === 32) return null;
  const line = readSyslogLine(plain);
  return line !== null && line.time !== null && line.host !== null && line.ident !== null ? line : null;
}
