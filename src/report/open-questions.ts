import type { StreamClock } from '../model/clock.js';
import type { OpenQuestion } from '../model/clocks-report.js';
import type { StreamStats } from '../model/coverage.js';
import type { Layer } from '../model/record.js';
import type { ReadSource } from '../model/source.js';

/** Which file would hold an event that this clock and another one stamped. */
const SETTLED_BY: Readonly<Record<Layer, string>> = {
  guest:
    'Microsoft-Windows-Hyper-V-Worker-Admin of its host over a start, stop or reset of the VM, or the copy of its lines at a central log server',
  hypervisor:
    'a log of a guest over its start, stop or reset here (/var/log of the guest), or System of another node over the removal of a node',
  backup: 'logs of the VMs that it backed up, with their boots (/var/log of the guests)',
  storage: 'an event log of the same machine over the same days (System.evtx)',
  network: 'a log of a machine that reports the same link events',
  inventory: 'the event log of the same machine',
};

/** What could not be told of a clock, and what would tell it. */
export function openQuestions(
  clock: StreamClock | undefined,
  zones: number,
  stream: StreamStats,
  { layer, path }: ReadSource,
): readonly OpenQuestion[] {
  const codes = new Set((clock?.issues ?? []).map(({ code }) => code));
  const name = stream.host ?? path;
  const questions: OpenQuestion[] = [];
  const ask = (what: string, settledBy: string): void => void questions.push({ what, settledBy });
  if (codes.has('undated'))
    ask('when this boot began', 'the syslog or journal of the same boot (journalctl -b -o json)');
  if (codes.has('year-unknown') || codes.has('year-doubtful'))
    ask('the year of the first stamp', 'any dated log of the same machine (journalctl -o json, sosreport)');
  if (codes.has('assumed-zone'))
    ask(
      'the zone its stamps are written in',
      `timedatectl of the machine (then --zone ${name}=ZONE), or its journal (journalctl -o json) over the same days`,
    );
  else if (zones > 1)
    ask(
      'which of several zones its stamps are written in',
      `timedatectl of the machine (then --zone ${name}=ZONE), or a log of it on the other side of the change of summer time`,
    );
  const unmeasured = ['clock-sync-assumed', 'clock-sync-doubted', 'clock-undecided'].some((code) => codes.has(code));
  if (unmeasured || codes.has('assumed-zone')) ask('how far its clock is off the others', SETTLED_BY[layer]);
  return questions;
}
