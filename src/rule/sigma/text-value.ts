import { type ScalarNode, shown } from '../node.js';
import type { Report } from '../report.js';
import { dashVariants, encode } from './encode.js';
import { type Literals, literalsOfAny } from './literal-set.js';
import type { Modifiers } from './modifiers.js';
import { type TextNeed, unionOf } from './needs.js';
import { type Anchor, compilePattern, parsePattern, plainText, type TextPattern, type Token } from './pattern.js';

/** One value of a field, ready to test a text. */
export interface ValueTest {
  /** The test wants its text folded. */
  readonly folded: boolean;
  readonly test: (text: string) => boolean;
  /** The one (folded) text that matches, or null when there are more. */
  readonly exact: string | null;
  readonly literals: Literals;
  /** Tests of which every matching text passes one; null when none is known. */
  readonly needs: readonly TextNeed[] | null;
  /** Of every variant `TextPattern.source`; null when one has none. */
  readonly sources: readonly string[] | null;
}

/** A value is matched in time linear in the text; this bounds the factor. */
const MAX_VALUE = 4_096;

/** A value that is compared as text, after its transformations. */
export function textValue(modifiers: Modifiers, node: ScalarNode, report: Report): ValueTest | undefined {
  const value = valueText(node);
  if (value.length > MAX_VALUE) {
    report(node.place, shown(node), 'the value is too long', `at most ${MAX_VALUE} characters`);
    return undefined;
  }
  const anchor = modifiers.compare as Anchor;
  if (value === '' && anchor !== 'equals') {
    report(
      node.place,
      shown(node),
      `an empty text with '${anchor}' matches everything`,
      "write a text, or '|exists: true'",
    );
    return undefined;
  }
  const variants = transformed(value, modifiers, node, report);
  if (variants === undefined) return undefined;
  const patterns = variants.map((tokens) => compilePattern(tokens, anchor, modifiers.cased));
  return merge(patterns, !modifiers.cased);
}

/** Numbers as fields hold them: `0x99` is 153, integers beyond 2^53 keep their digits. */
export function valueText(node: ScalarNode): string {
  if (typeof node.value === 'string') return node.value;
  return typeof node.value === 'number' && Number.isSafeInteger(node.value) ? String(node.value) : node.written;
}

function transformed(
  value: string,
  modifiers: Modifiers,
  node: ScalarNode,
  report: Report,
): readonly (readonly Token[])[] | undefined {
  const { transforms } = modifiers;
  const variants = transforms.includes('windash') ? dashVariants(value) : [value];
  if (variants === null) {
    report(node.place, shown(node), "too many dashes for 'windash'", 'split the value into several');
    return undefined;
  }
  const encoded = transforms.filter((transform) => transform !== 'windash');
  if (encoded.length === 0) return variants.map(parsePattern);
  const plain = variants.flatMap((variant) => plainText(parsePattern(variant)) ?? []);
  if (plain.length !== variants.length) {
    report(node.place, shown(node), `a wildcard cannot be encoded with '${encoded[0]}'`, "escape it: '\\*' or '\\?'");
    return undefined;
  }
  const texts = plain.flatMap((text) => encode(text, encoded));
  if (!texts.includes('')) return texts.map((text) => [text]);
  report(node.place, shown(node), "the value is too short for 'base64offset'", 'write three or more characters');
  return undefined;
}

function merge(patterns: readonly TextPattern[], folded: boolean): ValueTest {
  const [first] = patterns;
  const needs = unionOf(patterns.map(({ need }) => (need === null ? null : [need])));
  const known = patterns.flatMap(({ source }) => source ?? []);
  const sources = known.length === patterns.length ? known : null;
  if (first !== undefined && patterns.length === 1) return { folded, ...first, needs, sources };
  return {
    folded,
    needs,
    sources,
    test: (text) => patterns.some((pattern) => pattern.test(text)),
    exact: null,
    literals: literalsOfAny(patterns.map((pattern) => pattern.literals)),
  };
}
