import type { Analysis } from '../model/analysis.js';
import { streamKey } from '../model/clock.js';
import type { Report, ReportClock, ReportCoverage, ReportSource } from '../model/report.js';
import type { ReadSource } from '../model/source.js';
import { composeIncidents } from './compose-incident.js';
import { composePatterns } from './patterns.js';
import { formatTime, seconds } from './time.js';

/** Says what the analysis found in the words of the contract. Nothing is weighed or left out here. */
export function composeReport(analysis: Analysis, version: string): Report {
  const count = (outcome: string): number => analysis.outcomes.filter((o) => o.outcome === outcome).length;
  return {
    schemaVersion: '1.0',
    tool: {
      name: 'faultline',
      version,
      rulePacks: analysis.packs.map(({ id, version: v, sha256 }) => ({ id, version: v, sha256 })),
    },
    sources: analysis.sources.map((source) => composeSource(source, analysis)),
    topology: composeTopology(analysis),
    incidents: composeIncidents(analysis),
    patterns: composePatterns(analysis),
    configuration: [],
    ruleOutcomes: {
      matched: count('matched'),
      silent: count('silent'),
      notApplicable: count('not-applicable'),
      errored: count('errored'),
      details: analysis.outcomes.map(({ rule, outcome, count: n, why }) => ({ rule, outcome, count: n, why })),
    },
    issues: analysis.unrecognised.map((file) => ({
      code: file.reason === 'unreadable' ? 'unreadable' : file.reason === 'empty' ? 'empty-file' : 'unrecognised',
      severity: file.reason === 'empty' ? 'info' : 'error',
      path: file.path,
      note:
        file.reason === 'empty'
          ? 'the file is empty'
          : file.reason === 'unreadable'
            ? `cannot be read: ${file.firstBytes}`
            : `no parser claims it; it begins with: ${file.firstBytes}`,
      count: 1,
    })),
    limits: analysis.limits,
  };
}

function composeTopology({ topology }: Analysis): Report['topology'] {
  return {
    vms: topology.vms.map(({ name, id, guests, hosts, volumes, disks }) => ({
      name,
      id,
      guests,
      hosts,
      volumes,
      disks,
    })),
    hosts: topology.hosts.map(({ name, aliases }) => ({ name, aliases })),
    volumes: topology.volumes.map(({ name, aliases }) => ({ name, aliases })),
    links: topology.links.map(({ kind, from, to, basis, source, at }) => ({
      kind,
      from,
      to,
      basis,
      source: source === '' ? null : source,
      line: at?.line ?? null,
      record: at?.record ?? null,
    })),
  };
}

function composeSource(source: ReadSource, analysis: Analysis): ReportSource {
  const streams = source.streams.map((stream) => {
    const key = streamKey(source.id, stream.host, stream.channel);
    const clock = analysis.clocks.streams.get(key);
    return {
      id: stream.id,
      resource: resourceOf(stream.host, stream.channel, stream.kernel),
      bootId: null,
      records: stream.records,
      coverage: coverageOf(analysis, key),
      clock: {
        segments: (clock?.segments ?? []).map((s) => ({
          from: s.from === null ? null : formatTime(s.from + s.offset),
          to: s.to === null ? null : formatTime(s.to + s.offset),
          fold: 0 as const,
          offsetSeconds: seconds(s.offset),
          driftPpm: 0 as const,
          uncertaintySeconds: seconds(s.uncertainty),
        })),
      },
    };
  });
  return {
    id: source.id,
    path: source.path,
    format: source.format,
    sha256: source.sha256,
    bytes: source.bytes,
    records: source.records,
    layer: source.layer,
    resource: commonResource(streams.map((s) => s.resource)),
    clock: sourceClock(source, analysis),
    streams,
    coverage: mergeCoverage(streams.flatMap((s) => s.coverage)),
    issues: [...source.issues, ...clockIssues(source, analysis)].map(({ code, severity, count, note, at }) => ({
      code,
      severity,
      count,
      note,
      line: at?.line ?? null,
      byteOffset: at?.byteOffset ?? null,
    })),
  };
}

function resourceOf(
  host: string | null,
  channel: string | null,
  kernel: string | null,
): Readonly<Record<string, string>> {
  const resource: Record<string, string> = {};
  if (host !== null) resource['host.name'] = host;
  if (channel !== null) resource['log.channel'] = channel;
  if (kernel !== null) resource['os.kernel'] = kernel;
  return resource;
}

/** What all streams of the source share. */
function commonResource(resources: readonly Readonly<Record<string, string>>[]): Readonly<Record<string, string>> {
  const first = resources[0] ?? {};
  return Object.fromEntries(Object.entries(first).filter(([key, value]) => resources.every((r) => r[key] === value)));
}

function coverageOf(analysis: Analysis, key: string): readonly ReportCoverage[] {
  return analysis.coverage
    .filter((c) => c.key === key)
    .flatMap((c) =>
      c.stretches.map((s) => ({ start: formatTime(s.earliest), end: formatTime(s.latest), alive: c.alive })),
    );
}

function mergeCoverage(parts: readonly ReportCoverage[]): readonly ReportCoverage[] {
  const merged: { start: string; end: string; alive: string }[] = [];
  for (const part of [...parts].sort((a, b) => (a.start < b.start ? -1 : 1))) {
    const last = merged.at(-1);
    if (last !== undefined && part.start <= last.end) {
      if (part.end > last.end) last.end = part.end;
      if (part.alive === 'assumed') last.alive = 'assumed';
    } else merged.push({ ...part });
  }
  return merged;
}

const BASIS = ['none', 'assumed', 'derived', 'stated', 'measured'];

/** The weakest of the source's streams speaks for the source. */
function sourceClock(source: ReadSource, analysis: Analysis): ReportClock {
  const clocks = source.streams.flatMap(
    (s) => analysis.clocks.streams.get(streamKey(source.id, s.host, s.channel)) ?? [],
  );
  const clock = [...clocks].sort(
    (a, b) => BASIS.indexOf(a.basis) - BASIS.indexOf(b.basis) || (a.key < b.key ? -1 : 1),
  )[0];
  const segment = clock?.segments.at(-1);
  return {
    zone: clock?.zone ?? null,
    offsetSeconds: segment === undefined ? null : seconds(segment.offset),
    uncertaintySeconds: segment === undefined ? null : seconds(segment.uncertainty),
    basis: clock?.basis ?? 'none',
    steps: [],
    evidence: clock?.proofs ?? [],
  };
}

function clockIssues(source: ReadSource, analysis: Analysis): readonly ReadSource['issues'][number][] {
  const byCode = new Map<string, ReadSource['issues'][number]>();
  for (const stream of source.streams) {
    for (const issue of analysis.clocks.streams.get(streamKey(source.id, stream.host, stream.channel))?.issues ?? []) {
      const known = byCode.get(issue.code);
      byCode.set(issue.code, known === undefined ? issue : { ...known, count: known.count + issue.count });
    }
  }
  return [...byCode.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}
