import { readSyslogLine } from '../../src/parser/syslog-line.js';

// sd 2:0:0:0: [sda] ...  ata1.00: status: ...  EXT4-fs error ...  <6>Linux version 2.6.32...
const WORDING =
  /^(?:<\d{1,3}>.|(?:sd|sr|scsi) \d+:\d+:\d+:\d+: |scsi ?(?:host)?\d+ ?: |ata\d+(?:\.\d+)?: |(?:EXT[234]-fs|BTRFS|XFS|JBD2?|FAT-fs)[ :]|Linux version \d|(?:Buffer )?I\/O error,? (?:on )?dev|Aborting journal on device |(?:blk_update_request|end_request|hv_\w+|ACPI|PCI|pci|usb|NET|TCP|DMI|BIOS-e820|e820|NMI watchdog|CPU\d*|Memory|Kernel command line|Command line|bonding|bnx2|lo|e1000e?|ixgbe|megaraid_sas|hpsa|device-mapper|iscsi|connection\d+:\d+|session\d+)[ :])/;

/** Whether a line without a stamp begins as kernels begin their messages. */
export function isKernelWording(text: string): boolean {
  return WORDING.test(text) && (readSyslogLine(text)?.time ?? null) === null;
}

/** Enough of them, and enough among the others, to take every line for a message. */
export function isKernelTalk(matched: number, lines: number): boolean {
  return matched >= 3 && matched >= 0.25 * lines;
}
