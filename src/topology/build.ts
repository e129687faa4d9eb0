import type { Position } from '../model/record.js';
import type { Host, Link, Observations, Statement, Topology, Vm, Volume } from '../model/topology.js';
import { shortName, vmIdOfSid } from '../model/windows-name.js';
import { type DiskPath, readDiskPath, readGuid } from './identify.js';

interface VmDraft {
  name: string;
  id: string | null;
  readonly guests: Set<string>;
  readonly hosts: Set<string>;
  readonly volumes: Set<string>;
  readonly disks: Set<string>;
}

/** Joins what records, inventory and names say into one picture. Order of the evidence does not matter. */
export function buildTopology(observer: Observations, facts: readonly Statement[]): Topology {
  const statements = [...facts, ...observer.statements];
  const volumes = joinVolumes(statements);
  const draft = new Draft(volumes);
  const ordered = [...statements].sort((a, b) => rank(a) - rank(b));
  for (const statement of ordered) if (!isByPath(statement)) draft.state(statement);
  for (const guest of [...observer.guests].sort()) draft.guest(guest, observer);
  // Paths last: by now every name that a path can hold is known.
  for (const statement of ordered) if (isByPath(statement)) draft.state({ ...statement, basis: 'derived' });
  draft.nameByDisk();
  return draft.finish(observer);
}

/** Names and GUIDs first, so that what refers to them finds them. */
function rank(statement: Statement): number {
  return statement.fact.kind === 'vm'
    ? statement.fact.id === null
      ? 1
      : 0
    : statement.fact.kind === 'guest-name'
      ? 3
      : 2;
}

/** The statement names its VM by the path of a disk. */
function isByPath({ fact }: Statement): boolean {
  return (fact.kind === 'vm-disk' || fact.kind === 'vm-host') && readDiskPath(fact.vm) !== null;
}

/** The picture while it grows; a class because the tables belong together and are thrown away together. */
class Draft {
  private readonly byName = new Map<string, VmDraft>();
  private readonly byId = new Map<string, VmDraft>();
  private readonly byGuest = new Map<string, VmDraft>();
  private readonly byDisk = new Map<string, VmDraft>();
  private readonly links: Link[] = [];
  private readonly statedHosts: string[] = [];
  private readonly volumes: readonly Volume[];

  constructor(volumes: readonly Volume[]) {
    this.volumes = volumes;
  }

  state({ fact, source, basis }: Statement): void {
    switch (fact.kind) {
      case 'vm':
        this.vm(fact.name, fact.id, source, fact.at);
        break;
      case 'vm-host': {
        const vm = this.owner(fact.vm, source, fact.at);
        if (vm === undefined) break;
        vm.hosts.add(shortName(fact.host).toUpperCase());
        this.link('vm-host', vm.name, fact.host, basis, source, fact.at);
        break;
      }
      case 'vm-disk':
        this.disk(fact.vm, fact.path, source, fact.at);
        break;
      case 'vm-volume': {
        const vm = this.find(fact.vm) ?? this.vm(fact.vm, null, source, fact.at);
        vm.volumes.add(this.volumeName(fact.volume));
        this.link('vm-volume', vm.name, this.volumeName(fact.volume), basis, source, fact.at);
        break;
      }
      case 'guest-name': {
        const vm = this.find(fact.vm) ?? this.vm(fact.vm, null, source, fact.at);
        this.byGuest.set(shortName(fact.hostname), vm);
        vm.guests.add(fact.hostname);
        this.link('vm-guest', vm.name, fact.hostname, basis, source, fact.at);
        break;
      }
      case 'host':
        this.statedHosts.push(fact.name);
        break;
      default:
    }
  }

  /** A machine that wrote a Linux log: the VM of that name, or a VM of its own when none is known by it. */
  guest(hostname: string, observer: Observations): void {
    const short = shortName(hostname);
    if ([...observer.computers].some((name) => shortName(name) === short)) return;
    const known = this.byGuest.get(short) ?? this.find(hostname) ?? this.find(short);
    const vm = known ?? this.vm(hostname, null, '', null);
    vm.guests.add(hostname);
    this.byGuest.set(short, vm);
    if (known !== undefined && known.name.toLowerCase() !== hostname.toLowerCase()) {
      this.link('vm-guest', vm.name, hostname, 'derived', '', null);
    }
  }

  /** A VM that records know by its GUID alone is called after the folder its disk lies in, if that name is free. */
  nameByDisk(): void {
    for (const vm of new Set(this.byName.values())) {
      if (readGuid(vm.name) === null) continue;
      const disk = [...vm.disks].sort().flatMap((path) => readDiskPath(path) ?? [])[0];
      const name = disk?.folders.at(-1) ?? disk?.stem;
      if (name === undefined) continue;
      const known = this.byName.get(name.toLowerCase());
      // Two GUIDs under one name are two VMs; a name without a GUID is this one.
      if (known !== undefined && known.id !== null) continue;
      if (known !== undefined) this.absorb(vm, known);
      vm.name = name;
      this.byName.set(name.toLowerCase(), vm);
      if (vm.id !== null) this.link('vm-id', name, vm.id, 'derived', '', null);
    }
  }

  private absorb(vm: VmDraft, other: VmDraft): void {
    for (const part of ['guests', 'hosts', 'volumes', 'disks'] as const)
      for (const value of other[part]) vm[part].add(value);
    for (const [guest, owner] of this.byGuest) if (owner === other) this.byGuest.set(guest, vm);
    for (const [disk, owner] of this.byDisk) if (owner === other) this.byDisk.set(disk, vm);
  }

  private vm(name: string, id: string | null, source: string, at: Position | null): VmDraft {
    const guid = (id === null ? null : (readGuid(id) ?? id.toUpperCase())) ?? readGuid(name);
    const known = (guid === null ? undefined : this.byId.get(guid)) ?? this.byName.get(name.toLowerCase());
    const vm: VmDraft = known ?? {
      name,
      id: guid,
      guests: new Set(),
      hosts: new Set(),
      volumes: new Set(),
      disks: new Set(),
    };
    // A VM first met by its GUID gets its name as soon as one record has both.
    if (readGuid(vm.name) !== null && readGuid(name) === null) vm.name = name;
    if (vm.id === null && guid !== null) vm.id = guid;
    if (vm.id !== null) this.byId.set(vm.id, vm);
    this.byName.set(vm.name.toLowerCase(), vm);
    if (guid !== null && readGuid(name) === null && source !== '') this.link('vm-id', name, guid, 'stated', source, at);
    return vm;
  }

  /** A path that no known VM owns makes no VM. */
  private owner(name: string, source: string, at: Position | null): VmDraft | undefined {
    return this.find(name) ?? (readDiskPath(name) === null ? this.vm(name, null, source, at) : undefined);
  }

  private disk(owner: string, path: string, source: string, at: Position | null): void {
    const vm = this.owner(owner, source, at);
    const disk = readDiskPath(path);
    if (disk === null || vm === undefined) return;
    vm.disks.add(disk.path);
    this.byDisk.set(diskKey(disk), vm);
    if (disk.volume !== null) {
      vm.volumes.add(this.volumeName(disk.volume));
      this.link('vm-volume', vm.name, this.volumeName(disk.volume), 'stated', source, at);
    }
  }

  private link(
    kind: Link['kind'],
    from: string,
    to: string,
    basis: Link['basis'],
    source: string,
    at: Position | null,
  ): void {
    if (!this.links.some((l) => l.kind === kind && l.from === from && l.to === to))
      this.links.push({ kind, from, to, basis, source, at });
  }

  private find(name: string): VmDraft | undefined {
    const guid = readGuid(name) ?? vmIdOfSid(name);
    if (guid !== null) return this.byId.get(guid);
    const lower = name.toLowerCase();
    return this.byName.get(lower) ?? this.byGuest.get(shortName(name)) ?? this.byDiskPath(name);
  }

  /** `web01_1A2B...avhdx` and `web01-data.vhdx` belong to web01 when a folder or the file name says so. */
  private byDiskPath(name: string): VmDraft | undefined {
    const disk = readDiskPath(name);
    if (disk === null) return undefined;
    const known = this.byDisk.get(diskKey(disk));
    if (known !== undefined) return known;
    for (const folder of [...disk.folders].reverse()) {
      const vm = this.byName.get(folder.toLowerCase());
      if (vm !== undefined) return vm;
    }
    const stem = disk.stem.toLowerCase();
    const names = [...this.byName.keys()].filter(
      (vm) => stem === vm || (stem.startsWith(vm) && /^[_\-. ]/.test(stem.slice(vm.length))),
    );
    const longest = names.sort((a, b) => b.length - a.length)[0];
    return longest === undefined ? undefined : this.byName.get(longest);
  }

  private volumeName(name: string): string {
    return (
      this.volumes.find((v) => [v.name, ...v.aliases].some((n) => n.toLowerCase() === name.toLowerCase()))?.name ?? name
    );
  }

  /**
   * Machines with Hyper-V or cluster records, and those an inventory names. Where there is none of them, every Windows
   * machine in the evidence may be the host: a System log and counters alone are a common collection.
   */
  private hostNames(observer: Observations, vms: readonly Vm[]): readonly string[] {
    const known = [...observer.hypervisors, ...this.statedHosts, ...vms.flatMap((vm) => vm.hosts)];
    if (known.length > 0) return known;
    return [...observer.computers, ...observer.measured].filter((name) => !this.byGuest.has(shortName(name)));
  }

  finish(observer: Observations): Topology {
    const drafts = [...new Set(this.byName.values())].filter((vm) => this.byName.get(vm.name.toLowerCase()) === vm);
    const vms = drafts.map(toVm).sort((a, b) => compare(a.name, b.name));
    const hosts = joinHosts(this.hostNames(observer, vms));
    const named = new Set(this.volumes.map((v) => v.name));
    const extra = [...new Set(vms.flatMap((vm) => vm.volumes))]
      .filter((v) => !named.has(v))
      .map((name) => ({ name, aliases: [] }));
    const volumes = [...this.volumes, ...extra].sort((a, b) => compare(a.name, b.name));
    return {
      vms,
      hosts,
      volumes,
      links: this.links.sort((a, b) => compare(`${a.kind}${a.from}${a.to}`, `${b.kind}${b.from}${b.to}`)),
      vmOf: (name) => this.find(name)?.name ?? null,
      hostOf: (name) => hosts.find((h) => shortName(h.name) === shortName(name))?.name ?? null,
      volumeOf: (name) =>
        volumes.find((v) => [v.name, ...v.aliases].some((n) => n.toLowerCase() === volumeLeaf(name)))?.name ?? null,
    };
  }
}

/** Checkpoint files carry a GUID that their parent has not: `web01_<GUID>.avhdx` is keyed as `web01`. */
function diskKey(disk: DiskPath): string {
  const stem = disk.stem.replace(/_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, '');
  return `${disk.volume ?? ''}|${disk.folders.join('\\')}|${stem}`.toLowerCase();
}

function volumeLeaf(name: string): string {
  const m = /clusterstorage\\([^\\]+)/i.exec(name);
  return (m?.[1] ?? name).toLowerCase();
}

function toVm(draft: VmDraft): Vm {
  const sorted = (set: ReadonlySet<string>): readonly string[] => [...set].sort();
  return {
    name: draft.name,
    id: draft.id,
    guests: sorted(draft.guests),
    hosts: sorted(draft.hosts),
    volumes: sorted(draft.volumes),
    disks: sorted(draft.disks),
  };
}

function joinHosts(names: readonly string[]): readonly Host[] {
  const hosts = new Map<string, Set<string>>();
  for (const name of names) {
    const aliases = hosts.get(shortName(name)) ?? new Set();
    aliases.add(name);
    hosts.set(shortName(name), aliases);
  }
  return [...hosts]
    .map(([short, aliases]) => ({ name: short.toUpperCase(), aliases: [...aliases].sort() }))
    .sort((a, b) => compare(a.name, b.name));
}

function joinVolumes(statements: readonly Statement[]): readonly Volume[] {
  const volumes = new Map<string, Set<string>>();
  for (const { fact } of statements) {
    if (fact.kind !== 'volume') continue;
    const aliases = volumes.get(fact.name) ?? new Set();
    if (fact.alias !== fact.name) aliases.add(fact.alias);
    volumes.set(fact.name, aliases);
  }
  return [...volumes]
    .map(([name, aliases]) => ({ name, aliases: [...aliases].sort() }))
    .sort((a, b) => compare(a.name, b.name));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
