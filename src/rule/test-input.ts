import { kindOf, shown, type YamlNode } from './node.js';
import type { Report } from './report.js';
import { mapOf, number, openSection, optional, prose, type Reader, required, text } from './section.js';

/** A Windows event as a test writes it; the runner renders it as event XML. */
export interface TestEvent {
  readonly Provider: string;
  readonly EventID: number;
  readonly Channel: string;
  readonly Computer: string;
  /** RFC 3339 with up to seven digits of a second. */
  readonly TimeCreated: string;
  readonly EventRecordID: number | null;
  readonly Level: number | null;
  readonly Version: number | null;
  readonly Qualifiers: number | null;
  readonly Task: number | null;
  readonly Opcode: number | null;
  readonly Keywords: string | null;
  readonly UserID: string | null;
  /** Rendered text. */
  readonly Message: string | null;
  /** Named or unnamed data, in order. */
  readonly Data: readonly { readonly name: string | null; readonly value: string }[];
  readonly UserData: UserData | null;
  readonly Binary: string | null;
}

/** Elements below `<UserData>`; leaves are texts. */
export interface UserData {
  readonly [element: string]: string | UserData;
}

const NUMBERS = ['EventRecordID', 'Level', 'Version', 'Qualifiers', 'Task', 'Opcode'] as const;
const TEXTS = ['Keywords', 'UserID', 'Message'] as const;
const KEYS = [
  'Provider',
  'EventID',
  'Channel',
  'Computer',
  'TimeCreated',
  ...NUMBERS,
  ...TEXTS,
  'Data',
  'UserData',
  'Binary',
];

// "2024-03-03T02:14:07.1234567Z"
const TIME = text({
  pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,7})?Z$/,
  fix: "write UTC: '2024-03-03T02:14:07.1234567Z'",
});
const COUNT = number({ min: 0, integer: true });
const BINARY = text({ pattern: /^(?:[0-9A-Fa-f]{2})+$/, fix: 'write hexadecimal digits in pairs' });

export const readTestEvent: Reader<TestEvent> = (node, what, report) => {
  const section = openSection(node, what, report, KEYS);
  if (section === undefined) return undefined;
  const Provider = required(section, 'Provider', text());
  const EventID = required(section, 'EventID', number({ min: 0, max: 65_535, integer: true }));
  const Channel = required(section, 'Channel', text());
  const Computer = required(section, 'Computer', text());
  const TimeCreated = required(section, 'TimeCreated', TIME);
  const count = (key: (typeof NUMBERS)[number]) => optional(section, key, COUNT, null) ?? null;
  const said = (key: (typeof TEXTS)[number]) => optional(section, key, prose, null) ?? null;
  const event = {
    EventRecordID: count('EventRecordID'),
    Level: count('Level'),
    Version: count('Version'),
    Qualifiers: count('Qualifiers'),
    Task: count('Task'),
    Opcode: count('Opcode'),
    Keywords: said('Keywords'),
    UserID: said('UserID'),
    Message: said('Message'),
    Data: optional(section, 'Data', readData, []) ?? [],
    UserData: optional(section, 'UserData', readUserData, null) ?? null,
    Binary: optional(section, 'Binary', BINARY, null) ?? null,
  };
  if (Provider === undefined || EventID === undefined || Channel === undefined) return undefined;
  if (Computer === undefined || TimeCreated === undefined) return undefined;
  return { Provider, EventID, Channel, Computer, TimeCreated, ...event };
};

/** Numbers stand as they are written. */
function leaf(node: YamlNode, what: string, report: Report): string | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string') return node.value;
  if (node.kind === 'scalar') return node.written === 'null' ? '' : node.written;
  report(node.place, shown(node), `${what} is a text, here stands ${kindOf(node)}`, 'write a text');
  return undefined;
}

const readData: Reader<TestEvent['Data']> = (node, what, report) => {
  if (node.kind === 'scalar') {
    report(
      node.place,
      shown(node),
      `${what} is a list or a map`,
      "write '[...]' for unnamed data, '{Name: value}' for named",
    );
    return undefined;
  }
  const parts =
    node.kind === 'list'
      ? node.items.map((value) => ({ name: null, value: leaf(value, what, report) }))
      : node.entries.map(({ name, value }) => ({ name, value: leaf(value, what, report) }));
  return parts.flatMap(({ name, value }) => (value === undefined ? [] : [{ name, value }]));
};

const ELEMENT_NAME = /^[A-Za-z_][\w.-]*$/;

const readUserData: Reader<UserData> = (node, what, report) => {
  const element: Reader<string | UserData> = (value, name, tell) =>
    value.kind === 'map' ? readUserData(value, name, tell) : leaf(value, name, tell);
  const elements = mapOf(element, (key, name, tell) => {
    if (ELEMENT_NAME.test(name)) return name;
    tell(key.place, name, `'${name}' cannot name an element`, 'begin with a letter');
    return undefined;
  })(node, what, report);
  return elements === undefined ? undefined : Object.fromEntries(elements);
};

/** Paths of a case stay inside it. */
export const readFiles: Reader<Readonly<Record<string, string>>> = (node, what, report) => {
  const content: Reader<string> = (value, name, tell) => {
    if (value.kind === 'scalar' && value.value === '') return '';
    return value.kind === 'scalar' && typeof value.value === 'string' ? value.value : prose(value, name, tell);
  };
  const files = mapOf(content, (key, name, tell) => {
    const parts = name.split('/');
    const inside = !/[\\:]/.test(name) && parts.every((part) => part !== '' && part !== '.' && part !== '..');
    if (inside) return name;
    tell(key.place, name, `'${name}' is not a path inside the case`, "write for example 'guest/web01/syslog'");
    return undefined;
  })(node, what, report);
  return files === undefined ? undefined : Object.fromEntries(files);
};
