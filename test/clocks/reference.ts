import type { Clocks } from '../../src/model/clock.js';
import type { Micros } from '../../src/model/time.js';
import type { CaseEvidence, ClockCase } from './case.js';
import type { StreamTruth } from './log.js';
import type { Machine } from './machine.js';

export interface References {
  /** The clock that a stream's answer is held against; null: true time. */
  readonly of: (truth: StreamTruth) => Machine | null;
  /** The clock at the end of the peers that its proofs name; its own where nothing measured it. */
  readonly rootOf: (truth: StreamTruth) => Machine;
}

/**
 * Logs say how far clocks lie apart, never which of them is right: where hosts disagree, what can be right is only the
 * place on the clock that the others were measured against. For a stream that was measured, or found to agree, that is the machine at the end
 * of its proofs' peers if it is a host; else the first uncorrected host that irregular events link it to, be it over other
 * logs; else the machine at the end of the peers. A stream that was not measured is held against the first uncorrected
 * host that any event links it to, else against true time.
 */
export function referencesOf({ truths, evidence }: ClockCase, clocks: Clocks): References {
  const isCorrected = ({ key }: StreamTruth): boolean => clocks.streams.get(key)?.basis === 'measured';
  const isUncorrectedHost = ({ format, key }: StreamTruth): boolean =>
    format.layer === 'hypervisor' && clocks.streams.get(key)?.basis === 'stated';
  const rootOf = rootsOf(truths, evidence, clocks);
  const byOdd = groupsOf(truths, (event) => event.startsWith('odd|'));
  const byAny = groupsOf(truths, () => true);
  const of = (truth: StreamTruth): Machine | null => {
    const root = rootOf(truth);
    if (root !== truth && isUncorrectedHost(root)) return root.machine;
    const group = isCorrected(truth) ? byOdd : byAny;
    const host = truths.find((other) => isUncorrectedHost(other) && group(other) === group(truth));
    return host?.machine ?? (isCorrected(truth) ? root.machine : null);
  };
  return { of, rootOf: (truth) => rootOf(truth).machine };
}

/** The stream at the end of the peers that proofs name; of several in one source that of the same machine. */
function rootsOf(
  truths: readonly StreamTruth[],
  { sources }: CaseEvidence,
  clocks: Clocks,
): (truth: StreamTruth) => StreamTruth {
  const bySource = new Map(sources.map(({ id }) => [id, truths.filter(({ key }) => sourceOf(key) === id)]));
  const rootOf = (truth: StreamTruth, seen: ReadonlySet<string>): StreamTruth => {
    const clock = clocks.streams.get(truth.key);
    if (clock?.measurement === undefined || seen.has(truth.key)) return truth;
    // What corrects a clock comes first among its proofs, what agrees with it last.
    const proof = clock.basis === 'measured' ? clock.proofs[0] : clock.proofs.at(-1);
    const peers = bySource.get(proof?.peer ?? '') ?? [];
    const next = peers.find(({ key }) => hostOf(key) === hostOf(truth.key)) ?? peers[0];
    return next === undefined ? truth : rootOf(next, new Set([...seen, truth.key]));
  };
  return (truth) => rootOf(truth, new Set());
}

function sourceOf(key: string): string {
  return key.split('|')[0] ?? '';
}

function hostOf(key: string): string {
  return key.split('|')[1] ?? '';
}

/** Streams that share an event or a machine, directly or over others, are of one group. */
function groupsOf(truths: readonly StreamTruth[], counts: (event: string) => boolean): (truth: StreamTruth) => number {
  const parent = truths.map((_, i) => i);
  const top = (i: number): number => (parent[i] === i ? i : top(parent[i] as number));
  const first = new Map<string, number>();
  for (const [i, { events, machine }] of truths.entries()) {
    for (const name of [...[...events.keys()].filter(counts), `machine|${machine.name}`]) {
      const other = first.get(name);
      if (other === undefined) first.set(name, i);
      else parent[top(i)] = top(other);
    }
  }
  const at = new Map(truths.map(({ key }, i) => [key, i]));
  return ({ key }) => top(at.get(key) as number);
}

/** What the machine shows less what the reference shows. */
export function errorAgainst(machine: Machine, reference: Machine | null, utc: Micros): Micros {
  return machine.error(utc) - (reference?.error(utc) ?? 0);
}
