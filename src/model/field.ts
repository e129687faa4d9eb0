import type { LogRecord } from './record.js';

/** A field as rules name it: the record's own parts first, then what the format brought. */
export function fieldOf(record: LogRecord, field: string): string | null {
  if (field === 'host.name') return record.host;
  if (field === 'message') return record.body;
  if (field === 'process.name') return record.ident;
  if (field === 'process.pid') return record.pid === null ? null : String(record.pid);
  const value = record.fields[field];
  if (value === undefined) return null;
  return typeof value === 'object' ? value.join(', ') : String(value);
}
