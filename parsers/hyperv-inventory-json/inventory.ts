import type { Fact } from '../../src/model/source.js';
import { guidOf, isMember, itemsOf, type Json, nameOf, type Properties, propertiesOf, textOf } from './value.js';

/** What an object of the inventory is. */
export type Kind = 'volume' | 'group' | 'vm' | 'part-of-vm';

export type Statement = Fact extends infer F ? (F extends unknown ? Omit<F, 'at'> : never) : never;

export interface InventoryListener {
  state(statement: Statement): void;
  /** The list of disks was cut to text by the depth of ConvertTo-Json. */
  cut(): void;
  /** The VM is the idle copy of Hyper-V Replica. */
  replica(): void;
}

/** Only a VM has one of these. */
const OF_VM = [
  'harddrives',
  'isclustered',
  'integrationservicesversion',
  'integrationservicesstate',
  'configurationlocation',
  'checkpointtype',
  'automaticstopaction',
  'heartbeat',
  'dvddrives',
  'memoryassigned',
  'parentsnapshotid',
  'replicationmode',
];
/** Others have these too, but not with the id of a VM or the name of its computer. */
const OFTEN_OF_VM = ['state', 'uptime', 'generation', 'cpuusage'];
/** Switches, checkpoints, cluster objects and virtual disks have a name, an id and a computer as well. */
const OF_OTHERS = ['switchtype', 'snapshottype', 'ownernode', 'ownergroup', 'resourcetype', 'nodeweight', 'vhdformat'];
/** Besides the name of the VM: disks, network adapters, checkpoints, integration services. */
const OF_PARTS = ['vmid', 'computername', 'controllertype', 'controllernumber', 'controllerlocation'];

/** What the object is, by the names of its properties and the form of its ids; null when it is none of ours. */
export function kindOf(object: Properties): Kind | null {
  if (object.has('sharedvolumeinfo') || object.has('friendlyvolumename')) return object.has('name') ? 'volume' : null;
  if (object.has('grouptype')) return object.has('name') && object.has('ownernode') ? 'group' : null;
  if (isVm(object)) return 'vm';
  const isPart = object.has('vmname') || object.has('vmid');
  const isOurs =
    OF_PARTS.some((name) => name !== 'vmid' && object.has(name)) || diskPaths(object.get('path')).length > 0;
  return isPart && (isOurs || (object.has('vmname') && object.has('vmid'))) ? 'part-of-vm' : null;
}

function isVm(object: Properties): boolean {
  if (!object.has('name') || OF_OTHERS.some((name) => object.has(name))) return false;
  if (OF_VM.some((name) => object.has(name))) return true;
  // The name of a disk or a network adapter is not its VM's.
  if (object.has('vmname')) return false;
  const hasId = guidOf(object.get('id')) !== null || guidOf(object.get('vmid')) !== null;
  const hasComputer = object.has('computername') || object.has('pscomputername');
  const isLikely = OFTEN_OF_VM.some((name) => object.has(name));
  return [hasId, hasComputer, isLikely].filter((is) => is).length >= 2;
}

/** Reads one object; false when it is none of ours. */
export function readInventory(object: Properties, listener: InventoryListener): boolean {
  const kind = kindOf(object);
  if (kind === 'volume') readVolume(object, listener);
  else if (kind === 'group') readGroup(object, listener);
  else if (kind !== null) readVm(object, kind, listener);
  return kind !== null;
}

function readVm(object: Properties, kind: Kind, listener: InventoryListener): void {
  const isWhole = kind === 'vm';
  const name = textOf(object.get('vmname')) ?? (isWhole ? textOf(object.get('name')) : null);
  const id = guidOf(object.get('vmid')) ?? (isWhole ? guidOf(object.get('id')) : null);
  const vm = name ?? id;
  // A network adapter of the host itself belongs to no VM.
  if (vm === null) return;
  listener.state({ kind: 'vm', name: vm, id });
  if (isReplica(object)) {
    listener.replica();
    return;
  }
  const host = hostOf(object);
  if (host !== null) listener.state({ kind: 'vm-host', vm, host });
  const disks = [...diskPaths(object.get('path')), ...hardDrives(object.get('harddrives'), listener)];
  for (const path of disks) listener.state({ kind: 'vm-disk', vm, path });
  // Where nothing is said of its disks, a VM lies where its configuration does.
  const homes = [object.get('configurationlocation'), object.get('path')].map(textOf).filter((path) => path !== null);
  const volumes = (disks.length > 0 ? disks : homes).map(volumeOf).filter((volume) => volume !== null);
  for (const volume of new Set(volumes)) listener.state({ kind: 'vm-volume', vm, volume });
}

/** Microsoft-Windows-Hyper-V VMReplicationMode: None 0, Primary 1, Replica 2, TestReplica 3, ExtendedReplica 4. */
function isReplica(object: Properties): boolean {
  const mode = object.get('replicationmode');
  return isMember(mode, 2, 'Replica') || isMember(mode, 4, 'ExtendedReplica');
}

/** `PSComputerName` is added to what came through Invoke-Command. */
function hostOf(object: Properties): string | null {
  const host = textOf(object.get('computername')) ?? textOf(object.get('pscomputername'));
  return host === null || /^(?:\.|localhost|127\.0\.0\.1|::1)$/i.test(host) ? null : host;
}

// C:\ClusterStorage\Volume1\web01\web01.vhdx   \\sofs01\vms\web01\data.avhdx; not `Disk 3 100.00 GB Bus 0 Lun 3`
const DISK = /[\\/][^\\/]+\.(?:vhdx?|avhdx?|vhds)$/i;

/** One path or a list of them; what is no virtual disk (DVD images, pass-through disks, folders) is left out. */
function diskPaths(value: Json): readonly string[] {
  const texts = itemsOf(value).map(textOf);
  return texts.filter((text) => text !== null).filter((text) => DISK.test(text));
}

function hardDrives(value: Json, listener: InventoryListener): readonly string[] {
  const paths: string[] = [];
  for (const item of itemsOf(value)) {
    const drive = propertiesOf(item);
    const found = diskPaths(drive === null ? item : drive.get('path'));
    paths.push(...found);
    // "Microsoft.HyperV.PowerShell.HardDiskDrive" instead of the object.
    if (drive === null && found.length === 0 && textOf(item) !== null) listener.cut();
  }
  return paths;
}

function volumeOf(path: string): string | null {
  return /[\\/]ClusterStorage[\\/]([^\\/]+)/i.exec(path)?.[1] ?? null;
}

/** CLUSGROUP_TYPE of clusapi.h: ClusGroupTypeVirtualMachine. */
const VIRTUAL_MACHINE = 111;
// VMM names the role of a VM that it made highly available `SCVMM web01 Resources`.
const BY_VMM = /^SCVMM (.+) Resources(?: \(\d+\))?$/;

function readGroup(object: Properties, listener: InventoryListener): void {
  const isOfVm = isMember(object.get('grouptype'), VIRTUAL_MACHINE, 'VirtualMachine');
  const name = textOf(object.get('name'));
  const host = nameOf(object.get('ownernode'));
  if (!isOfVm || name === null || host === null) return;
  listener.state({ kind: 'vm-host', vm: BY_VMM.exec(name)?.[1] ?? name, host });
}

/** `Cluster Disk 2` is mounted as C:\ClusterStorage\Volume2: records call the volume by either. */
function readVolume(object: Properties, listener: InventoryListener): void {
  const alias = textOf(object.get('name'));
  if (alias === null) return;
  const parts = object.has('sharedvolumeinfo') ? itemsOf(object.get('sharedvolumeinfo')).map(propertiesOf) : [object];
  for (const part of parts) {
    const path = textOf(part?.get('friendlyvolumename'));
    const name = path === null ? null : (volumeOf(path) ?? path);
    if (name !== null) listener.state({ kind: 'volume', name, alias });
    else if (part === null) listener.cut();
  }
}
