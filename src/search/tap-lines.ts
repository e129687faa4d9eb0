import type { Position } from '../model/record.js';
import type { LineReader, Parser } from '../parser/parser.js';

/** Sees each decoded line of a source before its parser does. */
export type LineTap = (text: string, at: Position) => void;

/**
 * A line parser whose lines are also shown to `tap`: rows of samples, headers and lines that no parser can read never
 * become records, and are evidence all the same. The first reader that is opened for a source gets every selected
 * line; those after it only look at samples.
 */
export function tapLines(parser: Parser, tap: LineTap): Parser {
  if (parser.reads !== 'lines') return parser;
  let isFirst = true;
  return {
    ...parser,
    open(context, sink, interest): LineReader {
      const reader = parser.open(context, sink, interest);
      if (!isFirst) return reader;
      isFirst = false;
      return {
        line(text, at) {
          tap(text, at);
          reader.line(text, at);
        },
        skipped: () => reader.skipped(),
        end: () => reader.end(),
      };
    },
  };
}
