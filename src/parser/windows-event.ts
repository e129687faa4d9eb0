import type { Fields, FieldValue, LogRecord, Position } from '../model/record.js';
import type { WrittenTime } from '../model/time.js';
import { RECORD_LIMIT } from './assemble.js';
import { hasMessage, renderMessage } from './windows-catalogue.js';
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
 * same records. `text` is the event as it stands in the source; for EVTX a function that renders it as XML.
 */
export function windowsRecord(event: WindowsEvent, text: string | (() => string), at: Position): LogRecord {
  return new WindowsRecord(event, text, at);
}

/**
 * Body and text are made when they are first read: most records are looked at for their fields alone, and these two
 * would cost more than all else. They are own and enumerable, so a spread, `structuredClone` and JSON find them as
 * they find the other properties. A class because it holds what they are made of until then, out of sight; the shared
 * descriptors keep one hidden class (90 ns each; getters in an object literal cost 380 ns).
 */
class WindowsRecord implements LogRecord {
  declare readonly time: WrittenTime | null;
  declare readonly until: null;
  declare readonly host: string | null;
  declare readonly channel: string | null;
  declare readonly ident: string;
  declare readonly pid: number | null;
  declare readonly severity: number | null;
  declare readonly body: string;
  declare readonly text: string;
  declare readonly uptime: null;
  declare readonly boot: null;
  declare readonly repeat: number;
  declare readonly fields: Fields;
  declare readonly at: Position;
  #body: WindowsEvent | string;
  #text: (() => string) | string;

  constructor(event: WindowsEvent, text: string | (() => string), at: Position) {
    this.#body = event;
    this.#text = text;
    this.time = event.time;
    this.until = null;
    this.host = event.computer;
    this.channel = event.channel;
    this.ident = event.provider;
    this.pid = event.processId;
    this.severity = event.level === null ? null : (SEVERITY[event.level] ?? null);
    Object.defineProperty(this, 'body', WindowsRecord.#BODY);
    Object.defineProperty(this, 'text', WindowsRecord.#TEXT);
    this.uptime = null;
    this.boot = null;
    this.repeat = 1;
    this.fields = windowsFields(event);
    this.at = at;
  }

  static readonly #BODY: PropertyDescriptor & ThisType<WindowsRecord> = {
    get() {
      if (typeof this.#body !== 'string') this.#body = bodyOf(this.#body).slice(0, RECORD_LIMIT);
      return this.#body;
    },
    enumerable: true,
  };

  static readonly #TEXT: PropertyDescriptor & ThisType<WindowsRecord> = {
    get() {
      if (typeof this.#text === 'function') this.#text = this.#text();
      return this.#text;
    },
    enumerable: true,
  };
}

/**
 * The source's own text; else the catalogue's; else the data in one line, so that values can be searched. Wordings
 * from memory are left out: rules match on the body, and must not match a sentence nobody has seen.
 */
function bodyOf(event: WindowsEvent): string {
  const { provider, eventId, data, message } = event;
  if (message !== null && message.trim() !== '') return foldLines(message);
  // Most events of a log have no template here.
  if (hasMessage(provider, eventId)) {
    const values = data.map((item) => item.value);
    const rendered = renderMessage(provider, eventId, values, namedData(event));
    if (rendered !== null && rendered.wording !== 'memory') return foldLines(rendered.text);
  }
  let text = `${provider} ${eventId}`.trim();
  let unnamed = 0;
  let separator = ': ';
  for (const { name, value } of data) {
    text += `${separator}${name ?? `param${++unnamed}`}=${value}`;
    separator = ', ';
  }
  return foldLines(text);
}

function namedData(event: WindowsEvent): Readonly<Record<string, string>> {
  // Without a prototype, data named `__proto__` or `toString` is data like any other.
  const named = Object.create(null) as Record<string, string>;
  // The first of equal names counts, as in the fields.
  for (const { name, value } of event.data) if (name !== null && !(name in named)) named[name] = value;
  return named;
}

function windowsFields(event: WindowsEvent): Fields {
  const fields: Record<string, FieldValue> = { Provider_Name: event.provider, EventID: event.eventId };
  if (event.qualifiers !== null) fields.Qualifiers = event.qualifiers;
  if (event.version !== null) fields.Version = event.version;
  if (event.level !== null) fields.Level = event.level;
  if (event.task !== null) fields.Task = event.task;
  if (event.opcode !== null) fields.Opcode = event.opcode;
  if (event.keywords !== null) fields.Keywords = event.keywords;
  if (event.recordId !== null) fields.EventRecordID = event.recordId;
  if (event.channel !== null) fields.Channel = event.channel;
  if (event.computer !== null) fields.Computer = event.computer;
  if (event.userId !== null) fields.UserID = event.userId;
  // Classic events without dump data carry an empty <Binary>.
  if (event.binary !== null && event.binary !== '') fields.Binary = event.binary;
  let unnamed = 0;
  for (const { name, value } of event.data) {
    // An XML reader folds CRLF (XML 1.0, 2.11), the other two sources do not: all fields have LF.
    const folded = value.includes('\r') ? value.replaceAll('\r\n', '\n') : value;
    addField(fields, name ?? `param${++unnamed}`, folded);
  }
  for (const [name, value] of derivedFields(event)) addField(fields, name, value);
  return fields;
}

/** Data must not overwrite the system part; Sigma taxonomies have the same precedence. */
function addField(fields: Record<string, FieldValue>, name: string, value: string): void {
  if (Object.hasOwn(fields, name)) return;
  // Data of that name is data like any other, not the prototype.
  if (name === '__proto__')
    Object.defineProperty(fields, name, { value, enumerable: true, writable: true, configurable: true });
  else fields[name] = value;
}
