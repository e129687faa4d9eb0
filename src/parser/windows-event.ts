import type { Fields, FieldValue, LogRecord, Position } from '../model/record.js';
import type { WrittenTime } from '../model/time.js';
import { RECORD_LIMIT } from './assemble.js';
import { renderMessage } from './windows-catalogue.js';
import { derivedFields } from './windows-fields.js';
import { foldLines } from './windows-template.js';

/** One Windows event as EVTX, XML and JSON all hold it. Absent parts are null; nothing is interpreted. */
export interface WindowsEvent {
  readonly provider: string;
  readonly eventId: number;
  readonly qualifiers: number | null;
  readonly version: number | null;
  /** 0 LogAlways, 1 Critical, 2 Error, 3 Warning, 4 Information, 5 Verbose. */
  readonly level: number | null;
  readonly task: number | null;
  readonly opcode: number | null;
  /** As written, `0x8000000000000000`. */
  readonly keywords: string | null;
  /** UTC, 100 ns cut to microseconds. */
  readonly time: WrittenTime | null;
  readonly recordId: number | null;
  readonly processId: number | null;
  readonly threadId: number | null;
  readonly channel: string | null;
  readonly computer: string | null;
  /** SID of Security/@UserID. */
  readonly userId: string | null;
  /** Leaves of EventData or UserData in document order; unnamed `<Data>` has a null name. */
  readonly data: readonly { readonly name: string | null; readonly value: string }[];
  /** `<Binary>` as upper-case hex. */
  readonly binary: string | null;
  /** Text the source itself rendered (RenderingInfo, Message); null where it has none. */
  readonly message: string | null;
}

/** OpenTelemetry severity numbers of the Windows levels (OTel log data model, appendix B). */
const SEVERITY: readonly (number | null)[] = [9, 21, 17, 13, 9, 5];

/**
 * The one place where a Windows event becomes a record, so that the same log read from EVTX, XML and JSON gives the
 * same records. `text` is the event as it stands in the source (for EVTX: rendered as XML).
 */
export function windowsRecord(event: WindowsEvent, text: string, at: Position): LogRecord {
  return {
    time: event.time,
    until: null,
    host: event.computer,
    channel: event.channel,
    ident: event.provider,
    pid: event.processId,
    severity: event.level === null ? null : (SEVERITY[event.level] ?? null),
    body: bodyOf(event).slice(0, RECORD_LIMIT),
    text,
    uptime: null,
    boot: null,
    repeat: 1,
    fields: windowsFields(event),
    at,
  };
}

/**
 * The source's own text; else the catalogue's; else the data in one line, so that values can be searched. Wordings
 * from memory are left out: rules match on the body, and must not match a sentence nobody has seen.
 */
function bodyOf(event: WindowsEvent): string {
  if (event.message !== null && event.message.trim() !== '') return foldLines(event.message);
  const values = event.data.map((item) => item.value);
  const rendered = renderMessage(event.provider, event.eventId, values, namedData(event));
  if (rendered !== null && rendered.wording !== 'memory') return foldLines(rendered.text);
  let unnamed = 0;
  const listed = event.data.map(({ name, value }) => `${name ?? `param${++unnamed}`}=${value}`);
  const head = `${event.provider} ${event.eventId}`.trim();
  return foldLines(listed.length === 0 ? head : `${head}: ${listed.join(', ')}`);
}

function namedData(event: WindowsEvent): Readonly<Record<string, string>> {
  const pairs = event.data.flatMap(({ name, value }) => (name === null ? [] : [[name, value] as const]));
  // The first of equal names counts, as in the fields.
  return Object.fromEntries(pairs.reverse());
}

function windowsFields(event: WindowsEvent): Fields {
  const fields = new Map<string, FieldValue>([
    ['Provider_Name', event.provider],
    ['EventID', event.eventId],
  ]);
  const optional: readonly (readonly [string, FieldValue | null])[] = [
    ['Qualifiers', event.qualifiers],
    ['Version', event.version],
    ['Level', event.level],
    ['Task', event.task],
    ['Opcode', event.opcode],
    ['Keywords', event.keywords],
    ['EventRecordID', event.recordId],
    ['Channel', event.channel],
    ['Computer', event.computer],
    ['UserID', event.userId],
    // Classic events without dump data carry an empty <Binary>.
    ['Binary', event.binary === '' ? null : event.binary],
  ];
  for (const [name, value] of optional) if (value !== null) fields.set(name, value);
  let unnamed = 0;
  for (const { name, value } of event.data) {
    // Data must not overwrite the system part; Sigma taxonomies have the same precedence.
    const key = name ?? `param${++unnamed}`;
    // An XML reader folds CRLF (XML 1.0, 2.11), the other two sources do not: all fields have LF.
    if (!fields.has(key)) fields.set(key, value.replaceAll('\r\n', '\n'));
  }
  for (const [name, value] of derivedFields(event)) if (!fields.has(name)) fields.set(name, value);
  // fromEntries defines own properties, so data named `__proto__` or `toString` is data like any other.
  return Object.fromEntries(fields);
}
