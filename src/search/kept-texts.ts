import type { LogRecord } from '../model/record.js';

/** A record of a source that is not read by lines, with its neighbours. */
export interface KeptText {
  readonly text: string;
  /** What the record says of itself before its message: program or provider, event id. */
  readonly title: string;
  readonly message: string;
  readonly before: readonly Neighbour[];
  readonly after: Neighbour[];
}

export interface Neighbour {
  readonly line: number | null;
  readonly record: number | null;
  readonly text: string;
  readonly title: string;
  readonly message: string;
}

/** Characters that may still be kept; shared by all sources of a search. */
export interface Budget {
  left: number;
}

/** Keeps texts of some records while all of them pass by. */
export interface TextKeeper {
  readonly texts: ReadonlyMap<number, KeptText>;
  /** Every record, in order; `wanted` ones are kept with those around them while the budget lasts. */
  pass(record: LogRecord, number: number, wanted: boolean): void;
}

export function keepTexts(before: number, after: number, budget: Budget): TextKeeper {
  const texts = new Map<number, KeptText>();
  const ring: Neighbour[] = [];
  let open: KeptText[] = [];
  const afford = (size: number): boolean => {
    budget.left -= size;
    return budget.left >= 0;
  };
  return {
    texts,
    pass(record, number, wanted) {
      const neighbour = open.length > 0 || before > 0 ? neighbourOf(record) : null;
      if (open.length > 0 && neighbour !== null) {
        for (const text of open) text.after.push(neighbour);
        budget.left -= record.text.length + record.body.length;
        open = open.filter((text) => text.after.length < after);
      }
      const size =
        record.text.length +
        record.body.length +
        ring.reduce((sum, one) => sum + one.text.length + one.message.length, 0);
      if (wanted && budget.left > 0 && afford(size)) {
        const kept: KeptText = {
          text: record.text,
          title: titleOf(record),
          message: record.body,
          before: [...ring],
          after: [],
        };
        texts.set(number, kept);
        if (after > 0) open.push(kept);
      }
      if (before === 0 || neighbour === null) return;
      ring.push(neighbour);
      if (ring.length > before) ring.shift();
    },
  };
}

function neighbourOf(record: LogRecord): Neighbour {
  const { at, text, body } = record;
  return { line: at.line, record: at.record, text, title: titleOf(record), message: body };
}

/** Program or provider, and event id. */
export function titleOf({ ident, fields }: LogRecord): string {
  const event = typeof fields.EventID === 'number' || typeof fields.EventID === 'string' ? ` ${fields.EventID}` : '';
  return `${ident ?? ''}${event}`.trim();
}
