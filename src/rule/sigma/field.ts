import type { FieldValue, LogRecord } from '../../model/record.js';
import { fold, foldedBody } from './fold.js';

/** Field of a record as rules name it; null when the record does not have it. An empty body is an absent message. */
export type FieldReader = (record: LogRecord) => FieldValue | null;

export function fieldReader(field: string): FieldReader {
  switch (field) {
    case 'message':
      return (record) => (record.body === '' ? null : record.body);
    case 'process.name':
      return (record) => record.ident;
    case 'process.pid':
      return (record) => record.pid;
    case 'host.name':
      return (record) => record.host;
    default:
      return (record) => {
        const value: unknown = record.fields[field];
        // Names such as `constructor` reach the prototype; what lies there is no field value.
        return typeof value === 'string' || typeof value === 'number' || Array.isArray(value) ? value : null;
      };
  }
}

/** True when `test` holds for the field's text, or for any element of a list. False when the field is missing. */
export function anyText(value: FieldValue | null, test: (text: string) => boolean): boolean {
  if (value === null) return false;
  if (typeof value === 'string') return test(value);
  if (typeof value === 'number') return test(String(value));
  for (const element of value) if (test(element)) return true;
  return false;
}

/** A text of a field and what it is folded. */
interface Folded {
  text: string;
  folded: string;
}

const lastFolded = new Map<string, Folded>();

/**
 * Dozens of rules ask for the same field of one record in turn, and one field of a log mostly holds what it held in the
 * record before: the last text of every field is kept, and comparing with it costs less than folding.
 */
function foldOf(field: string): (text: string) => string {
  const last = lastFolded.get(field) ?? { text: '', folded: '' };
  lastFolded.set(field, last);
  return (text) => {
    if (text !== last.text) {
      last.folded = fold(text);
      last.text = text;
    }
    return last.folded;
  };
}

/** The same for a test that wants its text folded. */
export function anyFolded(field: string): (record: LogRecord, test: (text: string) => boolean) => boolean {
  if (field === 'message') return (record, test) => record.body !== '' && test(foldedBody(record));
  const read = fieldReader(field);
  const folded = foldOf(field);
  return (record, test) => {
    const value = read(record);
    if (typeof value === 'string') return test(folded(value));
    return anyText(value, (text) => test(fold(text)));
  };
}
