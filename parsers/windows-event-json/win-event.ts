import { fieldNamesOf, recoverData } from '../../src/parser/windows-catalogue.js';
import type { WindowsEvent } from '../../src/parser/windows-event.js';
import { hexOf, isObject, type Json, numberOf, pick, sidOf, stringOf, textOf, timeOf } from './value.js';

/** An event and what became of its data. */
export interface ReadEvent {
  readonly event: WindowsEvent;
  readonly data: 'whole' | 'lost' | 'recovered';
}

type Data = WindowsEvent['data'];
type JsonObject = Readonly<Record<string, Json>>;

/** English names only; PowerShell translates them. */
const LEVELS: Readonly<Record<string, number>> = {
  critical: 1,
  error: 2,
  warning: 3,
  information: 4,
  verbose: 5,
};

/** An object of `Get-WinEvent | ConvertTo-Json`, whole or a projection. Null when it is no event. */
export function readWinEvent(object: JsonObject, json: string): ReadEvent | null {
  const eventId = numberOf(pick(object, 'Id', 'EventId', 'EventID'));
  if (eventId === null) return null;
  if (pick(object, 'TimeCreated', 'ProviderName', 'LogName', 'Message', 'LevelDisplayName') === undefined) return null;
  const provider = stringOf(pick(object, 'ProviderName', 'Provider', 'Source')) ?? '';
  const message = stringOf(pick(object, 'Message'));
  const keywords = keywordsOf(object, json);
  const qualifiers = numberOf(pick(object, 'Qualifiers'));
  const isClassic = qualifiers !== null || (keywords !== null && (BigInt(keywords) & CLASSIC) !== 0n);
  const found = dataOf(object, provider, eventId, message, isClassic);
  const event: WindowsEvent = {
    provider,
    eventId,
    qualifiers,
    version: numberOf(pick(object, 'Version')),
    level: levelOf(object),
    task: numberOf(pick(object, 'Task')),
    opcode: numberOf(pick(object, 'Opcode')),
    keywords,
    time: timeOf(pick(object, 'TimeCreated')),
    recordId: numberOf(pick(object, 'RecordId', 'EventRecordID')),
    processId: numberOf(pick(object, 'ProcessId')),
    threadId: numberOf(pick(object, 'ThreadId')),
    channel: stringOf(pick(object, 'LogName', 'Channel')),
    computer: stringOf(pick(object, 'MachineName', 'Computer')),
    userId: sidOf(pick(object, 'UserId')),
    data: found.data,
    binary: found.binary,
    message,
  };
  return { event, data: found.state };
}

function levelOf(object: JsonObject): number | null {
  const level = pick(object, 'Level');
  const name = pick(object, 'LevelDisplayName') ?? level;
  return numberOf(level) ?? (typeof name === 'string' ? (LEVELS[name.toLowerCase()] ?? null) : null);
}

const CLASSIC = 0x80000000000000n;
const KEYWORDS = /"Keywords"\s*:\s*(-?\d{1,20})\s*[,}]/;

/** `-9223372036854775808` as XML writes it, `0x8000000000000000`. Read from the text: a double has only 53 bits. */
function keywordsOf(object: JsonObject, json: string): string | null {
  if (typeof pick(object, 'Keywords') !== 'number') return null;
  const digits = KEYWORDS.exec(json)?.[1];
  return digits === undefined ? null : `0x${BigInt.asUintN(64, BigInt(digits)).toString(16)}`;
}

interface FoundData {
  readonly data: Data;
  readonly binary: string | null;
  readonly state: ReadEvent['data'];
}

// At the default depth of 2 every item becomes the name of its class.
const STUB = 'System.Diagnostics.Eventing.Reader.EventProperty';

function dataOf(
  object: JsonObject,
  provider: string,
  eventId: number,
  message: string | null,
  isClassic: boolean,
): FoundData {
  const properties = pick(object, 'Properties');
  const isLost = !Array.isArray(properties) || properties.some((item) => item === STUB);
  if (!isLost) return { ...wholeData(properties, provider, eventId, isClassic), state: 'whole' };
  const recovered = message === null ? null : recoverData(provider, eventId, message);
  if (recovered === null) return { data: [], binary: null, state: 'lost' };
  // A sentence without places (`The Event log service was started.`) had no data to lose.
  return { data: recovered, binary: null, state: recovered.length === 0 ? 'whole' : 'recovered' };
}

/** Items in order, unnamed as the export has them; and again by name where the catalogue knows the only list that fits. */
function wholeData(
  properties: readonly Json[],
  provider: string,
  eventId: number,
  isClassic: boolean,
): { readonly data: Data; readonly binary: string | null } {
  const values = properties.map((item) => (isObject(item) && Object.hasOwn(item, 'Value') ? item.Value : item));
  // The dump data of a classic event is its last item, a byte array; in XML it is <Binary>.
  const binary = isClassic ? hexOf(values.at(-1)) : null;
  const items = (binary === null ? values : values.slice(0, -1)).map((value) => textOf(value));
  const unnamed = items.map((value) => ({ name: null, value }));
  const names = fieldNamesOf(provider, eventId, items.length) ?? [];
  const named = names.map((name, i) => ({ name, value: items[i] ?? '' }));
  return { data: [...unnamed, ...named], binary };
}
