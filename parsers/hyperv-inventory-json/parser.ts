import type { Position } from '../../src/model/record.js';
import type { Fact } from '../../src/model/source.js';
import { defineParser, type Head, type Sink } from '../../src/parser/parser.js';
import { type InventoryListener, kindOf, readInventory, type Statement } from './inventory.js';
import { type RawObject, splitObjects } from './split.js';
import { guidOf, type Json, type Properties, propertiesOf } from './value.js';

/** What is remembered of all facts, in characters: some 500,000 of them. A cluster holds at most 8,000 VMs. */
const MEMORY = 1 << 26;
/** Objects in objects of a script: {"Node":"HV01","VMs":[{...}]}. */
const MAX_WRAPPING = 4;

export default defineParser({
  id: 'hyperv-inventory-json',
  title:
    'Hyper-V and cluster inventory as JSON (Get-VM, Get-VMHardDiskDrive, Get-ClusterSharedVolume, Get-ClusterGroup)',
  layer: 'inventory',
  reads: 'text',
  sniff,
  open(_context, sink) {
    const reader = createReader(sink);
    const splitter = splitObjects({
      object: (raw) => reader.object(raw),
      junk: (place) => reader.junk({ ...place, record: null }),
    });
    return {
      text: (chunk, { byteOffset }) => splitter.text(chunk, byteOffset),
      end: () => splitter.end(),
    };
  },
});

interface Reader {
  object(raw: RawObject): void;
  junk(at: Position): void;
}

function createReader(sink: Sink): Reader {
  // What one VM's disks and adapters all say is one fact, and so is what every one of hourly exports says.
  const seen = new Set<string>();
  let held = 0;
  // After damage the rest of an object is met in pieces; these are not reported one by one.
  let isResync = false;
  const state = (statement: Statement, at: Position): void => {
    const key = JSON.stringify(Object.values(statement));
    if (seen.has(key)) return;
    if (held > MEMORY) {
      sink.issue(
        'inventory-too-large',
        'data-loss',
        'the inventory states more than is kept; the rest was left out',
        at,
      );
      return;
    }
    held += key.length;
    seen.add(key);
    const fact: Fact = { ...statement, at };
    sink.fact(fact);
  };
  return {
    junk(at) {
      if (!isResync) sink.issue('text-between', 'error', 'text that is no JSON stands between the objects', at);
    },
    object(raw) {
      const at: Position = { ...raw.place, record: null };
      const value = raw.ending === 'closed' ? parse(raw.json) : undefined;
      if (value === undefined) {
        if (!isResync || raw.ending !== 'broken') reportLoss(raw, at, sink);
        isResync = raw.ending === 'broken' || raw.ending === 'closed';
        return;
      }
      const isOurs = readWrapped(value, listen(sink, at, state), 0);
      if (isOurs) isResync = false;
      else if (!isResync) {
        const note = 'an object is none of Get-VM, Get-VMHardDiskDrive, Get-ClusterGroup or Get-ClusterSharedVolume';
        sink.issue('not-inventory', 'error', note, at);
      }
    },
  };
}

function listen(sink: Sink, at: Position, state: (statement: Statement, at: Position) => void): InventoryListener {
  return {
    state: (statement) => state(statement, at),
    cut() {
      const note = 'a list was cut to text by ConvertTo-Json: export again with -Depth 3';
      sink.issue('inventory-cut', 'data-loss', note, at);
    },
    replica() {
      const note = 'a VM is the copy that Hyper-V Replica keeps: its host and disks were left out';
      sink.issue('inventory-replica', 'info', note, at);
    },
  };
}

function reportLoss(raw: RawObject, at: Position, sink: Sink): void {
  if (raw.ending === 'long') {
    sink.issue('record-truncated', 'data-loss', 'a JSON object is longer than 4 MiB and was left out', at);
  } else if (raw.ending === 'cut') {
    sink.issue('inventory-truncated', 'data-loss', 'the file ends inside a JSON object', at);
  } else sink.issue('inventory-unreadable', 'data-loss', 'a JSON object is damaged and was left out', at);
}

/** The boundary: JSON.parse throws on bad input. */
function parse(json: string): Json | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Reads an object, or what it wraps: a script may put the output of several cmdlets into one object. */
function readWrapped(value: Json, listener: InventoryListener, depth: number): boolean {
  const object = propertiesOf(value);
  if (object !== null && readInventory(object, listener)) return true;
  if (depth >= MAX_WRAPPING || typeof value !== 'object' || value === null) return false;
  let isOurs = false;
  for (const inner of Object.values(value)) isOurs = readWrapped(inner, listener, depth + 1) || isOurs;
  return isOurs;
}

/** Logs and metrics that are JSON too. */
const OF_LOGS = [
  'timecreated',
  '@timestamp',
  'winlog',
  'eventid',
  'event_id',
  '__realtime_timestamp',
  'recordid',
  'eventrecordid',
  'providername',
  'provider_name',
  'sysstat',
];

function sniff(head: Head): number {
  // The JSON may stand below a prompt or a comment, but begins a line.
  const start = /^[ \t]*(?:\[\s*)?\{\s*"/m.exec(head.text);
  if (start === null) return 0;
  const before = head.text.slice(0, start.index).split('\n').slice(0, -1);
  if (before.length > 20 || !before.every(isRemark)) return 0;
  const text = head.text.slice(start.index);
  const names = namesIn(text);
  if (OF_LOGS.some((name) => names.has(name))) return 0;
  const objects = wholeObjects(text);
  // The first object may be longer than the head; then the names in what there is of it decide.
  const isOurs = objects.length > 0 ? objects.some((object) => readWrapped(object, NOBODY, 0)) : kindOf(names) !== null;
  return isOurs ? (before.length > 0 ? 0.85 : 0.95) : 0;
}

const NOBODY: InventoryListener = { state() {}, cut() {}, replica() {} };

function wholeObjects(text: string): readonly Json[] {
  const objects: Json[] = [];
  const splitter = splitObjects({
    object(raw) {
      const value = raw.ending === 'closed' ? parse(raw.json) : undefined;
      if (value !== undefined) objects.push(value);
    },
    junk() {},
  });
  splitter.text(text, 0);
  return objects;
}

// PS C:\> Get-VM | ConvertTo-Json      # HV01, Monday
function isRemark(line: string): boolean {
  return /^\s*$|^\s*#|^[^<]{0,200}[>$]\s/.test(line) && !/^\s*(?:#include|#!)/.test(line);
}

/**
 * The properties that the head shows, whatever the depth: the first object may be longer than the head. The first
 * value of a name counts if it is a text.
 */
function namesIn(text: string): Properties {
  const names = new Map<string, Json>();
  for (const [, name = '', value] of text.matchAll(PROPERTY)) {
    const key = name.toLowerCase();
    if (!names.has(key)) names.set(key, value?.replaceAll('\\\\', '\\') ?? true);
  }
  const guid = names.get('guid');
  if (guidOf(names.get('id')) === null && guid !== undefined) names.set('id', guid);
  return names;
}

const PROPERTY = /"([@\w]{1,64})"\s{0,8}:\s{0,8}(?:"((?:[^"\\]|\\.){0,512})")?/g;
