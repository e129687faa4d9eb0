import { disk, folder, type HostName, type Vm } from './cluster.js';
import type { At } from './stamps.js';
import { type EventValue, NTFS, STORAGE_VSP, STORPORT, VHDMP, type WindowsEvent } from './windows.js';

/** The path of the differencing disk a checkpoint left the machine on. */
export function avhdx(vm: Vm, id: string): string {
  return `${folder(vm)}\\${vm.name}_${id.toUpperCase()}.avhdx`;
}

/** StorageVSP is a driver: it writes as SYSTEM, and the machine is known by the path alone. */
export function ioFailure(at: At, host: HostName, path: string, status: number): WindowsEvent {
  const data = [
    ['DeviceName', path],
    ['Status', { hex: status }],
    ['CurrentState', 0],
    ['NewState', 0],
    ['CurrentStatus', { hex: status }],
  ] as const;
  return {
    at,
    host,
    channel: STORAGE_VSP,
    provider: 'Microsoft-Windows-Hyper-V-StorageVSP',
    id: 6,
    level: 2,
    userId: 'S-1-5-18',
    data,
  };
}

export function slowRequest(at: At, vm: Vm, host: HostName, milliseconds: number): WindowsEvent {
  const data = [
    ['DeviceName', disk(vm)],
    ['Duration', milliseconds],
  ] as const;
  return {
    at,
    host,
    channel: STORAGE_VSP,
    provider: 'Microsoft-Windows-Hyper-V-StorageVSP',
    id: 9,
    level: 3,
    userId: 'S-1-5-18',
    data,
  };
}

export function vhdmp(
  at: At,
  host: HostName,
  id: number,
  data: readonly (readonly [string, EventValue])[],
): WindowsEvent {
  const level = id === 126 ? 2 : id >= 1000 ? 5 : 4;
  return { at, host, channel: VHDMP, provider: 'Microsoft-Windows-VHDMP', id, level, userId: 'S-1-5-18', data };
}

/** The error is passed on to the machine: no recovery for it. */
export function requestPassedOn(at: At, vm: Vm, host: HostName, path: string, status: number): readonly WindowsEvent[] {
  const more = [
    ['VhdIoType', 'Write'],
    ['VhdSrbType', 'Scsi'],
    ['Offset', 4_194_304],
    ['Length', 4096],
  ] as const;
  return [
    vhdmp(at, host, 126, [
      ['VhdFile', path],
      ['VmId', vm.id],
      ['Status', { hex: status }],
    ]),
    vhdmp(at + 0.4, host, 1011, [['VhdFile', path], ['VmId', vm.id], ...more, ['Status', { hex: status }]]),
  ];
}

export function metaOperation(
  from: At,
  to: At,
  host: HostName,
  operation: 'Create' | 'Merge',
  path: string,
  target = '',
): readonly WindowsEvent[] {
  return [
    vhdmp(from, host, 50, [
      ['VhdMetaOps', operation],
      ['VhdFileName', path],
      ['TargetVhdFileName', target],
    ]),
    vhdmp(to, host, 51, [
      ['VhdMetaOps', operation],
      ['VhdFileName', path],
      ['Status', 0],
    ]),
  ];
}

/** Ntfs 147 with the fields of the first version: file, kind, milliseconds. */
export function slowFile(at: At, host: HostName, vm: Vm, milliseconds: number): WindowsEvent {
  const file = `\\${vm.name}\\${vm.name}.vhdx`;
  const data = [
    ['VolumeCorrelationId', '{e1c5a7d2-40b9-4c83-9f1e-6d20b8a35c71}'],
    ['VolumeName', 'Volume1'],
    ['IsBootVolume', 'false'],
    ['MaxLatencyMs', 30_000],
    ['ProcessId', 4],
    ['ProcessName', 'System'],
    ['FileNameLength', file.length],
    ['FileName', file],
    ['IoType', 'Write: NonPaging, NonCached, Async'],
    ['LatencyMs', milliseconds],
    ['IoSize', 65_536],
  ] as const;
  return { at, host, channel: NTFS, provider: 'Microsoft-Windows-Ntfs', id: 147, level: 3, userId: 'S-1-5-18', data };
}

export function slowPort(at: At, host: HostName, milliseconds: number, queue: number, lba: number): WindowsEvent {
  const data = [
    ['MiniportName', 'msiscsi'],
    ['PortNumber', 3],
    ['PathID', 0],
    ['TargetID', 0],
    ['LUN', 0],
    ['VendorId', 'EXAMPLE'],
    ['ProductId', 'ARRAY4'],
    ['Threshold_ms', 10_000],
    ['RequestDuration_ms', milliseconds],
    ['WaitDuration_ms', 0],
    ['Command', 42],
    ['IoSize', 65_536],
    ['LBA', lba],
    ['QueueDepth', queue],
  ] as const;
  return {
    at,
    host,
    channel: STORPORT,
    provider: 'Microsoft-Windows-StorPort',
    id: 557,
    level: 3,
    userId: 'S-1-5-18',
    data,
  };
}
