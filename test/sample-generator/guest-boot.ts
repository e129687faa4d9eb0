import { type Guest, type Line, say } from './guest.js';
import { type At, SECOND } from './stamps.js';
import { isDebianLike, SYSTEMS } from './systems.js';

/** The logger starts here; what the kernel said before is stored with this time and its own uptime. */
const LOGGER_AT = 7.4;

export interface BootPicture {
  /** The file system was not unmounted before: journal recovery, and fsck if it had recorded errors. */
  readonly unclean: boolean;
  readonly errors?: boolean;
}

/** A boot of a guest: `at` is when its kernel clock began. */
export function bootGuest(guest: Guest, at: At, picture: BootPicture): void {
  guest.boots.push(at);
  const { system, stamps, random } = guest;
  const said = SYSTEMS[system];
  const early = (uptime: number, text: string, severity = 6): void => {
    const received = at + Math.max(uptime, LOGGER_AT + uptime / 1000) * SECOND;
    const line: Line = { at: received, uptime, ident: 'kernel', pid: null, severity, facility: 0, text, log: 'main' };
    guest.lines.push(line);
  };
  if (system !== 'centos6')
    say(guest, at + LOGGER_AT * SECOND, 'rsyslogd', origin(guest, 'start'), { facility: 5, pid: 612 });
  else say(guest, at + LOGGER_AT * SECOND, 'rsyslogd', origin(guest, 'start'), { facility: 5 });
  early(0, said.version, 5);
  early(0, `Command line: ${commandLine(guest)}`, 6);
  const isOld = system === 'centos7' || system === 'centos6';
  early(0, isOld ? 'Hypervisor detected: Microsoft HyperV' : 'Hypervisor detected: Microsoft Hyper-V');
  if (!isOld) early(0, 'Hyper-V: Host Build 10.0.20348.2227-3-0');
  early(0, 'tsc: Marking TSC unstable due to running on Hyper-V', 5);
  const clockAt = at + 1.1 * SECOND;
  const t = isOld ? ' ' : 'T';
  const set = `${stamps.utc(clockAt).slice(0, 10)}${t}${stamps.utc(clockAt).slice(11, 19)}`;
  early(0.6, auditStart(guest, at + 600), 5);
  early(1.1, `rtc_cmos 00:02: setting system clock to ${set} UTC (${stamps.epoch(clockAt)})`);
  early(1.301222 + random.whole(0, 900) / 1e6, 'hv_vmbus: registering driver hv_storvsc');
  early(1.338365, 'scsi host0: storvsc_host_t');
  early(1.352101, 'scsi 0:0:0:0: Direct-Access     Msft     Virtual Disk     1.0  PQ: 0 ANSI: 5', 5);
  early(1.371014, 'scsi 0:0:0:1: CD-ROM            Msft     Virtual DVD-ROM  1.0  PQ: 0 ANSI: 0', 5);
  early(1.391015, 'sr 0:0:0:1: [sr0] scsi-1 drive');
  if (said.storvsc === 'tag') {
    early(
      1.403684,
      `hv_storvsc f8b3781a-1e82-4818-a1c3-63d806ec15bb: tag#62 cmd 0x85 status: scsi 0x2 srb 0x6 hv 0xc0000001`,
      4,
    );
  }
  early(1.437236, 'sd 0:0:0:0: [sda] Attached SCSI disk', 5);
  mount(guest, early, picture);
  if (said.systemd !== null) {
    early(2.809713, `systemd[1]: Detected virtualization microsoft.`, 6);
    early(2.856471, `systemd[1]: Set hostname to <${guest.vm.name}>.`, 6);
  }
  for (const [i, ic] of ['Heartbeat', 'Shutdown', 'TimeSync', 'VSS'].entries()) {
    early(
      4.703794 + i / 50,
      `hv_utils: ${ic} IC version ${ic === 'Heartbeat' ? '3.0' : ic === 'TimeSync' ? '4.0' : ic === 'VSS' ? '5.0' : '3.2'}`,
    );
  }
  services(guest, at, early);
}

function mount(
  guest: Guest,
  early: (uptime: number, text: string, severity?: number) => void,
  picture: BootPicture,
): void {
  const { root, type, release } = SYSTEMS[guest.system];
  if (type === 'xfs') {
    early(2.101223, `XFS (${root}): Mounting V5 Filesystem`, 5);
    if (picture.unclean) {
      early(2.131002, `XFS (${root}): Starting recovery (logdev: internal)`, 5);
      early(2.398121, `XFS (${root}): Ending recovery (logdev: internal)`, 5);
    } else early(2.140922, `XFS (${root}): Ending clean mount`, 5);
    return;
  }
  if (picture.unclean) {
    early(2.101223, `EXT4-fs (${root}): INFO: recovery required on readonly filesystem`);
    early(2.101231, `EXT4-fs (${root}): write access will be enabled during recovery`);
    if (picture.errors === true)
      early(2.31104, `EXT4-fs (${root}): warning: mounting fs with errors, running e2fsck is recommended`, 4);
    early(2.311921, `EXT4-fs (${root}): ${guest.random.whole(2, 9)} orphan inodes deleted`);
    early(2.311929, `EXT4-fs (${root}): recovery complete`);
  }
  early(2.320554, `EXT4-fs (${root}): mounted filesystem with ordered data mode${mountTail(release)}`);
}

function mountTail(release: string): string {
  if (release.startsWith('6.')) return '. Quota mode: none.';
  if (release.startsWith('5.15')) return '. Opts: (null). Quota mode: none.';
  return '. Opts: (null)';
}

function services(guest: Guest, at: At, early: (uptime: number, text: string, severity?: number) => void): void {
  const { vm, system } = guest;
  if (vm.consistency === 'application') {
    early(7.911022, 'hv_utils: VSS: userspace daemon ver. 129 connected');
    say(guest, at + 7.9 * SECOND, 'Hyper-V VSS', 'VSS starting; pid is:640', { facility: 1 });
    say(guest, at + 7.92 * SECOND, 'Hyper-V VSS', 'VSS: kernel module version: 129', { facility: 1 });
  }
  if (system !== 'centos6') say(guest, at + 9.1 * SECOND, 'systemd', 'Reached target Multi-User System.', { pid: 1 });
  if (isDebianLike(system))
    say(guest, at + 9.2 * SECOND, 'cron', '(CRON) INFO (Running @reboot jobs)', { pid: 588, facility: 9 });
  early(12.402211, 'TCP: eth0: Driver has suspect GRO implementation, TCP performance may be compromised.', 4);
}

function auditStart(guest: Guest, at: At): string {
  const epoch = guest.stamps.epoch(at, 3);
  if (guest.system === 'centos6' || guest.system === 'centos7') return `type=2000 audit(${epoch}:1): initialized`;
  return `audit: type=2000 audit(${epoch}:1): state=initialized audit_enabled=0 res=1`;
}

function commandLine(guest: Guest): string {
  const { release, root } = SYSTEMS[guest.system];
  const device = root === 'dm-0' ? '/dev/mapper/vg00-root' : '/dev/sda1';
  return `BOOT_IMAGE=/boot/vmlinuz-${release} root=${device} ro quiet`;
}

function origin(guest: Guest, what: string): string {
  const { rsyslog } = SYSTEMS[guest.system];
  const site = guest.system === 'centos6' || guest.system === 'centos7' ? 'http' : 'https';
  return `[origin software="rsyslogd" swVersion="${rsyslog}" x-pid="612" x-info="${site}://www.rsyslog.com"] ${what}`;
}

/** An orderly stop, asked for from inside; it takes a few seconds. */
export function stopGuest(guest: Guest, at: At): void {
  if (SYSTEMS[guest.system].systemd !== null) {
    say(guest, at, 'systemd-logind', 'System is rebooting.', { pid: 590, facility: 4 });
    say(guest, at + 300, 'systemd', 'Stopping Regular background program processing daemon...', { pid: 1 });
    say(guest, at + 1200, 'systemd', 'Reached target System Shutdown.', { pid: 1 });
  }
  say(guest, at + 1900, 'rsyslogd', origin(guest, 'exiting on signal 15.'), { facility: 5, pid: 612 });
}

export function rotated(guest: Guest, at: At): void {
  say(guest, at, 'rsyslogd', origin(guest, 'rsyslogd was HUPed'), { facility: 5, pid: 612 });
}
