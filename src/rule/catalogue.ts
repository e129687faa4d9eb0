import type { Logsource } from '../model/rule.js';
import type { DocumentKind, RuleDocument } from './document.js';
import { nearest } from './nearest.js';
import { entryOf, shown, type YamlNode } from './node.js';
import type { Report } from './report.js';
import { type Reader, text } from './section.js';

/** All documents of all packs by the names others may call them. Holds also those with mistakes. */
export interface Catalogue {
  readonly byId: ReadonlyMap<string, RuleDocument>;
  readonly byAlias: ReadonlyMap<string, RuleDocument>;
  /** `product/service/category` to the document that defines it. */
  readonly logsources: ReadonlyMap<string, RuleDocument>;
  /** Ids of files that could not be read as a rule: they are there, and referring to them is no further mistake. */
  readonly broken: ReadonlySet<string>;
}

export function buildCatalogue(
  documents: readonly RuleDocument[],
  broken: ReadonlySet<string>,
  report: Report,
): Catalogue {
  const byId = new Map<string, RuleDocument>();
  const byAlias = new Map<string, RuleDocument>();
  const logsources = new Map<string, RuleDocument>();
  for (const document of documents) {
    byId.set(document.id, document);
    for (const key of ['id', 'name'] as const) {
      const alias = key === 'id' ? document.uuid : document.name;
      if (alias === null) continue;
      const other = byAlias.get(alias);
      if (other !== undefined) {
        const place = entryOf(document.node, key)?.value.place ?? document.node.place;
        report(place, alias, `'${key}' is already taken by ${other.id}`, 'choose another');
      } else byAlias.set(alias, document);
    }
    if (document.kind === 'logsource') addLogsource(document, logsources, report);
  }
  return { byId, byAlias, logsources, broken };
}

function addLogsource(document: RuleDocument, logsources: Map<string, RuleDocument>, report: Report): void {
  const entry = entryOf(document.node, 'logsource');
  if (entry === undefined || entry.value.kind !== 'map') return;
  const key = logsourceKey(peekLogsource(entry.value));
  const other = logsources.get(key);
  if (other === undefined) logsources.set(key, document);
  else report(entry.key.place, 'logsource', `this logsource is already defined by ${other.id}`, 'keep one of them');
}

/** The parts of a `logsource` map, unchecked. */
export function peekLogsource(node: YamlNode): Logsource {
  const part = (name: string): string | null => {
    const value = node.kind === 'map' ? entryOf(node, name)?.value : undefined;
    return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : null;
  };
  return { product: part('product'), service: part('service'), category: part('category') };
}

export function logsourceKey({ product, service, category }: Logsource): string {
  return `${product ?? '-'}/${service ?? '-'}/${category ?? '-'}`;
}

export function showLogsource({ product, service, category }: Logsource): string {
  return [product, service, category].filter((part) => part !== null).join('/');
}

/** A short id inside its own pack, then a full id, then a Sigma `id` or `name`. */
export function resolve(catalogue: Catalogue, reference: string, pack: string): RuleDocument | undefined {
  return (
    catalogue.byId.get(`${pack}/${reference}`) ?? catalogue.byId.get(reference) ?? catalogue.byAlias.get(reference)
  );
}

/** The one of `ids` that a reference means; also finds rules that could not be read. */
export function resolveAmong(
  catalogue: Catalogue,
  reference: string,
  pack: string,
  ids: readonly string[],
): string | undefined {
  const meant = [resolve(catalogue, reference, pack)?.id, `${pack}/${reference}`, reference];
  return meant.find((id) => id !== undefined && ids.includes(id));
}

/** A logsource may also be named `product/service`. */
function resolveLogsource(catalogue: Catalogue, reference: string): RuleDocument | undefined {
  const [product = '', second = '', ...rest] = reference.split('/');
  if (rest.length > 0) return undefined;
  return catalogue.logsources.get(`${product}/${second}/-`) ?? catalogue.logsources.get(`${product}/-/${second}`);
}

/** Reads a reference and gives the full id. */
export function referenceTo(catalogue: Catalogue, pack: string, kinds: readonly DocumentKind[]): Reader<string> {
  return (node, what, report) => {
    const reference = text()(node, what, report);
    if (reference === undefined) return undefined;
    const found =
      resolve(catalogue, reference, pack) ??
      (kinds.includes('logsource') ? resolveLogsource(catalogue, reference) : undefined);
    const broken = [`${pack}/${reference}`, reference].find((id) => catalogue.broken.has(id));
    if (found === undefined && broken !== undefined) return broken;
    if (found === undefined) {
      report(node.place, shown(node), `rule '${reference}' does not exist`, () =>
        referenceFix(catalogue, reference, pack, kinds),
      );
      return undefined;
    }
    if (kinds.includes(found.kind)) return found.id;
    const wanted = kinds.join(', ');
    report(node.place, shown(node), `${found.id} is of kind ${found.kind}`, `${what} takes: ${wanted}`);
    return undefined;
  };
}

function referenceFix(catalogue: Catalogue, reference: string, pack: string, kinds: readonly DocumentKind[]): string {
  const ids = [...catalogue.byId.values()].filter((document) => kinds.includes(document.kind)).map(({ id }) => id);
  const short = ids.filter((id) => id.startsWith(`${pack}/`)).map((id) => id.slice(pack.length + 1));
  const names = kinds.includes('logsource')
    ? [...catalogue.logsources.keys()].map((key) => key.replace(/\/-/g, ''))
    : [];
  const near = nearest(reference, [...short, ...ids, ...names]);
  return near === null ? `write the path of the rule inside its pack, without .yaml` : `did you mean '${near}'?`;
}
