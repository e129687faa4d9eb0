import { styleText } from 'node:util';
import { type Palette, PLAIN } from '../report/text.js';

/** Colours of the terminal's own 16, which its theme keeps readable on dark and light. NO_COLOR and pipes get none. */
export function terminalPalette(stream: NodeJS.WriteStream): Palette {
  const forced = process.env.FORCE_COLOR !== undefined && process.env.FORCE_COLOR !== '0';
  if (process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '') return PLAIN;
  if (!forced && (!stream.isTTY || process.env.TERM === 'dumb')) return PLAIN;
  const paint = (style: Parameters<typeof styleText>[0]) => (text: string) =>
    styleText(style, text, { validateStream: false });
  return { strong: paint('bold'), good: paint('green'), warn: paint('yellow'), bad: paint('red'), dim: paint('dim') };
}
