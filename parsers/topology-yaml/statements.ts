import type { Fact } from '../../src/model/source.js';
import type { Mistake, TextNode, YamlNode } from './document.js';

/** A fact with the offset of the text that states it. */
export type State = (fact: WithoutPlace<Fact>, offset: number) => void;
type WithoutPlace<F> = F extends unknown ? Omit<F, 'at'> : never;

interface Listener {
  readonly state: State;
  readonly mistake: Mistake;
}

const FILE = 'topology.yaml';
const TOP_KEYS = ['vms', 'hosts', 'volumes'] as const;
const VM_KEYS = ['name', 'id', 'guest', 'host', 'volume', 'disks'] as const;
const HOST_KEYS = ['name'] as const;
const VOLUME_KEYS = ['name', 'aliases'] as const;

/** Longer than any path Windows takes (32,767). */
const LONGEST = 32_767;

/** Reads what the file states. A mistake costs the entry or the value it stands in, and nothing else. */
export function readStatements(root: YamlNode, listener: Listener): void {
  const top = keysOf(root, FILE, TOP_KEYS, listener);
  if (top === null) return;
  const seen = new Set<string>();
  eachEntry('vms', top.get('vms'), listener, (node) => readVm(node, seen, listener));
  eachEntry('hosts', top.get('hosts'), listener, (node) => readHost(node, listener));
  eachEntry('volumes', top.get('volumes'), listener, (node) => readVolume(node, listener));
}

type Keys<K extends string> = ReadonlyMap<K, YamlNode>;

/** The values of a map by key; null when the node is no map. Unknown and repeated keys are left out. */
function keysOf<K extends string>(
  node: YamlNode,
  what: string,
  allowed: readonly K[],
  { mistake }: Listener,
): Keys<K> | null {
  if (node.kind !== 'map') {
    const value = node.kind === 'text' && what !== FILE ? shown(node).slice(1, -1) : '...';
    mistake(node.offset, `${what} is a map with keys, here stands ${shown(node)}`, `write '${allowed[0]}: ${value}'`);
    return null;
  }
  const found = new Map<K, YamlNode>();
  for (const { key, value } of node.entries) {
    const name = allowed.find((known) => key.kind === 'text' && key.text === known);
    if (name === undefined) {
      mistake(key.offset, `${what} has no key ${shown(key)}`, `the keys are ${allowed.join(', ')}`);
    } else if (found.has(name)) mistake(key.offset, `${what} has the key '${name}' twice`, 'keep one of them');
    else found.set(name, value);
  }
  return found;
}

function eachEntry(
  key: string,
  list: YamlNode | undefined,
  { mistake }: Listener,
  read: (node: YamlNode) => void,
): void {
  if (list === undefined) return;
  if (list.kind !== 'list') {
    const fix = `write every entry below '${key}:' on a line that begins with '- ', or remove the key`;
    mistake(list.offset, `'${key}' is a list, here stands ${shown(list)}`, fix);
    return;
  }
  // A broken entry was reported as such; what it seems to say may belong to another.
  for (const item of list.items) if (!item.isBroken) read(item);
}

function readVm(node: YamlNode, seen: Set<string>, listener: Listener): void {
  const { state, mistake } = listener;
  const keys = keysOf(node, 'a VM', VM_KEYS, listener);
  const name = keys === null ? null : nameOf(node, 'a VM', keys.get('name'), listener);
  if (keys === null || name === null) return;
  const vm = name.text;
  if (seen.has(vm.toLowerCase())) mistake(name.offset, `the VM ${shown(name)} stands twice`, 'put both into one entry');
  seen.add(vm.toLowerCase());
  state({ kind: 'vm', name: vm, id: idOf(keys.get('id'), listener) }, name.offset);
  for (const guest of textsOf('guest', keys.get('guest'), listener)) {
    state({ kind: 'guest-name', vm, hostname: guest.text }, guest.offset);
  }
  for (const host of textsOf('host', keys.get('host'), listener)) {
    state({ kind: 'vm-host', vm, host: host.text }, host.offset);
  }
  for (const volume of textsOf('volume', keys.get('volume'), listener)) {
    state({ kind: 'vm-volume', vm, volume: volumeName(volume.text) }, volume.offset);
  }
  readDisks(vm, keys.get('disks'), listener);
}

function readDisks(vm: string, disks: YamlNode | undefined, listener: Listener): void {
  if (disks !== undefined && disks.kind === 'text') {
    listener.mistake(disks.offset, "'disks' is a list of paths", "write '- PATH' on a line of its own for every disk");
    return;
  }
  for (const path of textsOf('disks', disks, listener)) {
    if (DISK.test(path.text)) listener.state({ kind: 'vm-disk', vm, path: path.text }, path.offset);
    else {
      const fix = 'give the whole path: C:\\ClusterStorage\\Volume1\\web01\\web01.vhdx';
      listener.mistake(path.offset, `${shown(path)} is no path of a virtual disk`, fix);
    }
  }
}

// C:\ClusterStorage\Volume1\web01\web01.vhdx   \\sofs01\vms\web01\data.avhdx
const DISK = /[\\/][^\\/]+\.(?:vhdx?|avhdx?|vhds)$/i;

function readHost(node: YamlNode, listener: Listener): void {
  const keys = node.kind === 'map' ? keysOf(node, 'a host', HOST_KEYS, listener) : new Map([['name' as const, node]]);
  const name = keys === null ? null : nameOf(node, 'a host', keys.get('name'), listener);
  if (name !== null) listener.state({ kind: 'host', name: name.text }, name.offset);
}

function readVolume(node: YamlNode, listener: Listener): void {
  const keys = keysOf(node, 'a volume', VOLUME_KEYS, listener);
  const found = keys === null ? null : nameOf(node, 'a volume', keys.get('name'), listener);
  if (keys === null || found === null) return;
  const name = volumeName(found.text);
  // An alias that is the name itself states that there is a volume of that name.
  listener.state({ kind: 'volume', name, alias: name }, found.offset);
  for (const alias of textsOf('aliases', keys.get('aliases'), listener)) {
    listener.state({ kind: 'volume', name, alias: alias.text }, alias.offset);
  }
}

/** `C:\ClusterStorage\Volume1` and anything below it is the volume `Volume1`, as records call it. */
function volumeName(text: string): string {
  return /[\\/]ClusterStorage[\\/]([^\\/]+)/i.exec(text)?.[1] ?? text;
}

function nameOf(owner: YamlNode, what: string, node: YamlNode | undefined, listener: Listener): TextNode | null {
  if (node !== undefined) return textOf('name', node, listener);
  listener.mistake(owner.offset, `${what} has no name`, "add 'name: ...'");
  return null;
}

// 5d9e9825-1973-4b27-9af1-ba77940a4066, with or without braces
const GUID = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i;

function idOf(node: YamlNode | undefined, listener: Listener): string | null {
  const text = node === undefined ? null : textOf('id', node, listener);
  if (text === null) return null;
  const id = GUID.exec(text.text)?.[1]?.toUpperCase() ?? null;
  if (id === null) listener.mistake(text.offset, `${shown(text)} is no id of a VM`, 'take it from (Get-VM NAME).Id');
  return id;
}

/** One text or a list of texts. */
function textsOf(key: string, node: YamlNode | undefined, listener: Listener): readonly TextNode[] {
  if (node === undefined) return [];
  const nodes = node.kind === 'list' ? node.items : [node];
  return nodes.map((item) => textOf(key, item, listener)).filter((text) => text !== null);
}

function textOf(key: string, node: YamlNode, { mistake }: Listener): TextNode | null {
  if (node.isBroken) return null;
  if (node.kind !== 'text' || node.text.trim() === '') {
    mistake(node.offset, `'${key}' is a text, here stands ${shown(node)}`, 'write the text, or remove the key');
    return null;
  }
  // An escape in quotes can write what a plain file may not hold.
  if (node.text.length <= LONGEST && !/\p{Cc}/u.test(node.text)) return { ...node, text: node.text.trim() };
  mistake(node.offset, `'${key}' holds line ends or other control characters, or is too long`, 'write it on one line');
  return null;
}

/** What stands there, short and printable. */
function shown(node: YamlNode): string {
  if (node.kind === 'alias') return 'a YAML alias or something nested too deeply';
  if (node.kind !== 'text') return node.kind === 'nothing' ? 'nothing' : `a ${node.kind}`;
  const printable = node.text.slice(0, 60).replace(/\p{Cc}/gu, ' ');
  return `'${printable}${node.text.length > 60 ? '...' : ''}'`;
}
