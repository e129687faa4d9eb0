import type { Comparison, MetricCondition, MetricRule } from '../model/rule.js';
import type { CompileContext } from './context.js';
import { HEAD_KEYS, readHead } from './head.js';
import { shown } from './node.js';
import { NO_NAMES, statement } from './placeholders.js';
import { watchReport } from './report.js';
import {
  distinct,
  duration,
  list,
  number,
  oneOf,
  openSection,
  optional,
  type Reader,
  required,
  type Section,
  text,
} from './section.js';
import { METRIC_ENTITIES, METRIC_NAMES, ROLES } from './vocabulary.js';

const KEYS = [...HEAD_KEYS, 'kind', 'metric', 'falsepositives', 'x-faultline'];
const METRIC_KEYS = ['objects', 'entity', 'all', 'for', 'exit', 'baseline', 'detectable'];
export const OPERATORS = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;

/**
 * What is seen in a series; undefined when it has a mistake (then reported):
 *
 *     metric: {objects: [PhysicalDisk], entity: host-disk, all: [{any: [disk.latency], gte: 0.05}], for: 60s}
 */
export function compileMetricRule(context: CompileContext): MetricRule | undefined {
  const { report, failed } = watchReport(context.report);
  const section = openSection(context.document.node, 'the metric document', report, KEYS);
  if (section === undefined) return undefined;
  const head = readHead(section, { ...context, report }, { level: 'required', wording: 'optional' });
  const metric = required(section, 'metric', (node, what, tell) => openSection(node, what, tell, METRIC_KEYS));
  const extension = required(section, 'x-faultline', (node, what, tell) =>
    openSection(node, what, tell, ['role', 'statement']),
  );
  const body = metric === undefined ? undefined : readMetric(metric);
  const role = extension === undefined ? undefined : required(extension, 'role', oneOf(ROLES, 'roles'));
  const said = extension === undefined ? undefined : required(extension, 'statement', statement(NO_NAMES));
  if (failed() || body === undefined || role === undefined || said === undefined) return undefined;
  return { ...head, kind: 'metric', ...body, role, statement: said };
}

type Body = Pick<MetricRule, 'objects' | 'entity' | 'all' | 'forSeconds' | 'exit' | 'baseline' | 'detectableSeconds'>;

function readMetric(section: Section): Body | undefined {
  const objects = required(section, 'objects', distinct(text(), { min: 1 }));
  const entity = required(section, 'entity', oneOf(METRIC_ENTITIES, 'entities'));
  const forSeconds = required(section, 'for', duration());
  const exit = optional(section, 'exit', number({ min: 0, above: true, max: 1 }), 1);
  const baseline = optional(section, 'baseline', readBaseline, null);
  const all = required(section, 'all', list(metricCondition(baseline !== null), { min: 1 }));
  const detectableSeconds = optional(section, 'detectable', duration(), forSeconds);
  if (objects === undefined || entity === undefined || forSeconds === undefined || exit === undefined) return undefined;
  if (baseline === undefined || all === undefined || detectableSeconds === undefined) return undefined;
  return { objects, entity, all, forSeconds, exit, baseline, detectableSeconds };
}

/** Metrics are never negative, so this holds for every sample: the baseline alone decides. */
const ALWAYS: Comparison = { op: 'gte', value: 0 };

/** `{any: [metrics], gte: n}`; beside a baseline the threshold may be left out. */
function metricCondition(hasBaseline: boolean): Reader<MetricCondition> {
  return (node, what, report) => {
    const section = openSection(node, what, report, ['any', ...OPERATORS]);
    if (section === undefined) return undefined;
    const any = required(section, 'any', metricNames);
    const comparisons = OPERATORS.flatMap((op): readonly Comparison[] => {
      const value = optional(section, op, number({ min: 0 }), null);
      return value === null || value === undefined ? [] : [{ op, value }];
    });
    const written = section.node.entries.filter(({ name }) => OPERATORS.some((op) => op === name)).length;
    if (written > 1 || (written === 0 && !hasBaseline)) {
      const fix = "write one of 'gt', 'gte', 'lt', 'lte', 'eq', 'neq'; a range is two conditions";
      report(node.place, shown(node), `${what} has ${written} thresholds`, fix);
      return undefined;
    }
    return any === undefined ? undefined : { any, comparison: comparisons[0] ?? ALWAYS };
  };
}

const metricNames: Reader<MetricCondition['any']> = (node, what, report) => {
  const names = list(oneOf(METRIC_NAMES, 'metrics'), { min: 1 })(node, what, report);
  const repeated = names?.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) report(node.place, repeated, `'${repeated}' stands twice in ${what}`, 'keep one');
  return names;
};

const readBaseline: Reader<NonNullable<MetricRule['baseline']>> = (node, what, report) => {
  const section = openSection(node, what, report, ['method', 'k', 'points', 'floor']);
  if (section === undefined) return undefined;
  required(section, 'method', oneOf(['mad'], 'methods'));
  const k = required(section, 'k', number({ min: 0, above: true }));
  // A median and a deviation of fewer points than this say nothing.
  const points = required(section, 'points', number({ min: 3, integer: true }));
  const floor = required(section, 'floor', number({ min: 0 }));
  return k === undefined || points === undefined || floor === undefined ? undefined : { k, points, floor };
};
