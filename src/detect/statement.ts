import type { Entity } from '../model/detection.js';
import { fieldOf } from '../model/field.js';
import type { LogRecord } from '../model/record.js';

/** Fills `{name}` from captures, then from the record. What is not there is shown as `?`, never left out. */
export function fillStatement(
  template: string,
  captures: Readonly<Record<string, string>>,
  record: LogRecord | null,
  entity: Entity | null,
  count: number,
): string {
  return template.replace(/\{([\w.-]+)\}/g, (_all, name: string) => {
    if (name === 'entity') return entity?.name ?? '?';
    if (name === 'count') return String(count);
    return captures[name] ?? (record === null ? null : fieldOf(record, name)) ?? '?';
  });
}
