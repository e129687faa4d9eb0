import { type Guest, isAway, kernel, say } from './guest.js';
import { type At, DAY, HOUR, MINUTE, SECOND } from './stamps.js';
import { isDebianLike } from './systems.js';

/** Local midnight is 05:00 UTC; all schedules below are local. */
const MIDNIGHT = 5 * HOUR;

/** What every machine says on an ordinary day, from `from` to `to`. */
export function addNoise(guest: Guest, from: At, to: At): void {
  if (isDebianLike(guest.system)) debianDay(guest, from, to);
  else redHatDay(guest, from, to);
  role(guest, from, to);
}

type Act = (at: At) => void;

/** At `offset` after local midnight and each `period` on, with up to `jitter` of delay; nothing while away. */
function every(
  guest: Guest,
  [from, to]: readonly [At, At],
  period: number,
  offset: number,
  jitter: number,
  act: Act,
): void {
  let t = Math.floor((from - MIDNIGHT) / DAY) * DAY + MIDNIGHT + offset;
  for (; t < to; t += period) {
    const at = t + guest.random.between(0, jitter) + guest.random.whole(0, 999) / 1000;
    if (at >= from && at < to && !isAway(guest, at)) act(at);
  }
}

function pid(guest: Guest, at: At): number {
  return 900 + (Math.floor(at / 1300) % 31_000) + guest.random.whole(0, 40);
}

function debianDay(guest: Guest, from: At, to: At): void {
  const span = [from, to] as const;
  const cron = (at: At, text: string): void => say(guest, at, 'CRON', text, { pid: pid(guest, at), facility: 9 });
  const unit = (at: At, name: string, title: string, seconds: number): void => {
    say(guest, at, 'systemd', `Starting ${title}...`, { pid: 1 });
    const end = at + seconds * SECOND + 20;
    say(
      guest,
      end,
      'systemd',
      `${name}: Succeeded.`.replace(
        'Succeeded',
        guest.system === 'debian11' ? 'Succeeded' : 'Deactivated successfully',
      ),
      { pid: 1 },
    );
    say(guest, end + 2, 'systemd', `Finished ${title}.`, { pid: 1 });
  };
  every(guest, span, HOUR, 17 * MINUTE + SECOND, 200, (at) =>
    cron(at, '(root) CMD (   cd / && run-parts --report /etc/cron.hourly)'),
  );
  every(guest, span, DAY, 6 * HOUR + 25 * MINUTE + SECOND, 200, (at) =>
    cron(at, '(root) CMD (test -x /usr/sbin/anacron || ( cd / && run-parts --report /etc/cron.daily ))'),
  );
  every(guest, span, DAY, 6 * HOUR, 50 * MINUTE, (at) =>
    unit(at, 'apt-daily-upgrade.service', 'Daily apt upgrade and clean activities', 3),
  );
  every(guest, span, DAY / 2, 2 * HOUR + 40 * MINUTE, 8 * HOUR, (at) =>
    unit(at, 'apt-daily.service', 'Daily apt download activities', 9),
  );
  every(guest, span, DAY, 3 * SECOND, 2 * SECOND, (at) => unit(at, 'logrotate.service', 'Rotate log files', 1));
  every(guest, span, DAY, 4 * HOUR + 11 * MINUTE, HOUR, (at) =>
    unit(at, 'man-db.service', 'Daily man-db regeneration', 2),
  );
  every(guest, span, DAY, 13 * HOUR, 4 * HOUR, (at) =>
    unit(at, 'systemd-tmpfiles-clean.service', 'Cleanup of Temporary Directories', 0),
  );
  every(guest, span, 7 * DAY, 33 * MINUTE, 40 * MINUTE, (at) =>
    unit(at, 'fstrim.service', 'Discard unused blocks on filesystems from /etc/fstab', 4),
  );
  every(guest, span, DAY, 8 * HOUR, 11 * HOUR, (at) => apparmor(guest, at));
  every(guest, span, DAY, 9 * HOUR, 8 * HOUR, (at) => login(guest, at));
}

function apparmor(guest: Guest, at: At): void {
  const serial = 40 + (Math.floor(at / HOUR) % 900);
  const stamp = guest.stamps.epoch(at - 1, 3);
  const name = guest.system === 'ubuntu22' ? 'snap.lxd.hook.install' : '/usr/bin/man';
  const text = `audit: type=1400 audit(${stamp}:${serial}): apparmor="STATUS" operation="profile_replace" info="same as current profile, skipping" profile="unconfined" name="${name}" pid=${pid(guest, at)} comm="apparmor_parser"`;
  kernel(guest, at, text, 5);
}

function login(guest: Guest, at: At): void {
  const id = Math.floor(at / HOUR) % 5000;
  const ssh = pid(guest, at);
  const auth = { pid: ssh, facility: 10, log: 'auth' } as const;
  say(
    guest,
    at,
    'sshd',
    `Accepted publickey for admin from 10.10.0.${guest.random.whole(20, 60)} port ${guest.random.whole(40000, 60000)} ssh2: ED25519 SHA256:0dRtq3Zb0c1Xy7pW5k2vJm8nQeUuA4sLhGfTiB6oYwE`,
    auth,
  );
  say(guest, at + 120, 'systemd-logind', `New session ${id} of user admin.`, { pid: 590, facility: 4, log: 'auth' });
  say(guest, at + 140, 'systemd', `Started Session ${id} of User admin.`, { pid: 1 });
  say(guest, at + guest.random.whole(90, 1500) * SECOND, 'systemd', `session-${id}.scope: Deactivated successfully.`, {
    pid: 1,
  });
}

function redHatDay(guest: Guest, from: At, to: At): void {
  const span = [from, to] as const;
  const hasSystemd = guest.system !== 'centos6';
  if (hasSystemd) {
    every(guest, span, HOUR, MINUTE + SECOND, 300, (at) => {
      const id = Math.floor(at / HOUR) % 9000;
      if (guest.system === 'centos7') say(guest, at, 'systemd', `Started Session ${id} of user root.`, { pid: 1 });
      else say(guest, at, 'CROND', '(root) CMD (run-parts /etc/cron.hourly)', { pid: pid(guest, at), facility: 9 });
    });
    every(guest, span, DAY, 10 * HOUR, 6 * HOUR, (at) => {
      say(guest, at, 'systemd', 'Starting Cleanup of Temporary Directories...', { pid: 1 });
      say(
        guest,
        at + 60,
        'systemd',
        guest.system === 'centos7'
          ? 'Started Cleanup of Temporary Directories.'
          : 'Finished Cleanup of Temporary Directories.',
        { pid: 1 },
      );
    });
    every(guest, span, 6 * HOUR, 47 * MINUTE, 25 * MINUTE, (at) => {
      const lease = `<info>  [${guest.stamps.epoch(at - 0.4, 4)}] dhcp4 (eth0): state changed `;
      const states = guest.system === 'centos7' ? 'bound -> bound' : 'new lease, address=10.10.1.23';
      say(guest, at, 'NetworkManager', lease + states, { pid: 741 });
    });
  } else {
    every(guest, span, 6 * HOUR, 52 * MINUTE, 20 * MINUTE, (at) => {
      say(guest, at, 'dhclient', 'DHCPREQUEST on eth0 to 10.10.0.11 port 67 (xid=0x3fc1a7b2)', { pid: 1102 });
      say(guest, at + 18, 'dhclient', 'DHCPACK from 10.10.0.11 (xid=0x3fc1a7b2)', { pid: 1102 });
      say(
        guest,
        at + 44,
        'dhclient',
        `bound to 10.10.1.41 -- renewal in ${guest.random.whole(19_000, 21_500)} seconds.`,
        { pid: 1102 },
      );
    });
  }
  every(guest, span, DAY, 11 * HOUR, 7 * HOUR, (at) => {
    const prefix = guest.system === 'rhel9' ? 'audit: ' : '';
    const text = `${prefix}type=1400 audit(${guest.stamps.epoch(at - 1, 3)}:${700 + (Math.floor(at / HOUR) % 800)}): avc:  denied  { read } for  pid=${pid(guest, at)} comm="logrotate" name="spool" dev="dm-0" ino=${guest.random.whole(130_000, 140_000)} scontext=system_u:system_r:logrotate_t:s0-s0:c0.c1023 tcontext=system_u:object_r:var_spool_t:s0 tclass=dir`;
    kernel(guest, at, text, 5);
  });
}

/** What the machine is there for. */
function role(guest: Guest, from: At, to: At): void {
  const span = [from, to] as const;
  const { key } = guest.vm;
  const random = guest.random;
  if (key.startsWith('web')) {
    every(guest, span, HOUR / 2, 9 * MINUTE, 2 * SECOND, (at) => {
      say(
        guest,
        at,
        'CRON',
        '(root) CMD (  [ -x /usr/lib/php/sessionclean ] && if [ ! -d /run/systemd/system ]; then /usr/lib/php/sessionclean; fi)',
        { pid: pid(guest, at), facility: 9 },
      );
    });
    every(guest, span, HOUR, 20 * MINUTE, 35 * MINUTE, (at) =>
      say(guest, at, 'nginx', `[crit] upstream slow: request took ${random.whole(2000, 9000)} ms`, {
        pid: 1440,
        severity: 4,
      }),
    );
  }
  if (key === 'mail01') {
    every(guest, span, 24 * MINUTE, 2 * MINUTE, 19 * MINUTE, (at) => {
      const from4 = `unknown[203.0.113.${random.whole(3, 250)}]`;
      const p = pid(guest, at);
      say(guest, at, 'postfix/smtpd', `connect from ${from4}`, { pid: p, facility: 2 });
      say(guest, at + random.whole(200, 2000), 'postfix/smtpd', `disconnect from ${from4} ehlo=1 quit=1 commands=2`, {
        pid: p,
        facility: 2,
      });
    });
  }
  if (key === 'db02')
    every(guest, span, HOUR, 5 * MINUTE, 40 * MINUTE, (at) =>
      say(
        guest,
        at,
        'mysqld',
        `[Note] Aborted connection ${random.whole(1000, 9000)} to db: 'shop' user: 'shop' host: '10.10.1.21' (Got timeout reading communication packets)`,
        { pid: 2210, facility: 3 },
      ),
    );
  if (key === 'mon01' || key === 'old01')
    every(guest, span, 30 * MINUTE, MINUTE, 9 * MINUTE, (at) =>
      say(guest, at, 'snmpd', `Connection from UDP: [10.10.0.15]:${random.whole(35000, 60000)}->[10.10.1.40]:161`, {
        pid: 990,
      }),
    );
  if (key === 'git01' || key === 'app03' || key === 'log01') {
    every(guest, span, 20 * MINUTE, 4 * MINUTE, 14 * MINUTE, (at) =>
      say(guest, at, 'chronyd', `Selected source 10.10.0.${random.whole(11, 12)}`, { pid: 655 }),
    );
  }
  if (key === 'erp01')
    every(guest, span, 30 * MINUTE, 3 * MINUTE, 8 * MINUTE, (at) =>
      say(guest, at, 'erp-batch', `run ${Math.floor(at / HOUR) % 7000} finished, ${random.whole(20, 900)} rows`, {
        pid: 3021,
        facility: 16,
      }),
    );
}
