import { filetime, type WindowsEventSpec, writeEvtx } from '../../parsers/windows-evtx/write-evtx.js';
import { DOMAIN, fqdn, type HostName, type Vm, workerSid } from './cluster.js';
import type { At, Stamps } from './stamps.js';

export type EventValue = string | number | { readonly hex: number };

export interface WindowsEvent {
  readonly at: At;
  readonly host: HostName;
  readonly channel: string;
  readonly provider: string;
  readonly id: number;
  readonly level: number;
  readonly qualifiers?: number;
  readonly userId?: string;
  /** Unnamed strings, or named data in template order. */
  readonly data?: readonly EventValue[] | readonly (readonly [string, EventValue])[];
  readonly binary?: Uint8Array;
  /** `VmlEventLog` of VMMS and Worker. */
  readonly vml?: readonly (readonly [string, string])[];
}

export const SYSTEM = 'System';
export const APPLICATION = 'Application';
export const VMMS = 'Microsoft-Windows-Hyper-V-VMMS-Admin';
export const WORKER = 'Microsoft-Windows-Hyper-V-Worker-Admin';
export const STORAGE_VSP = 'Microsoft-Windows-Hyper-V-StorageVSP-Admin';
export const VHDMP = 'Microsoft-Windows-VHDMP-Operational';
export const NTFS = 'Microsoft-Windows-Ntfs/Operational';
export const STORPORT = 'Microsoft-Windows-Storage-Storport/Operational';

/** Those of VMMS, Worker, VHDMP and Ntfs are verified (EricZimmerman/evtx maps), the others from memory. */
const GUIDS: Readonly<Record<string, string>> = {
  'Microsoft-Windows-Hyper-V-VMMS': '{6066f867-7ca1-4418-85fd-36e3f9c0600c}',
  'Microsoft-Windows-Hyper-V-Worker': '{51ddfa29-d5c8-4803-be4b-2ecb715570fe}',
  'Microsoft-Windows-VHDMP': '{e2816346-87f4-4f85-95c3-0c79409aa89d}',
  'Microsoft-Windows-Ntfs': '{dd70bc80-ef44-421b-8ac3-cd31da613a4e}',
  'Microsoft-Windows-Hyper-V-StorageVSP': '{10b3d268-9782-49a4-aacc-a93c5482cb8b}',
  'Microsoft-Windows-FailoverClustering': '{baf908ea-3421-4ca9-9b84-6689b8c6f85f}',
  'Microsoft-Windows-Time-Service': '{06edcfeb-0fd5-4e53-acca-a6f8bbf81bcb}',
  'Microsoft-Windows-GroupPolicy': '{aea1b4fa-97d1-45f2-a64c-4d69fffd92c9}',
  'Microsoft-Windows-Kernel-General': '{a68ca8b7-004f-d7b6-a698-07e2de0f1f5d}',
  'Microsoft-Windows-StorPort': '{c4636a1e-7986-4646-bf10-7bc3b4a76e8e}',
  'Service Control Manager': '{555908d1-a6d7-4695-8e1e-26931d2012f4}',
};

/** Classic sources set only the classic bit (0x80000000000000). */
const isClassic = (event: WindowsEvent): boolean => event.qualifiers !== undefined;

function evtxValue(value: EventValue): NonNullable<WindowsEventSpec['data']>[number]['value'] {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? { type: 'uint32', value } : { type: 'hex32', value: value.hex };
}

function textOf(value: EventValue): string {
  return typeof value === 'object' ? `0x${value.hex.toString(16)}` : String(value);
}

function pairs(event: WindowsEvent): readonly (readonly [string | null, EventValue])[] {
  return (event.data ?? []).map((item) => (Array.isArray(item) ? [item[0], item[1]] : [null, item as EventValue]));
}

/** Process ids that stay: drivers write as System (4), VMMS and the worker of a machine as themselves. */
function processOf(event: WindowsEvent): number {
  if (isClassic(event)) return event.provider === 'Service Control Manager' ? 712 : 4;
  return event.provider.includes('Worker') ? 6000 + (event.id % 7) * 12 : event.provider.includes('VMMS') ? 3344 : 4;
}

/** `first`: the record id of the first event, so that the ids go on where the log was before the extract. */
export function evtxOf(events: readonly WindowsEvent[], stamps: Stamps, first: number): Uint8Array {
  const specs = events.map((event, i): WindowsEventSpec => {
    const guid = GUIDS[event.provider];
    return {
      provider: event.provider,
      ...(guid === undefined ? {} : { guid }),
      eventId: event.id,
      ...(event.qualifiers === undefined ? {} : { qualifiers: event.qualifiers }),
      level: event.level,
      keywords: isClassic(event) ? 0x80000000000000n : 0x8000000000000000n,
      time: filetime(stamps.utc(event.at)),
      recordId: first + i,
      processId: processOf(event),
      threadId: 96 + (event.id % 40) * 4,
      channel: event.channel,
      computer: fqdn(event.host),
      ...(event.userId === undefined ? {} : { userId: event.userId }),
      ...(event.vml === undefined
        ? { data: pairs(event).map(([name, value]) => ({ name, value: evtxValue(value) })) }
        : { userData: vmlElement(event.vml) }),
      ...(event.binary === undefined ? {} : { binary: event.binary }),
    };
  });
  return writeEvtx(specs);
}

const VML = 'http://www.microsoft.com/Windows/Virtualization/Events';

function vmlElement(items: readonly (readonly [string, string])[]): NonNullable<WindowsEventSpec['userData']> {
  return {
    name: 'VmlEventLog',
    attributes: [['xmlns', VML]],
    content: items.map(([name, content]) => ({ name, content })),
  };
}

const escapeXml = (text: string): string =>
  text.replace(/[&<>'"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&apos;', '"': '&quot;' })[c] ?? c);

/** As `wevtutil qe /f:xml` prints it: one event per line, single quotes, no root. */
export function xmlOf(events: readonly WindowsEvent[], stamps: Stamps, first: number): string {
  return events.map((event, i) => `${xmlEvent(event, stamps, first + i)}\r\n`).join('');
}

function xmlEvent(event: WindowsEvent, stamps: Stamps, record: number): string {
  const guid = GUIDS[event.provider];
  const qualifiers = event.qualifiers === undefined ? '' : ` Qualifiers='${event.qualifiers}'`;
  const user = event.userId === undefined ? '<Security/>' : `<Security UserID='${event.userId}'/>`;
  const system = [
    `<Provider Name='${event.provider}'${guid === undefined ? '' : ` Guid='${guid}'`}/>`,
    `<EventID${qualifiers}>${event.id}</EventID><Version>0</Version><Level>${event.level}</Level><Task>0</Task><Opcode>0</Opcode>`,
    `<Keywords>${isClassic(event) ? '0x80000000000000' : '0x8000000000000000'}</Keywords>`,
    `<TimeCreated SystemTime='${stamps.utc(event.at)}'/><EventRecordID>${record}</EventRecordID><Correlation/>`,
    `<Execution ProcessID='${processOf(event)}' ThreadID='${96 + (event.id % 40) * 4}'/>`,
    `<Channel>${event.channel}</Channel><Computer>${fqdn(event.host)}</Computer>${user}`,
  ].join('');
  return `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>${system}</System>${payload(event)}</Event>`;
}

function payload(event: WindowsEvent): string {
  if (event.vml !== undefined) {
    const items = event.vml.map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`).join('');
    return `<UserData><VmlEventLog xmlns='${VML}'>${items}</VmlEventLog></UserData>`;
  }
  const data = pairs(event).map(
    ([name, value]) => `<Data${name === null ? '' : ` Name='${name}'`}>${escapeXml(textOf(value))}</Data>`,
  );
  const binary =
    event.binary === undefined ? '' : `<Binary>${Buffer.from(event.binary).toString('hex').toUpperCase()}</Binary>`;
  return `<EventData>${data.join('')}${binary}</EventData>`;
}

const MANIFEST_KEYWORDS = '-9223372036854775808';

/** Windows PowerShell 5.1, `Get-WinEvent | ConvertTo-Json`: Properties lose their values, the message stays. */
export function jsonOf(events: readonly WindowsEvent[], stamps: Stamps, first: number): string {
  const rows = events.map((event, i) => ({
    Id: event.id,
    Version: 0,
    Qualifiers: event.qualifiers ?? null,
    Level: event.level,
    Task: 0,
    Opcode: 0,
    Keywords: isClassic(event) ? 36_028_797_018_963_968 : MANIFEST_KEYWORDS,
    RecordId: first + i,
    ProviderName: event.provider,
    ProviderId: GUIDS[event.provider]?.slice(1, -1) ?? null,
    LogName: event.channel,
    ProcessId: processOf(event),
    ThreadId: 96 + (event.id % 40) * 4,
    MachineName: fqdn(event.host),
    UserId: event.userId === undefined ? null : { BinaryLength: 28, AccountDomainSid: null, Value: event.userId },
    TimeCreated: `/Date(${stamps.epoch(event.at, 3).replace('.', '')})/`,
    LevelDisplayName: { 1: 'Critical', 2: 'Error', 3: 'Warning' }[event.level] ?? 'Information',
    Properties: pairs(event).map(() => 'System.Diagnostics.Eventing.Reader.EventProperty'),
    Message: workerMessage(event),
  }));
  // Too large for a number of JavaScript.
  const text = JSON.stringify(rows, null, 4).replaceAll(`"${MANIFEST_KEYWORDS}"`, MANIFEST_KEYWORDS);
  return `${text.replaceAll('"/Date(', '"\\/Date(').replaceAll(')/"', ')\\/"').replaceAll("'", '\\u0027').replaceAll('\n', '\r\n')}\r\n`;
}

function workerMessage(event: WindowsEvent): string {
  const [name, id] = [event.vml?.[0]?.[1] ?? '', event.vml?.[1]?.[1] ?? ''];
  const said: Readonly<Record<number, string>> = {
    18500: 'started successfully.',
    18504: 'was shut down using the Shutdown Integration Component.',
    18508: 'was shut down by the guest operating system.',
    18512: 'was reset using Hyper-V Manager.',
    18514: 'was reset by the guest operating system.',
  };
  return `'${name}' ${said[event.id] ?? ''} (Virtual machine ID ${id})`;
}

export function worker(
  at: At,
  host: HostName,
  vm: Vm,
  id: number,
  more: readonly (readonly [string, string])[] = [],
): WindowsEvent {
  const vml = [['VmName', vm.name], ['VmId', vm.id], ...more] as const;
  return {
    at,
    host,
    channel: WORKER,
    provider: 'Microsoft-Windows-Hyper-V-Worker',
    id,
    level: 4,
    userId: workerSid(vm),
    vml,
  };
}

export function vmms(
  at: At,
  host: HostName,
  id: number,
  level: number,
  vml: readonly (readonly [string, string])[],
): WindowsEvent {
  return { at, host, channel: VMMS, provider: 'Microsoft-Windows-Hyper-V-VMMS', id, level, userId: 'S-1-5-18', vml };
}

export const NTP_SOURCE = `time.${DOMAIN} (ntp.m|0x0|0.0.0.0:123->10.10.0.11:123)`;
