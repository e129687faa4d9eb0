import type { HostName } from './cluster.js';
import type { At } from './stamps.js';
import { APPLICATION, type EventValue, SYSTEM, type WindowsEvent } from './windows.js';

/** Top two bits of the full event id give the severity: 0xC004 error, 0x8004 warning, 0x4004 information. */
const QUALIFIERS = { 2: 49_156, 3: 32_772, 4: 16_388 } as const;
const IQN = 'iqn.2010-11.example.corp:array1.lun0';
const ADAPTER = 'Intel(R) Gigabit 4P I350-t Adapter #3';

/** IO_ERROR_LOG_PACKET: the NTSTATUS of the event at 0x0C, dump data from 0x28. */
function packet(status: number, dump: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(0x28 + dump.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, dump.length, true);
  view.setUint16(4, 1, true);
  view.setUint32(0x0c, status, true);
  bytes.set(dump, 0x28);
  return bytes;
}

function utf16(text: string): Uint8Array {
  return new Uint8Array(Uint16Array.from(`${text}\0`, (c) => c.charCodeAt(0)).buffer);
}

export type IscsiId = 1 | 7 | 9 | 20 | 34 | 39 | 49 | 63;

export function iscsi(at: At, host: HostName, id: IscsiId, lba = 0): WindowsEvent {
  const level = id === 34 ? 4 : 2;
  const cdb = Uint8Array.from([0x2a, 0, lba >>> 24, lba >>> 16, lba >>> 8, lba, 0, 0, 0x80, 0]);
  const binary = packet(QUALIFIERS[level] * 65_536 + id, id === 9 ? cdb : utf16(id === 1 ? '10.20.0.5:3260' : IQN));
  return {
    at,
    host,
    channel: SYSTEM,
    provider: 'iScsiPrt',
    id,
    level,
    qualifiers: QUALIFIERS[level],
    data: ['\\Device\\RaidPort3'],
    binary,
  };
}

export function resetDevice(at: At, host: HostName): WindowsEvent {
  const binary = packet(0x80040081, new Uint8Array(0));
  return {
    at,
    host,
    channel: SYSTEM,
    provider: 'iScsiPrt',
    id: 129,
    level: 3,
    qualifiers: QUALIFIERS[3],
    data: ['\\Device\\RaidPort3'],
    binary,
  };
}

/** Disk 2 is the LUN behind MPIO; SrbStatus 0x09 is a timeout, 0x0e a bus reset. */
export function retried(at: At, host: HostName, lba: number, srb: number, number = 2): WindowsEvent {
  const dump = new Uint8Array(0x28);
  dump[0x10] = 0;
  dump[0x11] = srb;
  dump.set([0x2a, 0, lba >>> 24, lba >>> 16, lba >>> 8, lba, 0, 0, 0x80, 0], 0x18);
  const data = [
    `\\Device\\Harddisk${number}\\DR${number}`,
    `0x${lba.toString(16)}`,
    String(number),
    number === 2 ? '\\Device\\MPIODisk1' : '\\Device\\00000036',
  ];
  return {
    at,
    host,
    channel: SYSTEM,
    provider: 'disk',
    id: 153,
    level: 3,
    qualifiers: QUALIFIERS[3],
    data,
    binary: packet(0x80040099, dump),
  };
}

export function surpriseRemoved(at: At, host: HostName): WindowsEvent {
  return {
    at,
    host,
    channel: SYSTEM,
    provider: 'disk',
    id: 157,
    level: 3,
    qualifiers: QUALIFIERS[3],
    data: ['\\Device\\Harddisk2\\DR2', '2'],
    binary: packet(0x8004009d, new Uint8Array(0)),
  };
}

export function mpio(at: At, host: HostName, id: 1 | 2 | 16 | 17 | 20 | 23): WindowsEvent {
  const level = id <= 2 ? 4 : id === 17 || id === 20 ? 3 : 2;
  const data = id === 20 ? ['\\Device\\MPIODisk1', 'Microsoft DSM'] : ['\\Device\\MPIODisk1'];
  return {
    at,
    host,
    channel: SYSTEM,
    provider: 'mpio',
    id,
    level,
    qualifiers: QUALIFIERS[level],
    data,
    binary: packet(QUALIFIERS[level] * 65_536 + id, new Uint8Array(4)),
  };
}

export function linkLost(at: At, host: HostName, port: 3 | 4): WindowsEvent {
  return {
    at,
    host,
    channel: SYSTEM,
    provider: 'e1rexpress',
    id: 27,
    level: 3,
    qualifiers: 40_964,
    data: ['', ADAPTER.replace('#3', `#${port}`)],
  };
}

export function linkUp(at: At, host: HostName, port: 3 | 4): WindowsEvent {
  return {
    at,
    host,
    channel: SYSTEM,
    provider: 'e1rexpress',
    id: 32,
    level: 4,
    qualifiers: 24_580,
    data: ['', ADAPTER.replace('#3', `#${port}`)],
  };
}

export function csvPaused(at: At, host: HostName, status: string): WindowsEvent {
  return cluster(at, host, 5120, 3, [
    ['VolumeName', 'Volume1'],
    ['ResourceName', 'Cluster Disk 1'],
    ['ReasonCode', status],
  ]);
}

function cluster(
  at: At,
  host: HostName,
  id: number,
  level: number,
  data: readonly (readonly [string, EventValue])[],
): WindowsEvent {
  return {
    at,
    host,
    channel: SYSTEM,
    provider: 'Microsoft-Windows-FailoverClustering',
    id,
    level,
    userId: 'S-1-5-18',
    data,
  };
}

export function classic(
  at: At,
  host: HostName,
  provider: string,
  id: number,
  level: 2 | 3 | 4,
  data: readonly string[],
  channel = SYSTEM,
): WindowsEvent {
  return {
    at,
    host,
    channel,
    provider,
    id,
    level,
    qualifiers: channel === APPLICATION ? 0 : provider === 'EventLog' ? 32_768 : QUALIFIERS[level],
    data,
  };
}
