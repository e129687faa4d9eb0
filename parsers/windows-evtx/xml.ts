/** Characters that do not stand for themselves on one line of XML; `\p{Cs}` is half of a surrogate pair alone. */
const UNSAFE_TEXT = /[&<>\x00-\x08\n-\x1f\x7f\p{Cs}\ufffe\uffff]/u;
const UNSAFE_ATTRIBUTE = /[&<>'\x00-\x1f\x7f\p{Cs}\ufffe\uffff]/u;
const EVERY_TEXT = new RegExp(UNSAFE_TEXT, 'gu');
const EVERY_ATTRIBUTE = new RegExp(UNSAFE_ATTRIBUTE, 'gu');
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&apos;' };

/**
 * Line feeds and control characters become character references, so that an event is one line and nothing is lost.
 * XML 1.0 forbids references such as `&#1;`; a character the event holds is worth more than that rule.
 */
export function escapeText(text: string): string {
  return UNSAFE_TEXT.test(text) ? text.replace(EVERY_TEXT, escapeCharacter) : text;
}

/** For values in single quotes, as wevtutil writes them. */
export function escapeAttribute(text: string): string {
  return UNSAFE_ATTRIBUTE.test(text) ? text.replace(EVERY_ATTRIBUTE, escapeCharacter) : text;
}

function escapeCharacter(character: string): string {
  return ENTITIES[character] ?? `&#${character.codePointAt(0) ?? 0};`;
}

/** Not the whole grammar of XML names: enough to tell a name from damaged bytes. */
const NAME = /^[\p{L}_:][\p{L}\p{N}_:.-]*$/u;

export function isXmlName(name: string): boolean {
  return NAME.test(name);
}
