import type { Pressure } from './array.js';
import { HOSTS, type HostName } from './cluster.js';
import { csvPaused, iscsi, resetDevice, retried } from './host-events.js';
import type { Site } from './site.js';
import { type At, MINUTE, SECOND } from './stamps.js';
import { slowFile, slowPort, slowRequest } from './virtual-disk-events.js';

/** What three hosts write while one array does not answer in time. `worst`: until the volume is paused. */
export function storm(site: Site, pressure: Pressure, degree: 'bad' | 'worst'): void {
  const { random } = site;
  const gusts = degree === 'worst' ? 5 : 2;
  const step = (pressure.to - pressure.from - 12 * MINUTE) / gusts;
  for (let gust = 0; gust < gusts; gust++) {
    const base = pressure.from + 4 * MINUTE + gust * step + random.between(0, 90) * SECOND;
    for (const host of HOSTS)
      escalate(site, host, base + random.between(0, 20) * SECOND, degree === 'worst' && gust >= 2);
  }
  slowRequests(site, pressure);
  if (degree === 'bad') return;
  // The volume is paused on all nodes when a request is older than the cluster allows.
  const pausedAt = pressure.to - 9 * MINUTE;
  for (const [i, host] of HOSTS.entries())
    site.events.push(csvPaused(pausedAt + i * 740, host, 'STATUS_IO_TIMEOUT(c00000b5)'));
}

/** 9, then the reset of the target (39) that is not answered either (49, 63), then the port (129) and the disk (153). */
function escalate(site: Site, host: HostName, start: At, isLost: boolean): void {
  const { random, events } = site;
  const lba = (): number => random.whole(0x1000000, 0x7fffffff);
  let t = start;
  for (let i = random.whole(2, 5); i > 0; i--) {
    events.push(iscsi(t, host, 9, lba()));
    t += random.between(0.1, 4) * SECOND;
  }
  // The reset follows by SrbTimeoutDelta, 15 s.
  t += 15 * SECOND;
  events.push(iscsi(t, host, 39));
  if (isLost) {
    events.push(iscsi(t + 10 * SECOND, host, 49), iscsi(t + 10.1 * SECOND, host, 63));
    t += 10.2 * SECOND;
  }
  events.push(resetDevice(t + 30, host));
  for (let i = random.whole(3, 9); i > 0; i--) {
    t += random.between(4, 300);
    events.push(retried(t + 40, host, lba(), random.pick([0x09, 0x0e, 0x0b])));
  }
  if (isLost)
    events.push(
      iscsi(t + random.between(2, 6) * SECOND, host, 20),
      iscsi(t + random.between(7, 14) * SECOND, host, 34),
    );
}

function slowRequests(site: Site, pressure: Pressure): void {
  const { random, events } = site;
  for (let t = pressure.from + 2 * MINUTE; t < pressure.to; t += random.between(14, 70) * SECOND) {
    const vm = site.vms[random.whole(0, site.vms.length - 1)];
    if (vm === undefined) continue;
    const milliseconds = Math.round(10_200 + random.next() * random.next() * random.next() * 170_000);
    events.push(slowRequest(t, vm, vm.host, milliseconds));
    if (random.chance(0.3))
      events.push(slowPort(t + 2, vm.host, milliseconds, random.whole(40, 96), random.whole(0x1000000, 0x7fffffff)));
    if (milliseconds > 30_000) events.push(slowFile(t + 3, vm.host, vm, milliseconds));
  }
}
