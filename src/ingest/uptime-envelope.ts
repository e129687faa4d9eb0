import { MINUTE, type Micros } from '../model/time.js';

/** As of src/parser/clock-anchor.ts, which keeps the pairs of a log that is read whole. */
const WINDOW: Micros = 10 * MINUTE;
const PAIRS = 400;
const WIDEST: Micros = 1e15;

/** A kernel line that carries its uptime and a wall stamp. */
export interface EnvelopeLine {
  readonly host: string;
  readonly boot: string | null;
  readonly uptime: Micros;
  readonly wall: Micros;
  readonly byteOffset: number;
  readonly line: number;
}

export interface UptimeEnvelope {
  add(line: EnvelopeLine): void;
  /** In the order of the source. */
  take(): readonly EnvelopeLine[];
}

/**
 * The lower envelope of wall time minus uptime: a line is never stamped before it was written, so of each stretch of a
 * boot the line with the smallest difference is the truest. Stretches double until no more than 400 are kept. What is
 * kept does not depend on the order in which lines come.
 */
export function keepEnvelope(): UptimeEnvelope {
  let kept = new Map<string, EnvelopeLine>();
  let width = WINDOW;
  const keep = (line: EnvelopeLine): void => {
    const key = `${line.host}\u0000${line.boot ?? ''}\u0000${Math.floor(line.uptime / width)}`;
    const known = kept.get(key);
    if (known === undefined || isTruer(line, known)) kept.set(key, line);
  };
  return {
    add(line) {
      keep(line);
      while (kept.size > PAIRS && width < WIDEST) {
        width *= 2;
        const lines = kept.values();
        kept = new Map();
        for (const one of lines) keep(one);
      }
      // Hosts and boots without end, in a hostile log: the first are kept.
      if (kept.size > PAIRS) kept.delete([...kept.keys()].at(-1) ?? '');
    },
    take: () => [...kept.values()].sort((a, b) => a.byteOffset - b.byteOffset),
  };
}

function isTruer(line: EnvelopeLine, known: EnvelopeLine): boolean {
  const gain = known.wall - known.uptime - (line.wall - line.uptime);
  return gain > 0 || (gain === 0 && line.byteOffset < known.byteOffset);
}
