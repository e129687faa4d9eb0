import { type Kind, kindOf, type Mark } from './kinds.js';

type Row = readonly [RegExp, Mark, string, string];

/** Matched against `ident: text`. Kernel files as of 3.10 to 6.12, where the format string is the same unless it says otherwise. */
const KERNEL: readonly Row[] = [
  [
    /^kernel: hv_storvsc \S+: tag#\d+ cmd 0x(2a|28|85) status: scsi 0x\d+ srb 0x\w+ hv 0x/,
    'verified',
    'drivers/scsi/storvsc_drv.c (5.14 to 6.14); real logs of Hyper-V guests',
    'hv_storvsc GUID: tag#N cmd 0xNN status: scsi 0xN srb 0xN hv 0xN',
  ],
  [
    /^kernel: hv_storvsc vmbus_\S+: cmd 0x2a scsi status/,
    'verified',
    'drivers/scsi/storvsc_drv.c (3.10); real log',
    'hv_storvsc vmbus_N_N: cmd 0x2a scsi status 0xN srb status 0xN',
  ],
  [
    /^kernel: (sd|sr) \S+: \[\w+\] (tag#\d+ )?FAILED Result: /,
    'verified',
    'drivers/scsi/scsi_logging.c',
    'sd H:C:T:L: [sdX] tag#N FAILED Result: hostbyte=... driverbyte=... cmd_age=Ns',
  ],
  [
    /^kernel: (sd|sr) \S+: \[\w+\] (tag#\d+ )?CDB: /,
    'verified',
    'drivers/scsi/constants.c',
    'sd H:C:T:L: [sdX] tag#N CDB: Write(10) ...',
  ],
  [
    /^kernel: sr \S+: \[sr0\] tag#\d+ (Sense Key|Add\. Sense)/,
    'verified',
    'drivers/scsi/constants.c; real log of an empty DVD drive',
    'sr H:C:T:L: [sr0] tag#N Sense Key : Not Ready [current] / Add. Sense: Medium not present - tray open',
  ],
  [
    /^kernel: (blk_update_request: |end_request: )?I\/O error, dev (sda|sr0|fd0), sector/,
    'verified',
    'block/blk-core.c, block/blk-mq.c',
    '[blk_update_request: |end_request: ]I/O error, dev X, sector N [op 0xN:(WRITE) flags 0xN phys_seg N prio class N]',
  ],
  [
    /^kernel: Buffer I\/O error on dev(ice)? /,
    'verified',
    'fs/buffer.c',
    'Buffer I/O error on dev[ice] X, logical block N[, lost sync page write]',
  ],
  [
    /^kernel: lost page write due to I\/O error on /,
    'verified',
    'fs/buffer.c (to 3.10)',
    'lost page write due to I/O error on X',
  ],
  [
    /^kernel: EXT4-fs warning \(device \S+\): ext4_end_bio:/,
    'verified',
    'fs/ext4/page-io.c',
    'EXT4-fs warning (device X): ext4_end_bio:N: I/O error N writing to inode N ... starting block N)',
  ],
  [/^kernel: Aborting journal on device /, 'verified', 'fs/jbd2/journal.c', 'Aborting journal on device X-8.'],
  [
    /^kernel: JBD2: (Error -5 detected|I\/O error) when updating journal superblock for /,
    'verified',
    'fs/jbd2/journal.c',
    'JBD2: Error -5 detected | I/O error when updating journal superblock for X-8.',
  ],
  [
    /^kernel: EXT4-fs error \(device \S+\): ext4_journal_check_start:\d+: (comm .+: )?Detected aborted journal$/,
    'verified',
    'fs/ext4/ext4_jbd2.c; that 5.10 and 5.15 name the process is inferred',
    'EXT4-fs error (device X): ext4_journal_check_start:N: [comm ...: ]Detected aborted journal',
  ],
  [
    /^kernel: EXT4-fs \(\S+\): Remounting filesystem read-only$/,
    'verified',
    'fs/ext4/super.c',
    'EXT4-fs (X): Remounting filesystem read-only',
  ],
  [
    /^kernel: EXT4-fs \(\S+\): (error count since last fsck|(initial|last) error at time)/,
    'verified',
    'fs/ext4/super.c, print_daily_error_info; real log',
    'EXT4-fs (X): error count since last fsck: N / initial | last error at time EPOCH: ...',
  ],
  [
    /^kernel: EXT4-fs \(\S+\): (INFO: recovery required|write access will be|warning: mounting fs with errors|recovery complete|\d+ orphan inodes deleted)/,
    'verified',
    'fs/ext4/super.c',
    'EXT4-fs (X): INFO: recovery required on readonly filesystem ... recovery complete',
  ],
  [
    /^kernel: EXT4-fs \(\S+\): mounted filesystem with ordered data mode/,
    'verified',
    'fs/ext4/super.c; the ending of 5.15 from memory',
    'EXT4-fs (X): mounted filesystem with ordered data mode. ...',
  ],
  [
    /^kernel: XFS \(\S+\): (log I\/O error -5|Filesystem has been shut down due to log error|Please unmount the filesystem)/,
    'verified',
    'fs/xfs/xfs_log.c (6.1); that RHEL 9.3 has this form is inferred',
    'XFS (X): log I/O error -5 / Filesystem has been shut down due to log error (0x2). / Please unmount the filesystem ...',
  ],
  [
    /^kernel: XFS \(\S+\): (Mounting|Starting recovery|Ending)/,
    'verified',
    'fs/xfs/xfs_super.c, xfs_log_recover.c',
    'XFS (X): Mounting V5 Filesystem / Starting recovery / Ending recovery / Ending clean mount',
  ],
  [
    /^kernel: \S+: writeback error on inode /,
    'verified',
    'fs/iomap/buffered-io.c',
    'X: writeback error on inode N, offset N, sector N',
  ],
  [
    /^kernel: INFO: task .+ blocked for more than \d+ seconds\.$/,
    'verified',
    'kernel/hung_task.c',
    'INFO: task COMM:PID blocked for more than N seconds.',
  ],
  [
    /^kernel: ( {6}Not tainted|"echo 0 > )/,
    'verified',
    'kernel/hung_task.c',
    'Not tainted RELEASE #N / "echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.',
  ],
  [
    /^kernel: (task:.+ state:D|\S+ +D [0-9a-f]{16})/,
    'verified',
    'kernel/sched/core.c, sched_show_task',
    'task:COMM state:D stack: N pid: N ppid: N flags:0xN',
  ],
  [
    /^kernel: (Call Trace:| \[<[0-9a-f]+>\] | \w+\+0x)/,
    'verified',
    'arch/x86/kernel/dumpstack.c; the functions are those of jbd2, ext4 and xfs, their offsets inferred',
    'Call Trace: and the frames of the task',
  ],
  [/^kernel: Linux version /, 'verified', 'init/version.c', 'Linux version ...'],
  [/^kernel: Command line: /, 'verified', 'arch/x86/kernel/setup.c', 'Command line: ...'],
  [
    /^kernel: (Hypervisor detected|Hyper-V: Host Build|tsc: Marking TSC unstable)/,
    'verified',
    'arch/x86/kernel/cpu; real boots on Hyper-V',
    'Hypervisor detected: ... / Hyper-V: Host Build ... / tsc: Marking TSC unstable due to running on Hyper-V',
  ],
  [
    /^kernel: (audit: )?type=2000 audit/,
    'verified',
    'kernel/audit.c',
    '[audit: ]type=2000 audit(EPOCH.ms:1): ...initialized',
  ],
  [
    /^kernel: (audit: )?type=1400 audit/,
    'verified',
    'kernel/audit.c for the stamp; the fields of AppArmor and SELinux from memory',
    '[audit: ]type=1400 audit(EPOCH.ms:N): apparmor=... | avc: denied ...',
  ],
  [/^kernel: rtc_cmos /, 'verified', 'drivers/rtc/class.c', 'rtc_cmos 00:02: setting system clock to ... UTC (EPOCH)'],
  [
    /^kernel: (hv_vmbus: registering driver|scsi host0: storvsc_host_t|scsi \S+: (Direct-Access|CD-ROM)|sr \S+: \[sr0\] scsi-1 drive|sd \S+: \[sda\] Attached)/,
    'verified',
    'real boots on Hyper-V',
    'hv_vmbus / scsi host / scsi H:C:T:L / sd ... Attached SCSI disk',
  ],
  [
    /^kernel: hv_utils: (Heartbeat|Shutdown|TimeSync|VSS) IC version/,
    'verified',
    'drivers/hv/hv_util.c',
    'hv_utils: NAME IC version N.N',
  ],
  [
    /^kernel: hv_utils: VSS: userspace daemon ver/,
    'verified',
    'drivers/hv/hv_snapshot.c',
    'hv_utils: VSS: userspace daemon ver. 129 connected',
  ],
  [
    /^kernel: systemd\[1\]: /,
    'verified',
    'systemd 252; real boots on Hyper-V',
    'systemd[1]: Detected virtualization microsoft. / Set hostname to <...>.',
  ],
  [
    /^kernel: TCP: eth0: Driver has suspect GRO/,
    'verified',
    'net/ipv4/tcp_input.c',
    'TCP: eth0: Driver has suspect GRO implementation, TCP performance may be compromised.',
  ],
  [
    /^kernel: floppy: error 10 while reading block 0/,
    'verified',
    'drivers/block/floppy.c; real log',
    'floppy: error 10 while reading block 0',
  ],
];

const SERVICES: readonly Row[] = [
  [
    /^Hyper-V VSS: VSS: op=(CHECK HOT BACKUP|FREEZE: succeeded|THAW: succeeded)$/,
    'verified',
    'tools/hv/hv_vss_daemon.c (from 4.1)',
    'Hyper-V VSS: VSS: op=CHECK HOT BACKUP / op=FREEZE: succeeded / op=THAW: succeeded',
  ],
  [
    /^Hyper-V VSS: VSS(:| starting)/,
    'verified',
    'tools/hv/hv_vss_daemon.c',
    'Hyper-V VSS: VSS starting; pid is:N / VSS: kernel module version: 129',
  ],
  [
    /^rsyslogd: \[origin /,
    'verified',
    'rsyslog tools/rsyslogd.c',
    'rsyslogd: [origin software="rsyslogd" ...] start | exiting on signal 15. | rsyslogd was HUPed',
  ],
  [/^: last message repeated \d+ times$/, 'verified', 'rsyslog 5 tools', 'last message repeated N times'],
  [/^systemd-logind: System is rebooting\.$/, 'verified', 'systemd 252', 'systemd-logind: System is rebooting.'],
  [/^systemd: Reached target /, 'verified', 'systemd 252', 'systemd: Reached target ...'],
  [
    /^systemd-fsck: /,
    'verified',
    'e2fsprogs 1.4x',
    'systemd-fsck: ... contains a file system with errors, check forced.',
  ],
  [
    /^systemd: (Starting|Started|Finished|Stopping|Failed to start|\S+: (Deactivated successfully|Succeeded)\.)/,
    'inferred',
    'wording of systemd units from memory',
    'systemd: Starting ... / Finished ... / UNIT: Deactivated successfully.',
  ],
  [
    /^chronyd: System clock (wrong by|was stepped by)/,
    'verified',
    'chrony reference.c',
    'chronyd: System clock wrong by N seconds / was stepped by N seconds',
  ],
  [
    /^NetworkManager: <info> {2}\[\d+\.\d+\] /,
    'verified',
    'form of the stamp from a real log; the text from memory',
    'NetworkManager: <info>  [EPOCH.ffff] dhcp4 (eth0): ...',
  ],
  [
    /^(CRON|CROND|cron|sshd|systemd-logind|chronyd|dhclient|snmpd|postfix\/\w+): /,
    'inferred',
    'ordinary daemons, from memory',
    'CRON, CROND, cron, sshd, systemd-logind, chronyd, dhclient, snmpd, postfix',
  ],
  [/^(nginx|mysqld|erp-batch): /, 'inferred', 'applications, invented or from memory', 'nginx, mysqld, erp-batch'],
];

export function guestKind(ident: string, text: string): Kind {
  return kindOf(ident === 'kernel' ? KERNEL : SERVICES, `${ident}: ${text}`);
}
