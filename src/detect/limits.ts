import type { MetricRule } from '../model/rule.js';
import type { ReadSource } from '../model/source.js';
import { SECOND } from '../model/time.js';

/** What this evidence could not have shown: said once, whatever the verdicts are. */
export function describeLimits(sources: readonly ReadSource[], metrics: readonly MetricRule[]): readonly string[] {
  const limits: string[] = samplingLimits(sources, metrics);
  const layers = new Set(sources.map((s) => s.layer));
  if (!layers.has('guest')) limits.push('no guest log: what the guest itself saw is unknown');
  if (!layers.has('hypervisor')) limits.push('no Windows event log: whether the host saw anything is unknown');
  if (!layers.has('backup')) limits.push('no backup log: whether a backup ran, and how, is unknown');
  if (!layers.has('storage')) limits.push('no storage metrics: whether the array was loaded is unknown');
  limits.push(
    'where no shared event contradicts them, stated times of different machines are taken to agree within 2 s',
  );
  return [...new Set(limits)];
}

/** One sentence per sampling interval, not per file: counters come in a file a day. */
function samplingLimits(sources: readonly ReadSource[], metrics: readonly MetricRule[]): string[] {
  const coarse = new Map<string, Set<string>>();
  for (const source of sources) {
    for (const stream of source.streams) {
      if (stream.sampling === null) continue;
      const sampling = Math.round(stream.sampling / SECOND);
      const blind = metrics.filter(
        (rule) => rule.objects.some((o) => stream.objectTypes.includes(o)) && rule.detectableSeconds < sampling,
      );
      if (blind.length === 0) continue;
      const shortest = Math.min(...blind.map((rule) => rule.detectableSeconds));
      const key = `averages over ${sampling} s: a stall shorter than that, or a rule that needs ${shortest} s samples, cannot show`;
      coarse.set(key, (coarse.get(key) ?? new Set()).add(source.path));
    }
  }
  return [...coarse]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([text, paths]) => {
      const [first] = paths;
      return paths.size === 1 ? `${first} ${text}` : `${first} and ${paths.size - 1} more: ${text}`;
    });
}
