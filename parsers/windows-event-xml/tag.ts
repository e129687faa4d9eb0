export interface Tag {
  readonly kind: 'open' | 'close' | 'empty';
  /** Without namespace prefix. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Index behind the `>`. */
  readonly end: number;
  /** Something in it was no attribute and was passed over. */
  readonly isDamaged: boolean;
}

const NAME = /<(\/?)([A-Za-z_][\w.:-]{0,255})/y;
// <Provider Name='disk' Guid="{...}"/>: both kinds of quotes occur, wevtutil writes the single ones.
const ATTRIBUTE = /\s*([A-Za-z_][\w.:-]{0,255})\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const END = /\s*(\/?)>/y;
/** Stops at the next `<`, so that a file of unclosed tags is still read in one pass. */
const REST = /[^<>]*>/y;

/** Elements that are tags even when their attributes are broken; of others a broken tag is taken for text. */
const EVENT_ELEMENTS: ReadonlySet<string> = new Set(
  (
    'Event System Provider EventID Version Level Task Opcode Keywords TimeCreated EventRecordID Correlation Execution ' +
    'Channel Computer Security EventData UserData RenderingInfo Message Data Binary'
  ).split(' '),
);

/** Reads the tag that begins at `at`, or null when no tag does. */
export function readTag(xml: string, at: number): Tag | null {
  const head = exec(NAME, xml, at);
  if (head === null) return null;
  const name = localName(head[2] ?? '');
  const attributes = new Map<string, string>();
  let end = at + head[0].length;
  for (let m = exec(ATTRIBUTE, xml, end); m !== null; m = exec(ATTRIBUTE, xml, end)) {
    // Bounded: an element of an event has two attributes, a root of other namespaces a handful.
    if (attributes.size < 64) attributes.set(localName(m[1] ?? ''), decodeText(m[2] ?? m[3] ?? ''));
    end += m[0].length;
  }
  const tail = exec(END, xml, end) ?? (EVENT_ELEMENTS.has(name) ? exec(REST, xml, end) : null);
  if (tail === null) return null;
  const isDamaged = tail[1] === undefined;
  const kind = head[1] === '/' ? 'close' : tail[0].endsWith('/>') ? 'empty' : 'open';
  return { kind, name, attributes, end: end + tail[0].length, isDamaged };
}

function exec(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** `evt:Data` is `Data`; `xmlns:auto-ns2` is `auto-ns2` and of no interest. */
function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * The five entities of XML and character references. Nothing else is expanded: no document type is ever read, and
 * what cannot be expanded (`&nbsp;`, a lone `&`, a surrogate) stays as it is written.
 */
export function decodeText(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(lt|gt|amp|quot|apos));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : whole;
  });
}
