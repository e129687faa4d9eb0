import { corePack } from '../../src/cli/load-rules.js';
import type { AnchorSource } from '../../src/clock/sightings.js';
import { eventOwners } from '../../src/correlate/entities.js';
import type { Detection } from '../../src/model/detection.js';
import type { DetectionRule } from '../../src/model/rule.js';
import type { ReadSource } from '../../src/model/source.js';
import { loadPacks } from '../../src/rule/load.js';
import { buildTopology } from '../../src/topology/build.js';
import { happen } from './events.js';
import { type StreamTruth, writeLog } from './log.js';
import { fill, type KeptLog, type Site, type SiteWish, siteOf } from './site.js';

/** All that the program gets of a case. */
export interface CaseEvidence {
  readonly sources: readonly ReadSource[];
  readonly detections: readonly Detection[];
  readonly anchors: AnchorSource;
}

export interface ClockCase {
  readonly seed: number;
  readonly evidence: CaseEvidence;
  readonly truths: readonly StreamTruth[];
  readonly site: Site;
}

/** A small site with all its logs, from its seed alone. */
export function clockCase(seed: number, wish: SiteWish = {}): ClockCase {
  const site = siteOf(seed, wish);
  happen(site, seed);
  const files = fillAll(site)
    .map(({ file }) => file)
    .filter(({ entries }) => entries.length > 0)
    .sort((x, y) => (x.path < y.path ? -1 : 1));
  const written = files.map((file, i) => writeLog(file, `s${i + 1}`));
  const sources = written.map(({ source }) => source);
  const rules = coreRules();
  const detections = written
    .flatMap(({ detections: own }) => own)
    .flatMap((detection): readonly Detection[] => {
      // What no rule of the shipped pack reads, the program does not see.
      const rule = rules.get(detection.rule);
      if (rule === undefined || detection.first === null) return [];
      return [{ ...detection, captures: { ...detection.captures, ...rule.capture(detection.first) } }];
    });
  const anchors = {
    anchorsOf: (rule: string) => rules.get(rule)?.anchors ?? [],
    stepOf: (rule: string) => rules.get(rule)?.step ?? null,
    nameOf: eventOwners(sources, topologyOf(site)),
  };
  return { seed, site, evidence: { sources, detections, anchors }, truths: written.flatMap(({ truths }) => truths) };
}

/** Background into every log; all logs. */
function fillAll({ hosts, guests, backup, central }: Site): readonly KeptLog[] {
  const logs: KeptLog[] = [];
  for (const { machine, worker, vmms, system } of hosts) {
    for (const log of [worker, vmms, system]) {
      fill(log, machine, `${machine.name}.contoso.local`);
      logs.push(log);
    }
  }
  for (const { machine, logs: own, forwards } of guests) {
    for (const log of own) fill(log, machine, machine.name);
    logs.push(...own);
    if (central !== null && forwards) fill(central.log, central.keepsStamps ? machine : central.machine, machine.name);
  }
  if (central !== null) logs.push(central.log);
  if (backup !== null) {
    fill(backup.log, backup.machine, null);
    logs.push(backup.log);
  }
  return logs;
}

function topologyOf({ hosts, guests }: Site): ReturnType<typeof buildTopology> {
  const hypervisors = hosts.map(({ machine }) => `${machine.name}.contoso.local`);
  return buildTopology(
    {
      ...{ statements: [], guests: guests.map(({ machine }) => machine.name) },
      ...{ hypervisors, computers: hypervisors, measured: [] },
    },
    [],
  );
}

type CoreRules = ReadonlyMap<string, DetectionRule>;
let loaded: CoreRules | null = null;

/** The anchors of the rules that are shipped, by rule. */
export function coreRules(): CoreRules {
  loaded ??= new Map(
    loadPacks([corePack()]).rules.flatMap((rule) => (rule.kind === 'detection' ? [[rule.id, rule] as const] : [])),
  );
  return loaded;
}
