import type { Wording } from '../model/rule.js';

/** Templates that no dump of a server without the Hyper-V role holds. `fields` is the order of the data items. */
export interface SupplementRow {
  readonly provider: string;
  readonly id: number;
  readonly template: string;
  readonly fields: readonly string[];
  readonly source: string;
  readonly wording: Wording;
}

const VM = ['VmName', 'VmId'] as const;
const MAPS = 'EricZimmerman/evtx maps (message written by the author of a real event)';

function worker(id: number, template: string, fields: readonly string[] = VM): SupplementRow {
  return { provider: 'Microsoft-Windows-Hyper-V-Worker', id, template, fields, source: MAPS, wording: 'seen' };
}

function vmms(
  id: number,
  template: string,
  fields: readonly string[],
  source: string,
  wording: Wording,
): SupplementRow {
  return { provider: 'Microsoft-Windows-Hyper-V-VMMS', id, template, fields, source, wording };
}

function storage(id: number, template: string, fields: readonly string[]): SupplementRow {
  const source = 'detection-wiki, provider Microsoft-Windows-Hyper-V-StorageVSP';
  return { provider: 'Microsoft-Windows-Hyper-V-StorageVSP', id, template, fields, source, wording: 'verified' };
}

function disk(id: number, template: string): SupplementRow {
  const source = 'MicrosoftDocs/SupportArticles-docs, data corruption and disk errors (form of 2012 and 2012 R2)';
  return { provider: 'disk', id, template, fields: [], source, wording: 'verified' };
}

/** Written by hand; each row names where its text was read. */
export const SUPPLEMENT: readonly SupplementRow[] = [
  worker(18500, "'%VmName%' started successfully. (Virtual machine ID %VmId%)"),
  worker(18502, "'%VmName%' was turned off. (Virtual machine ID %VmId%)"),
  worker(18504, "'%VmName%' was shut down using the Shutdown Integration Component. (Virtual machine ID %VmId%)", [
    'VmName',
    'VmId',
    'Force',
    'Reason',
  ]),
  worker(18508, "'%VmName%' was shut down by the guest operating system. (Virtual machine ID %VmId%)"),
  worker(18512, "'%VmName%' was reset using Hyper-V Manager. (Virtual machine ID %VmId%)"),
  worker(18514, "'%VmName%' was reset by the guest operating system. (Virtual machine ID %VmId%)"),
  vmms(13002, 'A new virtual machine %VmName% was created. (Virtual machine ID %VmId%)', VM, MAPS, 'seen'),
  vmms(13003, "A virtual machine '%VmName%' was deleted. (Virtual machine ID %VmId%)", VM, MAPS, 'seen'),
  vmms(18303, "'%VmName%' was successfully exported. (Virtual machine ID %VmId%)", VM, MAPS, 'seen'),
  vmms(18304, 'A new virtual machine %VmName% was created. (Virtual machine ID %VmId%)', VM, MAPS, 'seen'),
  vmms(
    10103,
    "Failed to revert to VSS snapshot on the virtual hard disk '%3' of the virtual machine '%1'. (Virtual machine ID %2)",
    [],
    'learn.microsoft.com dd582376',
    'verified',
  ),
  vmms(
    10150,
    "Could not create backup checkpoint for virtual machine '%1': %3 (%4). (Virtual machine ID %2)",
    ['VmName', 'VmId', 'ErrorMessage', 'ErrorCode'],
    'text of a published log; that it belongs to 10150 is from memory',
    'memory',
  ),
  vmms(
    18012,
    "Checkpoint operation for '%VmName%' failed. (Virtual machine ID %VmId%)",
    VM,
    'three independent published logs',
    'seen',
  ),
  vmms(
    19050,
    "'%VmName%' failed to perform the operation. The virtual machine is not in a valid state to perform the operation. " +
      '(Virtual machine ID %VmId%)',
    VM,
    'MicrosoftDocs/SupportArticles-docs KB2889734',
    'verified',
  ),
  vmms(
    19100,
    "'%VmName%' background disk merge failed to complete: %ErrorMessage% (%ErrorCode%). (Virtual machine ID %VmId%)",
    ['VmName', 'VmId', 'ErrorMessage', 'ErrorCode'],
    'published incident logs',
    'seen',
  ),
  vmms(
    20415,
    'The Virtual Machine Management service successfully completed the live migration of virtual machine ' +
      "'%1' with a blackout time of %3 seconds (VMID %2).",
    [],
    'published event in "Copy details as text" form',
    'seen',
  ),
  storage(
    3,
    "Cannot load storage device in '%AdapterName%' because the version is incompatible with the version expected by the server.",
    ['AdapterName', 'AdapterId', 'ServerVersion', 'ClientVersion'],
  ),
  storage(
    4,
    "Storage device '%DeviceName%' received a recovery status notification. Current device state = %DeviceState%, " +
      'Last status = %LastStatus%, New status = %NewStatus%.',
    ['DeviceName', 'DeviceState', 'LastStatus', 'NewStatus'],
  ),
  storage(
    5,
    "Storage device '%DeviceName%' changed recovery state. Previous state = %CurrentState%, New state = %NewState%.",
    ['DeviceName', 'CurrentState', 'NewState'],
  ),
  storage(
    6,
    "Storage device '%DeviceName%' received an IO failure with error = %Status%. Current device state = %CurrentState%, " +
      'New state = %NewState%, Current status = %CurrentStatus%.',
    ['DeviceName', 'Status', 'CurrentState', 'NewState', 'CurrentStatus'],
  ),
  storage(9, "An I/O request for device '%DeviceName%' took %Duration% milliseconds to complete.", [
    'DeviceName',
    'Duration',
  ]),
  {
    provider: 'Microsoft-Windows-Kernel-General',
    id: 1,
    // Version 4 put TimeDeltaInMs before Reason; the names are the same in all versions.
    template:
      'The system time has changed to %NewTime% from %OldTime%. Change Reason: %Reason%. ' +
      "Process: '%ProcessName%' (PID %ProcessID%).",
    fields: ['NewTime', 'OldTime', 'Reason', 'ProcessName', 'ProcessID'],
    source: 'scheatkode/brain@30e3657; names from jdu2600/Windows10EtwEvents@84e7261 and EricZimmerman/evtx',
    wording: 'verified',
  },
  disk(153, 'The IO operation at logical block address %2 for Disk %3 was retried.'),
  disk(154, 'The IO operation at logical block address %2 for Disk %3 failed due to a hardware error.'),
];
