import type { WrittenTime } from '../../src/model/time.js';
import { readIsoStamp } from '../../src/parser/stamp.js';
import type { WindowsEvent } from '../../src/parser/windows-event.js';
import { decodeText, readTag, type Tag } from './tag.js';

/** What could be read of one event. `event` is null when it does not even say which event it is. */
export interface ScannedEvent {
  readonly event: WindowsEvent | null;
  /** Not well-formed: read as far as it makes sense. */
  readonly isDamaged: boolean;
}

interface Scan {
  /** Names of the open elements; `Event` first. */
  readonly stack: string[];
  /** The innermost open element has no child element so far. */
  isLeaf: boolean;
  /** `Name` of the innermost element. */
  leafName: string | null;
  text: string;
  readonly system: Map<string, string>;
  readonly data: { readonly name: string | null; readonly value: string }[];
  binary: string | null;
  message: string | null;
  isDamaged: boolean;
  /** End marks (`-->`) that do not come any more: looked for once, not at every `<!--`. */
  readonly absent: Set<string>;
}

/** Deeper nesting is no event of Windows, whose UserData has two levels or three. */
const DEEPEST = 64;

/** Reads `<Event ...>...</Event>`; the text may end early or hold anything. One pass, no recursion, never throws. */
export function scanEvent(xml: string): ScannedEvent {
  const scan: Scan = {
    stack: [],
    isLeaf: false,
    leafName: null,
    text: '',
    system: new Map(),
    data: [],
    binary: null,
    message: null,
    isDamaged: false,
    absent: new Set(),
  };
  let at = 0;
  while (at < xml.length) {
    const next = xml.indexOf('<', at);
    addText(scan, decodeText(xml.slice(at, next < 0 ? xml.length : next)));
    if (next < 0) break;
    at = readMarkup(scan, xml, next);
  }
  if (scan.stack.length > 0) scan.isDamaged = true;
  return { event: finish(scan), isDamaged: scan.isDamaged };
}

/** Reads what begins with the `<` at `at`; returns where reading goes on. */
function readMarkup(scan: Scan, xml: string, at: number): number {
  if (xml.startsWith('<!--', at)) return skipTo(scan, xml, at, '-->');
  if (xml.startsWith('<?', at)) return skipTo(scan, xml, at, '?>');
  if (xml.startsWith('<![CDATA[', at)) {
    const end = skipTo(scan, xml, at, ']]>');
    if (end > at + 1) addText(scan, xml.slice(at + 9, end - 3));
    return end;
  }
  const tag = readTag(xml, at);
  if (tag === null || isTextOfLeaf(scan, tag)) {
    // A `<` that opens nothing: copied from a rendered view, where text is not escaped.
    scan.isDamaged = true;
    addText(scan, '<');
    return at + 1;
  }
  if (tag.isDamaged) scan.isDamaged = true;
  if (tag.kind === 'close') close(scan, tag.name);
  else open(scan, tag);
  if (tag.kind === 'empty') close(scan, tag.name);
  return tag.end;
}

function skipTo(scan: Scan, xml: string, at: number, mark: string): number {
  const end = scan.absent.has(mark) ? -1 : xml.indexOf(mark, at);
  if (end >= 0) return end + mark.length;
  scan.absent.add(mark);
  // Without its end mark the rest is not swallowed: only this `<` is.
  scan.isDamaged = true;
  return at + 1;
}

/** `<Data>`, `<Binary>` and `<Message>` hold text only; markup inside them is text that someone did not escape. */
function isTextOfLeaf(scan: Scan, tag: Tag): boolean {
  if (scan.stack.length >= DEEPEST && tag.kind !== 'close') return true;
  const inner = scan.stack.at(-1);
  const section = scan.stack[1];
  if (inner === undefined || scan.stack.length < 3) return false;
  if (section === 'EventData' && (inner === 'Data' || inner === 'Binary')) {
    const ends = tag.kind === 'close' ? ['Data', 'Binary', 'EventData', 'Event'] : ['Data', 'Binary'];
    return !ends.includes(tag.name);
  }
  if (section !== 'RenderingInfo' || inner !== 'Message') return false;
  return tag.kind !== 'close' || !['Message', 'RenderingInfo', 'Event'].includes(tag.name);
}

function addText(scan: Scan, text: string): void {
  if (scan.isLeaf && text !== '') scan.text += text;
}

function open(scan: Scan, tag: Tag): void {
  // `<Data>one<Data>two</Data>`: the first was never closed.
  const inner = scan.stack.at(-1);
  if (scan.stack[1] === 'EventData' && (inner === 'Data' || inner === 'Binary')) {
    scan.isDamaged = true;
    close(scan, inner);
  }
  scan.stack.push(tag.name);
  scan.isLeaf = true;
  scan.text = '';
  scan.leafName = tag.attributes.get('Name') ?? null;
  if (scan.stack[1] !== 'System' || scan.stack.length !== 3) return;
  for (const [name, value] of tag.attributes) setOnce(scan, `${tag.name}@${name}`, value);
}

function close(scan: Scan, name: string): void {
  const at = scan.stack.lastIndexOf(name);
  if (at !== scan.stack.length - 1) scan.isDamaged = true;
  // An end tag of nothing that is open is ignored; one of an outer element closes all inside it.
  while (at >= 0 && scan.stack.length > at) {
    if (scan.isLeaf && scan.stack.length > 2) closeLeaf(scan);
    scan.stack.pop();
    scan.isLeaf = false;
  }
}

function closeLeaf(scan: Scan): void {
  const name = scan.stack.at(-1) ?? '';
  // Indentation between an element's tags is no value: <VmErrorMessage>\n      </VmErrorMessage>.
  const value = /^\s*$/.test(scan.text) && scan.text.includes('\n') ? '' : scan.text;
  switch (scan.stack[1]) {
    case 'System':
      if (scan.stack.length === 3) setOnce(scan, name, value.trim());
      return;
    case 'EventData':
      if (name === 'Binary') scan.binary ??= value.replaceAll(/[-\s]/g, '').toUpperCase();
      else scan.data.push({ name: scan.leafName ?? (name === 'Data' ? null : name), value });
      return;
    case 'UserData':
      scan.data.push({ name, value });
      return;
    case 'RenderingInfo':
      if (name === 'Message') scan.message ??= value;
      return;
    default:
  }
}

function setOnce(scan: Scan, key: string, value: string): void {
  if (!scan.system.has(key)) scan.system.set(key, value);
}

function finish(scan: Scan): WindowsEvent | null {
  const { system } = scan;
  // Leading digits: one published export writes 34054s.
  const eventId = numberOf(/^\d{1,10}/.exec(system.get('EventID') ?? '')?.[0]);
  if (eventId === null) return null;
  return {
    provider: system.get('Provider@Name') ?? system.get('Provider@EventSourceName') ?? '',
    eventId,
    qualifiers: numberOf(system.get('EventID@Qualifiers')),
    version: numberOf(system.get('Version')),
    level: numberOf(system.get('Level')),
    task: numberOf(system.get('Task')),
    opcode: numberOf(system.get('Opcode')),
    keywords: textOf(system.get('Keywords')),
    time: timeOf(system.get('TimeCreated@SystemTime')),
    recordId: numberOf(system.get('EventRecordID')),
    processId: numberOf(system.get('Execution@ProcessID')),
    threadId: numberOf(system.get('Execution@ThreadID')),
    channel: textOf(system.get('Channel')),
    computer: textOf(system.get('Computer')),
    userId: textOf(system.get('Security@UserID')),
    data: scan.data,
    binary: scan.binary,
    message: textOf(scan.message ?? undefined),
  };
}

function textOf(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/**
 * `2024-03-01T02:14:07.1234567Z`, with 3, 7 or 9 digits; some tools write a blank for the T and no Z. SystemTime is
 * UTC by its schema; a stated offset is taken off.
 */
function timeOf(text: string | undefined): WrittenTime | null {
  const stamp = text === undefined ? null : readIsoStamp(text.trim());
  if (stamp === null || stamp.length !== text?.trim().length) return null;
  return { ...stamp.time, micros: stamp.time.micros - (stamp.time.utcOffset ?? 0), utcOffset: 0 };
}
