import type { LogRecord, MetricPoint } from '../model/record.js';
import type { Fact, ReadSource } from '../model/source.js';
import type { Link } from '../model/topology.js';
import { vmIdOfSid } from '../model/windows-name.js';
import { readDiskPath, readGuid } from './identify.js';

/** What single records say of who is who; collected while the sources are read. */
export interface TopologyObserver {
  record(source: string, record: LogRecord): void;
  metric(point: MetricPoint): void;
  readonly statements: readonly Statement[];
  /** Machines that wrote guest logs, and Windows computers that wrote Hyper-V or cluster records. */
  readonly guests: ReadonlySet<string>;
  readonly hypervisors: ReadonlySet<string>;
  readonly computers: ReadonlySet<string>;
  /** Machines that performance counters were taken on. */
  readonly measured: ReadonlySet<string>;
}

export interface Statement {
  readonly fact: Fact;
  readonly source: string;
  readonly basis: Link['basis'];
}

const HYPERVISOR = /^Microsoft-Windows-(?:Hyper-V-(?!Netvsc|Guest)|VHDMP|FailoverClustering)/i;

export function observeTopology(): TopologyObserver {
  const statements: Statement[] = [];
  const seen = new Set<string>();
  const guests = new Set<string>();
  const hypervisors = new Set<string>();
  const computers = new Set<string>();
  const measured = new Set<string>();
  const state = (source: string, key: string, fact: Fact): void => {
    // Storms repeat one statement a million times; the first place is enough.
    if (seen.has(key)) return;
    seen.add(key);
    statements.push({ fact, source, basis: 'stated' });
  };
  return {
    statements,
    guests,
    hypervisors,
    computers,
    measured,
    metric(point) {
      if (point.host !== null && point.objectType !== 'iostat') measured.add(point.host);
    },
    record(source, record) {
      if (record.fields.EventID === undefined) {
        if (record.host !== null && record.fields['backup.product'] === undefined) guests.add(record.host);
        else if (record.fields['backup.vm'] !== undefined) backupVm(source, record, state);
        return;
      }
      if (record.host !== null) computers.add(record.host);
      if (record.host !== null && HYPERVISOR.test(record.ident ?? '')) hypervisors.add(record.host);
      windowsRecord(source, record, state);
    },
  };
}

type State = (source: string, key: string, fact: Fact) => void;

function text(record: LogRecord, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = record.fields[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

function backupVm(source: string, record: LogRecord, state: State): void {
  const name = text(record, 'backup.vm');
  if (name === null) return;
  const id = readGuid(text(record, 'backup.vm_id') ?? '');
  state(source, `backup|${name}|${id}`, { kind: 'vm', name, id, at: record.at });
}

/** VmName/VmId pairs, positional Parameter0/1 of migrations, virtual disk paths next to a VM id, the worker's SID. */
function windowsRecord(source: string, record: LogRecord, state: State): void {
  const id = vmIdOf(record);
  const name =
    text(record, 'VmName', 'VMName') ??
    (readGuid(text(record, 'Parameter1') ?? '') !== null ? text(record, 'Parameter0') : null);
  if (name !== null) state(source, `vm|${name}|${id}`, { kind: 'vm', name, id, at: record.at });
  const vm = name ?? id;
  if (vm !== null && record.host !== null && isWorker(record)) {
    state(source, `on|${vm}|${record.host}`, { kind: 'vm-host', vm, host: record.host, at: record.at });
  }
  const path = text(record, 'VhdFile', 'VhdFileName', 'DeviceName', 'FileName', 'Parameter2');
  const disk = path === null ? null : readDiskPath(path);
  if (disk !== null && id !== null)
    state(source, `disk|${id}|${disk.path}`, { kind: 'vm-disk', vm: id, path: disk.path, at: record.at });
  const csv = record.fields.EventID === 5120 || record.fields.EventID === 5121 || record.fields.EventID === 5142;
  if (csv && /FailoverClustering/i.test(record.ident ?? '')) volumeNames(source, record, state);
}

/** Only the worker process and the storage stack run where the VM runs; VMMS and cluster records may come from any node. */
function isWorker(record: LogRecord): boolean {
  return /Hyper-V-Worker|VHDMP|StorageVSP/i.test(record.ident ?? '');
}

function vmIdOf(record: LogRecord): string | null {
  const given = text(record, 'VmId', 'VMID', 'VmID', 'Parameter1');
  return (given === null ? null : readGuid(given)) ?? vmIdOfSid(text(record, 'UserID') ?? '');
}

/** 5120: `Cluster Shared Volume 'Volume1' ('Cluster Disk 2')`: folder and resource are one volume. */
function volumeNames(source: string, record: LogRecord, state: State): void {
  const name = text(record, 'VolumeName', 'param1');
  const alias = text(record, 'ResourceName', 'param2');
  if (name !== null && alias !== null)
    state(source, `volume|${name}|${alias}`, { kind: 'volume', name, alias, at: record.at });
}

/** Facts that parsers read themselves (inventory files, journal headers). */
export function statedFacts(sources: readonly ReadSource[]): readonly Statement[] {
  return sources.flatMap((source) =>
    source.facts.map((fact) => ({ fact, source: source.id, basis: 'stated' as const })),
  );
}
