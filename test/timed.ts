import type { Timed } from '../src/model/detection.js';
import type { LogRecord } from '../src/model/record.js';
import { SECOND } from '../src/model/time.js';

let serial = 0;

/** A detection at `seconds`, for tests of the stages behind the clock. */
export function timed(
  rule: string,
  seconds: number,
  parts: Partial<Timed> & { readonly fields?: LogRecord['fields'] } = {},
): Timed {
  const { fields, ...rest } = parts;
  const at = seconds * SECOND;
  const source = rest.source ?? 's1';
  serial++;
  const record: LogRecord = {
    time: { micros: at, clock: 'wall', utcOffset: 0, yearless: false, resolution: 1 },
    until: null,
    host: 'db01',
    channel: null,
    ident: 'kernel',
    pid: null,
    severity: null,
    body: rule,
    text: rule,
    uptime: null,
    boot: null,
    repeat: 1,
    fields: fields ?? {},
    at: { line: serial, byteOffset: serial * 100, record: null },
  };
  return {
    id: `${source}#${serial}`,
    rule,
    role: 'marker',
    level: 'high',
    layer: 'guest',
    source,
    stream: `${source}|db01|`,
    entity: { type: 'vm', name: 'db01' },
    captures: {},
    statement: rule,
    first: record,
    last: record,
    count: 1,
    began: null,
    epoch: null,
    origins: [{ source, at: record.at, series: null, value: null, interval: null, written: at, text: rule }],
    start: at,
    end: at,
    onset: { earliest: at, latest: at },
    uncertainty: 0,
    clock: 'host:db01',
    basis: 'stated',
    ...rest,
  };
}
