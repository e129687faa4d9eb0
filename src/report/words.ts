import { formatDuration, intervalToDuration } from 'date-fns';
import type { ReportCause, ReportIncident } from '../model/report.js';

/** Cause ids as a manager would say them. */
const CAUSE_WORDS: Readonly<Record<string, string>> = {
  'vss-snapshot': 'application-consistent (VSS) snapshot of this VM',
  'san-saturation': 'overloaded shared storage',
  'storage-path-loss': 'lost storage path between host and array',
  'storage-outage': 'outage of the array or target',
  'volume-full': 'volume under the virtual disks ran full',
  'checkpoint-merge': 'merge of a checkpoint disk',
  'guest-kernel-fault': "the guest's own kernel or driver",
  'operator-action': 'somebody did it',
  'csv-pause': 'the cluster paused the shared volume',
  'node-failure': 'a cluster node failed',
  'cluster-restart-policy': 'the cluster restarted a VM that somebody had stopped',
  'saved-state-backup': 'the backup saved the VM instead of taking a snapshot',
  'live-migration': 'a move of the VM to another node',
  'dynamic-mac-change': 'the VM got another MAC address',
  'mixed-nic': 'emulated and synthetic network adapters mixed',
  'nic-offload': 'offloading of a physical network card',
  'nic-teaming': 'the network team or its software',
  'smb-failover': 'failover of the SMB file server',
  'shared-lun-move': 'a move of a disk that several VMs share without a cluster volume',
  'broken-disk-chain': 'the parent of a differencing disk changed or is missing',
  'not-on-shared-storage': 'a part of the VM outside shared storage',
  'full-backup-no-change-tracking': 'a full copy for want of change tracking',
  'media-error': 'a bad disk or sector below',
  'guest-memory-pressure': 'the guest ran out of memory',
  'guest-disk-full': 'the guest ran out of disk space',
  'data-corruption': 'damaged data without a failed request',
  'initiator-conflict': 'two initiators on one disk',
  'backup-infrastructure': 'the backup software itself',
  undetermined: 'not determined',
};

export function causeWords(cause: string): string {
  return CAUSE_WORDS[cause] ?? cause;
}

/** Rounded to whole percents, but never to certainty: 1.000 is what three decimals leave of 0.9996. */
export function percent(probability: number): string {
  if (probability > 0.99) return '>99 %';
  return probability < 0.01 ? '<1 %' : `${Math.round(probability * 100)} %`;
}

/** "3 minutes 20 seconds"; empty for null. */
export function durationWords(start: string | null, end: string | null): string {
  if (start === null || end === null) return '';
  const [from, to] = [Date.parse(start), Date.parse(end)];
  if (Number.isNaN(from) || Number.isNaN(to)) return '';
  return (
    formatDuration(intervalToDuration({ start: from, end: to }), { format: ['days', 'hours', 'minutes', 'seconds'] }) ||
    'under a second'
  );
}

/** One sentence: what, why, how sure. */
export function verdictSentence(incident: ReportIncident): string {
  const leader = incident.causes[0];
  if (incident.verdict === 'undetermined' || leader === undefined) return undeterminedSentence(incident);
  const attributes = Object.entries(leader.attributes).map(([key, value]) => `${key} ${value}`);
  const detail = attributes.length === 0 ? '' : ` (${attributes.join(', ')})`;
  return `${incident.verdict}: ${leader.cause}${detail}, ${causeWords(leader.cause)}, probability ${percent(leader.probability)}`;
}

function undeterminedSentence(incident: ReportIncident): string {
  const open = incident.causes.filter(
    (c) => c.cause !== 'undetermined' && c.state !== 'refuted' && c.probability >= 0.05,
  );
  if (open.length === 0) return 'undetermined: the evidence does not decide';
  return `undetermined: cannot rule out ${open.map((c) => `${c.cause} (${percent(c.probability)})`).join(', ')}`;
}

/** What is missing, the strongest cause's needs first, each source once. */
export function missingOf(causes: readonly ReportCause[]): readonly {
  readonly need: string;
  readonly reason: string;
  readonly window: readonly [string, string];
  readonly wouldShow: readonly string[];
  readonly howToGet: string;
  readonly keptFor: string;
}[] {
  const byNeed = new Map<
    string,
    {
      need: string;
      reason: string;
      window: readonly [string, string];
      wouldShow: string[];
      howToGet: string;
      keptFor: string;
    }
  >();
  for (const cause of causes) {
    for (const m of cause.missing) {
      const known = byNeed.get(m.need);
      if (known === undefined) byNeed.set(m.need, { ...m, wouldShow: [m.wouldShow] });
      else if (!known.wouldShow.includes(m.wouldShow)) known.wouldShow.push(m.wouldShow);
    }
  }
  return [...byNeed.values()];
}

const NOT_REFUTED = ' is not refuted';

/** What keeps a verdict from being confirmed, with all causes that nothing refutes in one sentence. */
export function gapSentences(gaps: readonly string[]): readonly string[] {
  const causes = gaps.filter((gap) => gap.endsWith(NOT_REFUTED)).map((gap) => gap.slice(0, -NOT_REFUTED.length));
  const others = gaps.filter((gap) => !gap.endsWith(NOT_REFUTED));
  return causes.length === 0 ? others : [...others, `nothing refutes ${causes.join(', ')}`];
}
