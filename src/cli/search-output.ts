import { harmless, harmlessLine } from '../report/harmless.js';
import type { Palette } from '../report/text.js';
import { formatTime, formatWritten, seconds } from '../report/time.js';
import type { ContextText, Hit } from '../search/hit.js';
import type { Range } from '../search/query.js';

/** One JSON object on one line; see docs/search.md. */
export function hitToJson(hit: Hit): string {
  const { at, written, utc } = hit;
  const resolution = written?.resolution ?? 1;
  return `${JSON.stringify({
    source: hit.path,
    format: hit.format,
    layer: hit.layer,
    host: hit.host,
    channel: hit.channel,
    ...at,
    written: written === null ? null : formatWritten(written),
    utc: utc === null ? null : formatTime(utc, resolution),
    uncertaintySeconds: hit.uncertainty === null ? null : seconds(hit.uncertainty),
    basis: hit.basis,
    text: hit.text,
    matches: hit.matches,
    title: hit.title,
    message: hit.message,
    messageMatches: hit.messageMatches,
    before: hit.before,
    after: hit.after,
  })}\n`;
}

/** Time, place and text as a person reads them; a record of several lines goes on below, indented. */
export function hitToText(hit: Hit, palette: Palette): string {
  const before = hit.before.map((context) => contextLine(context, palette));
  const after = hit.after.map((context) => contextLine(context, palette));
  // An event reads better by its message; its XML is shown where the match lies elsewhere in it.
  const message = hit.messageMatches.length > 0 ? hit.message : null;
  const lines = paint(message ?? hit.text, message === null ? hit.matches : hit.messageMatches, palette);
  const [start = '', ...more] = lines;
  const title = message === null || hit.title === null || hit.title === '' ? '' : `${harmlessLine(hit.title)}: `;
  const first = `${title}${start}`;
  const head = `${timeOf(hit, palette)}  ${palette.dim(harmlessLine(placeOf(hit)))}  ${first}`;
  return `${[...before, head, ...more.map((line) => `    | ${line}`), ...after].join('\n')}\n`;
}

/** An error bar wider than this is part of the answer. */
const WIDE = 5_000_000;

function timeOf({ utc, uncertainty, written }: Hit, palette: Palette): string {
  if (utc === null) return palette.warn('undated');
  const bar =
    uncertainty !== null && uncertainty > WIDE ? ` ${palette.warn(`±${Math.round(seconds(uncertainty))}s`)}` : '';
  return `${palette.good(formatTime(utc, written?.resolution ?? 1))}${bar}`;
}

function placeOf({ path, at }: Hit): string {
  return at.line === null ? `${path}#${at.record ?? at.byteOffset ?? ''}` : `${path}:${at.line}`;
}

function contextLine({ line, record, text, title, message }: ContextText, palette: Palette): string {
  const place = message === null ? `${line ?? ''}` : `#${record ?? line ?? ''}`;
  const shown = message === null ? text : `${title ?? ''}: ${message}`;
  return palette.dim(`    ${place}- ${harmlessLine(shown)}`);
}

/** The lines of a text with its matches marked; what the log holds is made harmless, the marks are ours. */
function paint(text: string, ranges: readonly Range[], palette: Palette): readonly string[] {
  const mark = (piece: string): string => palette.strong(palette.bad(harmless(piece)));
  let line = '';
  const lines: string[] = [];
  const add = (piece: string, show: (part: string) => string): void => {
    piece.split('\n').forEach((part, i) => {
      if (i > 0) {
        lines.push(line);
        line = '';
      }
      if (part !== '') line += show(part);
    });
  };
  let at = 0;
  for (const [start, end] of ranges) {
    add(text.slice(at, start), harmless);
    add(text.slice(start, end), mark);
    at = end;
  }
  add(text.slice(at), harmless);
  return [...lines, line];
}
