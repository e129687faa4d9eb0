import type { Distribution } from './cluster.js';

/** What of a guest depends on its distribution. */
export interface System {
  readonly release: string;
  readonly version: string;
  /** Block device of the root file system, and the file system's own device. */
  readonly disk: string;
  readonly root: string;
  readonly type: 'ext4' | 'xfs';
  /** The block layer's word before `I/O error`. */
  readonly blockPrefix: string;
  /** `always`: one line per failed request; `silent`: only with logging_level >= 2 (kernels 4.x to 5.13). */
  readonly storvsc: 'tag' | 'old' | 'silent';
  /** Kernel lines of the syslog file carry `[uptime]`. */
  readonly hasUptime: boolean;
  readonly rsyslog: string;
  readonly systemd: string | null;
}

const debian = { type: 'ext4', disk: 'sda', root: 'sda1', hasUptime: true } as const;
const redHat = { disk: 'sda', root: 'dm-0', hasUptime: false } as const;

export const SYSTEMS: Readonly<Record<Distribution, System>> = {
  ubuntu22: {
    ...debian,
    release: '5.15.0-91-generic',
    version:
      'Linux version 5.15.0-91-generic (buildd@lcy02-amd64-045) (gcc (Ubuntu 11.4.0-1ubuntu1~22.04) 11.4.0, GNU ld (GNU Binutils for Ubuntu) 2.38) #101-Ubuntu SMP Tue Nov 14 13:30:08 UTC 2023 (Ubuntu 5.15.0-91.101-generic 5.15.131)',
    blockPrefix: 'blk_update_request: ',
    storvsc: 'tag',
    rsyslog: '8.2112.0',
    systemd: '249.11-0ubuntu3.11',
  },
  debian12: {
    ...debian,
    release: '6.1.0-17-amd64',
    version:
      'Linux version 6.1.0-17-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.69-1 (2023-12-30)',
    blockPrefix: '',
    storvsc: 'tag',
    rsyslog: '8.2302.0',
    systemd: '252.19-1~deb12u1',
  },
  debian11: {
    ...debian,
    release: '5.10.0-27-amd64',
    version:
      'Linux version 5.10.0-27-amd64 (debian-kernel@lists.debian.org) (gcc-10 (Debian 10.2.1-6) 10.2.1 20210110, GNU ld (GNU Binutils for Debian) 2.35.2) #1 SMP Debian 5.10.205-2 (2023-12-31)',
    blockPrefix: 'blk_update_request: ',
    storvsc: 'silent',
    rsyslog: '8.2102.0',
    systemd: '247.3-7+deb11u4',
  },
  rhel9: {
    ...redHat,
    type: 'xfs',
    release: '5.14.0-362.13.1.el9_3.x86_64',
    version:
      'Linux version 5.14.0-362.13.1.el9_3.x86_64 (mockbuild@x86-64-01.build.eng.rdu2.redhat.com) (gcc (GCC) 11.4.1 20230605 (Red Hat 11.4.1-2), GNU ld version 2.35.2-42.el9) #1 SMP PREEMPT_DYNAMIC Fri Nov 24 01:57:57 EST 2023',
    blockPrefix: '',
    storvsc: 'tag',
    rsyslog: '8.2102.0-117.el9',
    systemd: '252-18.el9',
  },
  centos7: {
    ...redHat,
    type: 'ext4',
    release: '3.10.0-1160.105.1.el7.x86_64',
    version:
      'Linux version 3.10.0-1160.105.1.el7.x86_64 (mockbuild@kbuilder.bsys.centos.org) (gcc version 4.8.5 20150623 (Red Hat 4.8.5-44) (GCC) ) #1 SMP Thu Dec 7 15:39:45 UTC 2023',
    blockPrefix: 'blk_update_request: ',
    storvsc: 'old',
    rsyslog: '8.24.0-57.el7_9.3',
    systemd: '219',
  },
  centos6: {
    ...redHat,
    type: 'ext4',
    release: '2.6.32-754.35.1.el6.x86_64',
    version:
      'Linux version 2.6.32-754.35.1.el6.x86_64 (mockbuild@x86-01.bsys.centos.org) (gcc version 4.4.7 20120313 (Red Hat 4.4.7-23) (GCC) ) #1 SMP Sat Nov 7 12:42:14 UTC 2020',
    blockPrefix: 'end_request: ',
    storvsc: 'old',
    rsyslog: '5.8.10',
    systemd: null,
  },
};

export function isDebianLike(system: Distribution): boolean {
  return system === 'ubuntu22' || system === 'debian11' || system === 'debian12';
}
