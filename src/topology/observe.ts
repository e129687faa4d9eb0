import type { LogRecord, MetricPoint, RecordHead } from '../model/record.js';
import type { Fact, ReadSource } from '../model/source.js';
import type { Observations, Statement } from '../model/topology.js';
import { vmIdOfSid } from '../model/windows-name.js';
import { readDiskPath, readGuid } from './identify.js';

/** What the records of one source say of who is who; collected while it is read. */
export interface TopologyObserver {
  record(record: LogRecord): void;
  counted(head: RecordHead): void;
  metric(point: Pick<MetricPoint, 'host' | 'objectType'>): void;
  finish(): Observations;
}

const HYPERVISOR = /^Microsoft-Windows-(?:Hyper-V-(?!Netvsc|Guest)|VHDMP|FailoverClustering)/i;

/** Providers whose events name virtual machines, their disks or volumes. */
const NAMES_THINGS = /Hyper-V|VHDMP|FailoverClustering|StorageVSP/i;

/** Whether an event of this provider has to be read whole. */
export function namesThings(provider: string | null): boolean {
  return provider === null || NAMES_THINGS.test(provider);
}

export function observeTopology(source: string): TopologyObserver {
  const statements = new Map<string, Statement>();
  const guests = new Set<string>();
  const hypervisors = new Set<string>();
  const computers = new Set<string>();
  const measured = new Set<string>();
  const state = (fact: Fact): void => {
    // Storms repeat one statement a million times; the first place is enough.
    const key = factKey(fact);
    if (!statements.has(key)) statements.set(key, { fact, source, basis: 'stated' });
  };
  const computer = (host: string | null, provider: string | null): void => {
    if (host === null) return;
    computers.add(host);
    if (HYPERVISOR.test(provider ?? '')) hypervisors.add(host);
  };
  return {
    metric(point) {
      if (point.host !== null && point.objectType !== 'iostat') measured.add(point.host);
    },
    counted: (head) => computer(head.host, head.ident),
    record(record) {
      if (record.fields.EventID === undefined) {
        if (record.host !== null && record.fields['backup.product'] === undefined) guests.add(record.host);
        else if (record.fields['backup.vm'] !== undefined) backupVm(record, state);
        return;
      }
      computer(record.host, record.ident);
      if (namesThings(record.ident)) windowsRecord(record, state);
    },
    finish: () => ({
      statements: [...statements.values()],
      guests: [...guests],
      hypervisors: [...hypervisors],
      computers: [...computers],
      measured: [...measured],
    }),
  };
}

/** The observations of all sources as one; of what several say the first counts. */
export function joinObservations(all: readonly Observations[]): Observations {
  const statements = new Map<string, Statement>();
  for (const { statements: own } of all)
    for (const statement of own) {
      const key = factKey(statement.fact);
      if (!statements.has(key)) statements.set(key, statement);
    }
  const join = (of: (one: Observations) => readonly string[]): readonly string[] => [...new Set(all.flatMap(of))];
  return {
    statements: [...statements.values()],
    guests: join((one) => one.guests),
    hypervisors: join((one) => one.hypervisors),
    computers: join((one) => one.computers),
    measured: join((one) => one.measured),
  };
}

function factKey(fact: Fact): string {
  return JSON.stringify({ ...fact, at: null });
}

type State = (fact: Fact) => void;

function text(record: LogRecord, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = record.fields[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

function backupVm(record: LogRecord, state: State): void {
  const name = text(record, 'backup.vm');
  if (name === null) return;
  const id = readGuid(text(record, 'backup.vm_id') ?? '');
  state({ kind: 'vm', name, id, at: record.at });
}

/** VmName/VmId pairs, positional Parameter0/1 of migrations, virtual disk paths next to a VM id, the worker's SID. */
function windowsRecord(record: LogRecord, state: State): void {
  const id = vmIdOf(record);
  const name =
    text(record, 'VmName', 'VMName') ??
    (readGuid(text(record, 'Parameter1') ?? '') !== null ? text(record, 'Parameter0') : null);
  if (name !== null) state({ kind: 'vm', name, id, at: record.at });
  const vm = name ?? id;
  if (vm !== null && record.host !== null && isWorker(record)) {
    state({ kind: 'vm-host', vm, host: record.host, at: record.at });
  }
  const path = text(record, 'VhdFile', 'VhdFileName', 'DeviceName', 'FileName', 'Parameter2');
  const disk = path === null ? null : readDiskPath(path);
  if (disk !== null && id !== null) state({ kind: 'vm-disk', vm: id, path: disk.path, at: record.at });
  const csv = record.fields.EventID === 5120 || record.fields.EventID === 5121 || record.fields.EventID === 5142;
  if (csv && /FailoverClustering/i.test(record.ident ?? '')) volumeNames(record, state);
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
function volumeNames(record: LogRecord, state: State): void {
  const name = text(record, 'VolumeName', 'param1');
  const alias = text(record, 'ResourceName', 'param2');
  if (name !== null && alias !== null) state({ kind: 'volume', name, alias, at: record.at });
}

/** Facts that parsers read themselves (inventory files, journal headers). */
export function statedFacts(sources: readonly ReadSource[]): readonly Statement[] {
  return sources.flatMap((source) =>
    source.facts.map((fact) => ({ fact, source: source.id, basis: 'stated' as const })),
  );
}
