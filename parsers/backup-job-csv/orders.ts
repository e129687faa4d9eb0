import type { Sink } from '../../src/parser/parser.js';
import type { ColumnField, Columns } from './columns.js';
import { type DateOrder, dateOrderOf, readDate } from './dates.js';
import type { DateOrders, Row } from './rows.js';

/** Rows kept while the order of day and month is not known; a table that never says it is read in pieces of this. */
const HELD_ROWS = 20_000;
const HELD_CHARACTERS = 8 << 20;

const DATE_FIELDS: readonly ColumnField[] = ['start', 'end'];

export interface OrderedRows {
  row(row: Row): void;
  end(): void;
}

/**
 * Holds rows back until `03/04/2024` can be read: a value over 12 in the same column decides, then one in the other
 * column, then the order in which the column runs monotonously, then month first.
 */
export function orderDates(columns: Columns, sink: Sink, onRow: (row: Row, orders: DateOrders) => void): OrderedRows {
  const fields = DATE_FIELDS.filter((field) => columns.has(field));
  const orders = new Map<ColumnField, DateOrder>();
  const open = new Set<ColumnField>();
  let held: Row[] = [];
  let size = 0;

  const release = (): void => {
    for (const row of held) onRow(row, orders);
    held = [];
    size = 0;
    open.clear();
  };
  const settle = (): void => {
    const first = held[0];
    for (const field of open) {
      const other = fields.map((name) => orders.get(name)).find((order) => order !== undefined);
      orders.set(
        field,
        other ??
          guessOrder(
            held.map((row) => cellOf(row, columns, field)),
            sink,
            first,
          ),
      );
    }
    release();
  };
  const learn = (row: Row): void => {
    for (const field of fields) {
      const order = dateOrderOf(cellOf(row, columns, field));
      if (order === null) continue;
      if (order === 'either' || order === 'same') {
        if (!orders.has(field)) open.add(field);
        continue;
      }
      const known = orders.get(field);
      if (known !== undefined && known !== order) {
        sink.issue(
          'date-order-mixed',
          'error',
          'a column has dates with the day first and dates with the month first',
          row.at,
        );
      }
      if (known === undefined) orders.set(field, order);
      open.delete(field);
    }
  };
  return {
    row(row) {
      learn(row);
      held.push(row);
      size += row.text.length;
      if (open.size === 0) release();
      else if (held.length >= HELD_ROWS || size >= HELD_CHARACTERS) settle();
    },
    end: settle,
  };
}

function cellOf(row: Row, columns: Columns, field: ColumnField): string {
  return row.cells[columns.get(field)?.index ?? -1] ?? '';
}

/** Tables of runs are sorted by time, one way or the other: the reading with fewer breaks of that order is taken. */
function guessOrder(values: readonly string[], sink: Sink, first: Row | undefined): DateOrder {
  if (!values.some((value) => dateOrderOf(value) === 'either')) return 'month-first';
  const dayFirst = countBreaks(values, 'day-first');
  const monthFirst = countBreaks(values, 'month-first');
  const order = dayFirst < monthFirst ? 'day-first' : 'month-first';
  const why = dayFirst === monthFirst ? 'month first was taken' : 'the reading was taken in which the table is sorted';
  sink.issue('ambiguous-date', 'error', `day and month of the dates cannot be told apart: ${why}`, first?.at);
  return order;
}

function countBreaks(values: readonly string[], order: DateOrder): number {
  let up = 0;
  let down = 0;
  let last: number | null = null;
  for (const value of values) {
    const micros = readDate(value, order)?.micros ?? null;
    if (micros === null) continue;
    if (last !== null && micros > last) up += 1;
    if (last !== null && micros < last) down += 1;
    last = micros;
  }
  return Math.min(up, down);
}
