import type { Logsource } from '../model/rule.js';
import type { DocumentKind, Referable, RuleDocument } from './document.js';
import { nearest } from './nearest.js';
import { entryOf, shown } from './node.js';
import type { Report } from './report.js';
import { type Reader, text } from './section.js';

/** All rules of all packs by the names others may call them. Holds also those with mistakes. */
export interface Catalogue {
  readonly byId: ReadonlyMap<string, Referable>;
  readonly byAlias: ReadonlyMap<string, Referable>;
  /** `product/service/category` to the document that defines it. */
  readonly logsources: ReadonlyMap<string, Referable>;
  /** Ids of files that could not be read as a rule: they are there, and referring to them is no further mistake. */
  readonly broken: ReadonlySet<string>;
}

/** `known` were loaded before, without a mistake. */
export function buildCatalogue(
  known: readonly Referable[],
  documents: readonly RuleDocument[],
  broken: ReadonlySet<string>,
  report: Report,
): Catalogue {
  const byId = new Map<string, Referable>();
  const byAlias = new Map<string, Referable>();
  const logsources = new Map<string, Referable>();
  for (const rule of known) {
    byId.set(rule.id, rule);
    if (rule.uuid !== null) byAlias.set(rule.uuid, rule);
    if (rule.name !== null) byAlias.set(rule.name, rule);
    if (rule.logsource !== null) logsources.set(logsourceKey(rule.logsource), rule);
  }
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
    if (document.logsource !== null) addLogsource(document, document.logsource, logsources, report);
  }
  return { byId, byAlias, logsources, broken };
}

function addLogsource(
  document: RuleDocument,
  logsource: Logsource,
  logsources: Map<string, Referable>,
  report: Report,
): void {
  const key = logsourceKey(logsource);
  const other = logsources.get(key);
  const place = entryOf(document.node, 'logsource')?.key.place ?? document.node.place;
  if (other === undefined) logsources.set(key, document);
  else report(place, 'logsource', `this logsource is already defined by ${other.id}`, 'keep one of them');
}

export function logsourceKey({ product, service, category }: Logsource): string {
  return `${product ?? '-'}/${service ?? '-'}/${category ?? '-'}`;
}

export function showLogsource({ product, service, category }: Logsource): string {
  return [product, service, category].filter((part) => part !== null).join('/');
}

/** A short id inside its own pack, then a full id, then a Sigma `id` or `name`. */
export function resolve(catalogue: Catalogue, reference: string, pack: string): Referable | undefined {
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
function resolveLogsource(catalogue: Catalogue, reference: string): Referable | undefined {
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
