import type { Kind, Mark } from './kinds.js';

const KB = 'libyal/winevt-kb, message tables of the driver';
const SCH = 'manifest dump of a server with Failover Clustering';
const EZ = 'real event in EricZimmerman/evtx maps';
const DW = 'detection-wiki, StorageVSP templates; value types and provider GUID inferred';

const ROWS: Readonly<Record<string, readonly [Mark, string, string]>> = {
  'iScsiPrt 1': ['verified', KB, 'Initiator failed to connect to the target. ...'],
  'iScsiPrt 7': ['verified', KB, 'The initiator could not send an iSCSI PDU. ...'],
  'iScsiPrt 9': ['verified', KB, 'Target did not respond in time for a SCSI request. ...'],
  'iScsiPrt 20': ['verified', KB, 'Connection to the target was lost. ...'],
  'iScsiPrt 34': ['verified', KB, '... Initiator successfully reconnected to the target. ...'],
  'iScsiPrt 39': ['verified', KB, 'Initiator sent a task management command to reset the target. ...'],
  'iScsiPrt 49': ['verified', KB, 'Target failed to respond in time to a Task Management request.'],
  'iScsiPrt 63': ['verified', KB, 'Can not Reset the Target or LUN. Will attempt session recovery.'],
  'iScsiPrt 129': ['verified', 'ntiologc.h of the WDK', 'Reset to device, %1, was issued.'],
  'disk 153': [
    'verified',
    'ntiologc.h of the WDK; layout of the binary KB244780',
    'The IO operation at logical block address %2 for Disk %3 (PDO name: %4) was retried.',
  ],
  'disk 157': ['verified', 'ntiologc.h of the WDK', 'Disk %2 has been surprise removed.'],
  'mpio 1': ['verified', KB, '%1 created.'],
  'mpio 2': ['verified', KB, 'Added device to %1. ...'],
  'mpio 16': ['verified', KB, 'A fail-over on %1 occurred.'],
  'mpio 17': ['verified', KB, '%1 is currently in a degraded state. ...'],
  'mpio 20': ['verified', KB, 'A Path Verification request to a device on %1 ... has failed. ...'],
  'mpio 23': ['verified', KB, 'All paths have failed. %1 will be removed.'],
  'e1rexpress 27': ['verified', `${KB} (e1iexpress has the same table)`, '%2  Network link is disconnected.'],
  'e1rexpress 32': [
    'verified',
    `${KB} (e1iexpress has the same table)`,
    '%2  Network link has been established at 1Gbps full duplex.',
  ],
  'Ntfs 137': [
    'verified',
    KB,
    'The default transaction resource manager on volume %2 encountered a non-retryable error ...',
  ],
  'VSS 8194': [
    'verified',
    'message table of vssvc.exe',
    '... Unexpected error querying for the IVssWriterCallback interface. ...',
  ],
  'VSS 8224': ['verified', 'message table of vssvc.exe', 'The VSS service is shutting down due to idle timeout.'],
  'EventLog 6005': ['verified', EZ, 'The Event log service was started.'],
  'EventLog 6006': ['verified', KB, 'The Event log service was stopped.'],
  'EventLog 6009': ['verified', KB, 'Microsoft (R) Windows (R) %1 %2 %3 %4.'],
  'EventLog 6013': ['verified', EZ, 'The system uptime is %5 seconds.'],
  'Service Control Manager 7036': ['inferred', 'from memory', 'The %1 service entered the %2 state.'],
  'Microsoft-Windows-GroupPolicy 1501': [
    'inferred',
    'from memory',
    'The Group Policy settings for the computer were processed successfully. ...',
  ],
  'Microsoft-Windows-Time-Service 35': ['verified', EZ, 'The time service is now synchronizing the system time ...'],
  'Microsoft-Windows-Time-Service 37': [
    'verified',
    EZ,
    'The time provider NtpClient is currently receiving valid time data from %1.',
  ],
  'Microsoft-Windows-Kernel-General 12': ['verified', SCH, 'The operating system started at system time %7.'],
  'Microsoft-Windows-Kernel-General 13': ['verified', SCH, 'The operating system is shutting down at system time %1.'],
  'Microsoft-Windows-Kernel-General 16': ['verified', SCH, 'The access history in hive %2 was cleared ...'],
  'Microsoft-Windows-Hyper-V-Hypervisor 1': ['verified', SCH, 'Hypervisor successfully started.'],
  'Microsoft-Windows-Ntfs 98': ['verified', SCH, 'Volume %1 (%2) %3'],
  'Microsoft-Windows-Ntfs 147': ['verified', `${SCH}; not all fields`, 'An IO took more than %5 ms to complete: ...'],
  'Microsoft-Windows-StorPort 557': [
    'verified',
    `${SCH}; not all fields`,
    'An IO took more than %11 ms to complete for Storport Device ...',
  ],
  'Microsoft-Windows-FailoverClustering 5120': [
    'verified',
    `${SCH}; names of the data inferred, their order verified`,
    "Cluster Shared Volume '%1' ('%2') has entered a paused state because of '%3'. ...",
  ],
  'Microsoft-Windows-Hyper-V-StorageVSP 6': [
    'verified',
    DW,
    "Storage device 'DeviceName' received an IO failure with error = Status. ...",
  ],
  'Microsoft-Windows-Hyper-V-StorageVSP 9': [
    'verified',
    DW,
    "An I/O request for device 'DeviceName' took Duration milliseconds to complete.",
  ],
  'Microsoft-Windows-VHDMP 50': ['verified', EZ, "Performing %1 VHD for %2 (target '%3')."],
  'Microsoft-Windows-VHDMP 51': ['verified', EZ, 'Successfully performed %1 VHD %2.'],
  'Microsoft-Windows-VHDMP 100': [
    'verified',
    SCH,
    'Vhd resiliency initiated for %1 (VM ID: %2). A %3 IO failed with error %4.',
  ],
  'Microsoft-Windows-VHDMP 101': ['verified', SCH, 'Vhd resiliency successfully recovered %1 (VM ID: %2).'],
  'Microsoft-Windows-VHDMP 126': ['verified', SCH, 'I/O failed with status %3 on file %1 (VM ID: %2).'],
  'Microsoft-Windows-VHDMP 1011': [
    'verified',
    SCH,
    'A %4 %3 IO to %1 (VM ID: %2) failed with error %7. Recovery ... could not be initiated ...',
  ],
  'Microsoft-Windows-Hyper-V-VMMS 10150': [
    'verified',
    "text of a user's report, id of Microsoft's Linux tests; their pairing inferred",
    "Could not create backup checkpoint for virtual machine '%1': %3 (%4). (Virtual machine ID %2)",
  ],
  'Microsoft-Windows-Hyper-V-VMMS 18012': [
    'verified',
    'three independent reports',
    "Checkpoint operation for '%1' failed. (Virtual machine ID %2)",
  ],
  'Microsoft-Windows-Hyper-V-VMMS 20415': [
    'verified',
    'real event, Copy details as text',
    '... successfully completed the live migration of virtual machine ...',
  ],
  'Microsoft-Windows-Hyper-V-VMMS 13002': ['verified', EZ, 'A new virtual machine %VmName% was created. ...'],
  'Microsoft-Windows-Hyper-V-VMMS 18304': ['verified', EZ, 'A new virtual machine %VmName% was created. ...'],
  'Microsoft-Windows-Hyper-V-Worker 18500': ['verified', EZ, "'%VmName%' started successfully. ..."],
  'Microsoft-Windows-Hyper-V-Worker 18504': [
    'verified',
    EZ,
    "'%VmName%' was shut down using the Shutdown Integration Component. ...",
  ],
  'Microsoft-Windows-Hyper-V-Worker 18508': [
    'verified',
    EZ,
    "'%VmName%' was shut down by the guest operating system. ...",
  ],
  'Microsoft-Windows-Hyper-V-Worker 18512': ['verified', EZ, "'%VmName%' was reset using Hyper-V Manager. ..."],
  'Microsoft-Windows-Hyper-V-Worker 18514': ['verified', EZ, "'%VmName%' was reset by the guest operating system. ..."],
};

export function windowsKind(provider: string, id: number): Kind {
  const row = ROWS[`${provider} ${id}`];
  if (row === undefined) throw new Error(`no kind for event ${provider} ${id}`);
  return { form: `${provider} ${id}: ${row[2]}`, mark: row[0], source: row[1] };
}
