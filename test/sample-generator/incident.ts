import type { HostName, Vm } from './cluster.js';
import { say } from './guest.js';
import { bootGuest } from './guest-boot.js';
import { abortJournal } from './guest-faults.js';
import { guestOf, type Site } from './site.js';
import { type At, SECOND } from './stamps.js';
import { ioFailure, requestPassedOn } from './virtual-disk-events.js';
import { worker } from './windows.js';

export interface Failure {
  readonly vm: Vm;
  readonly host: HostName;
  readonly at: At;
  /** The virtual disk that the host failed a request on. */
  readonly path: string;
  /** NTSTATUS as the host counts it. */
  readonly status: number;
  /** From the abort until a writer meets it, in milliseconds. */
  readonly noticedAfter: number;
  /** What of it the guest's own disk kept: nothing, the lines up to the remount, or all (logs on another disk). */
  readonly keeps: 'nothing' | 'chain' | 'all';
  readonly resetAt: At;
}

/** The host gives a request back with an error; the root file system of an ext4 guest goes read-only. */
export function failRequest(site: Site, failure: Failure): void {
  const { vm, host, path, status } = failure;
  const guest = guestOf(site, vm.key);
  const requests = site.random.whole(3, 5);
  for (let i = 0; i < requests; i++) {
    const t = failure.at - 6 + i * site.random.between(0.4, 30);
    site.events.push(ioFailure(t, host, path, status));
    site.events.push(...requestPassedOn(t - 0.3, vm, host, path, status));
  }
  // Guests print 0xc0000001 whatever the host's own status was.
  const readOnlyAt = abortJournal(guest, failure.at, { status: '0xc0000001', noticedAfter: failure.noticedAfter });
  if (failure.keeps === 'chain') guest.mute.push([readOnlyAt, failure.resetAt]);
  // Without the journal nothing since the last commit, 5 s apart, has reached the disk.
  if (failure.keeps === 'nothing')
    guest.mute.push([failure.at - site.random.between(0.5, 4.5) * SECOND, failure.resetAt]);
  reset(site, vm, host, failure.resetAt, true);
}

/** The administrator resets the machine from Hyper-V Manager. */
export function reset(site: Site, vm: Vm, host: HostName, resetAt: At, hasErrors: boolean): void {
  const guest = guestOf(site, vm.key);
  site.events.push(worker(resetAt, host, vm, 18512));
  guest.away.push([resetAt, resetAt + 10 * SECOND]);
  bootGuest(guest, resetAt + 2600, { unclean: true, errors: hasErrors });
  if (guest.system === 'centos7') {
    say(
      guest,
      resetAt + 10_400,
      'systemd-fsck',
      '/dev/mapper/vg00-root: contains a file system with errors, check forced.',
      { pid: 402 },
    );
  }
}
