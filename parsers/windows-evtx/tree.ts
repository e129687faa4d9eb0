/**
 * BinXML tokens as a tree (MS-EVEN6 2.2.12; libevtx "Binary XML"). A template is read once per chunk at most; its
 * substitutions stay open (`slot`) and are filled per record.
 */
export type Part = TextPart | SlotPart | ElementPart | InstancePart | InstructionPart;

export interface TextPart {
  readonly kind: 'text';
  text: string;
  /** `text` escaped; set when all adjacent texts are known. */
  xml: string;
}

export interface SlotPart {
  readonly kind: 'slot';
  readonly id: number;
  readonly optional: boolean;
}

export interface ElementPart {
  readonly kind: 'element';
  readonly name: string;
  readonly attributes: readonly AttributePart[];
  readonly content: readonly Part[];
  /** Written `<Name/>`. */
  readonly empty: boolean;
  /** Substitutions whose NULL makes the element disappear: its dependency id and its optional substitutions. */
  readonly needs: readonly number[];
  /** Substitutions directly in the content: an array there repeats the element (MS-EVEN6 3.1.4.7.5). */
  readonly slots: readonly number[];
}

export interface AttributePart {
  readonly name: string;
  readonly content: readonly (TextPart | SlotPart)[];
  /** `content` as one text when it has no substitution. */
  readonly fixed: { readonly text: string; readonly xml: string } | null;
}

export interface InstancePart {
  readonly kind: 'instance';
  readonly parts: readonly Part[];
  readonly values: Values;
}

export interface InstructionPart {
  readonly kind: 'instruction';
  readonly target: string;
  readonly text: string;
}

/** Values of one template instance; parallel lists, index = substitution id. */
export interface Values {
  readonly types: readonly number[];
  readonly offsets: readonly number[];
  readonly sizes: readonly number[];
}

export const NO_VALUES: Values = { types: [], offsets: [], sizes: [] };
