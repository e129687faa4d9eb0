import { type Catalogue, resolve } from './catalogue.js';
import type { Referable, RuleDocument } from './document.js';
import { entryOf, type ScalarNode, type YamlNode } from './node.js';
import type { Report } from './report.js';

interface Edge {
  readonly node: ScalarNode;
  readonly to: RuleDocument;
}

type Edges = ReadonlyMap<RuleDocument, readonly Edge[]>;

/** Correlations so that each comes after those it refers to. Those in a circle are reported and left out. */
export function orderCorrelations(
  documents: readonly RuleDocument[],
  catalogue: Catalogue,
  report: Report,
): readonly RuleDocument[] {
  const correlations = documents.filter(({ kind }) => kind === 'correlation');
  const edges = edgesAmong(correlations, correlationReferences, catalogue);
  const { ordered, rest } = sortByNeed(correlations, edges);
  const cyclic = reportCircles(rest, edges, 'correlations refer to each other', report);
  return [...ordered, ...rest.filter((document) => !cyclic.has(document))];
}

/** Two rules that excuse each other would both vanish. */
export function checkExcuses(documents: readonly RuleDocument[], catalogue: Catalogue, report: Report): void {
  const detections = documents.filter(({ kind }) => kind === 'detection');
  const all = edgesAmong(detections, unlessReferences, catalogue);
  // A rule that excuses itself has its own message.
  const edges = new Map([...all].map(([from, list]) => [from, list.filter(({ to }) => to !== from)]));
  reportCircles(sortByNeed(detections, edges).rest, edges, 'rules excuse each other', report);
}

/** Kahn's algorithm; `rest` is in a circle or needs something that is. */
function sortByNeed(
  documents: readonly RuleDocument[],
  edges: Edges,
): { readonly ordered: readonly RuleDocument[]; readonly rest: readonly RuleDocument[] } {
  const open = new Map<RuleDocument, number>();
  const neededBy = new Map<RuleDocument, RuleDocument[]>();
  for (const document of documents) {
    const needs = edges.get(document) ?? [];
    open.set(document, needs.length);
    for (const { to } of needs) {
      const users = neededBy.get(to);
      if (users === undefined) neededBy.set(to, [document]);
      else users.push(document);
    }
  }
  const ordered = documents.filter((document) => open.get(document) === 0);
  for (let head = 0; head < ordered.length; head++) {
    const done = ordered[head];
    for (const document of (done === undefined ? undefined : neededBy.get(done)) ?? []) {
      const left = (open.get(document) ?? 0) - 1;
      open.set(document, left);
      if (left === 0) ordered.push(document);
    }
  }
  return { ordered, rest: documents.filter((document) => (open.get(document) ?? 0) > 0) };
}

/** Reports each circle once, where its first member in path order points into it. */
function reportCircles(
  documents: readonly RuleDocument[],
  edges: Edges,
  problem: string,
  report: Report,
): ReadonlySet<RuleDocument> {
  const cyclic = new Set<RuleDocument>();
  for (const start of documents) {
    const path = cyclic.has(start) ? [] : pathBack(start, edges);
    for (const edge of path) cyclic.add(edge.to);
    const [first] = path;
    if (first === undefined) continue;
    const names = [start.id, ...path.map(({ to }) => to.id)].join(' > ');
    report(first.node.place, String(first.node.value), `${problem}: ${names}`, 'remove one of the references');
  }
  return cyclic;
}

/** Shortest way from a document back to itself (breadth first); empty when there is none. */
function pathBack(start: RuleDocument, edges: Edges): readonly Edge[] {
  const cameBy = new Map<RuleDocument, { readonly from: RuleDocument; readonly edge: Edge }>();
  const queue = [start];
  for (let head = 0; head < queue.length && !cameBy.has(start); head++) {
    const from = queue[head] ?? start;
    for (const edge of edges.get(from) ?? []) {
      if (cameBy.has(edge.to)) continue;
      cameBy.set(edge.to, { from, edge });
      queue.push(edge.to);
    }
  }
  const path: Edge[] = [];
  for (let step = cameBy.get(start); step !== undefined; step = step.from === start ? undefined : cameBy.get(step.from))
    path.unshift(step.edge);
  return path;
}

function childOf(node: YamlNode | undefined, ...keys: readonly string[]): YamlNode | undefined {
  return keys.reduce<YamlNode | undefined>(
    (at, key) => (at?.kind === 'map' ? entryOf(at, key)?.value : undefined),
    node,
  );
}

function correlationReferences(document: RuleDocument): readonly YamlNode[] {
  const rules = childOf(document.node, 'correlation', 'rules');
  return rules?.kind === 'list' ? rules.items : [];
}

function unlessReferences(document: RuleDocument): readonly YamlNode[] {
  const rule = childOf(document.node, 'x-faultline', 'unless', 'rule');
  return rule === undefined ? [] : [rule];
}

/** References from one of `documents` to another. What was loaded before them cannot refer to them, so it is in no circle. */
function edgesAmong(
  documents: readonly RuleDocument[],
  referencesOf: (document: RuleDocument) => readonly YamlNode[],
  catalogue: Catalogue,
): Edges {
  const among = new Map<Referable, RuleDocument>(documents.map((document) => [document, document]));
  const edgeTo = (node: YamlNode, { pack }: RuleDocument): readonly Edge[] => {
    if (node.kind !== 'scalar' || typeof node.value !== 'string') return [];
    const found = resolve(catalogue, node.value, pack);
    const to = found === undefined ? undefined : among.get(found);
    return to === undefined ? [] : [{ node, to }];
  };
  return new Map(
    documents.map((document) => [document, referencesOf(document).flatMap((node) => edgeTo(node, document))]),
  );
}
