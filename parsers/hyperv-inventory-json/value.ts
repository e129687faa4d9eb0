/** A JSON value of which nothing is known. */
export type Json = unknown;

/** Properties of one object by their names in lower case: a selection writes names as they were typed. */
export type Properties = ReadonlyMap<string, Json>;

export function propertiesOf(value: Json): Properties | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const properties = new Map<string, Json>();
  for (const [name, inner] of Object.entries(value)) {
    const key = name.toLowerCase();
    // {"value":2,"Value":"Running"}: the text says more.
    if (!properties.has(key) || typeof inner === 'string') properties.set(key, inner);
  }
  return properties;
}

/** A text, or the text inside what Windows PowerShell makes of a value that carries properties: {"value":"web01"}. */
export function textOf(value: Json): string | null {
  const inner = typeof value === 'object' ? (propertiesOf(value)?.get('value') ?? null) : value;
  if (typeof inner !== 'string') return null;
  const text = inner.trim();
  return text === '' || text.length > LONGEST || /\p{Cc}/u.test(text) ? null : text;
}

/** Longer than any path Windows takes (32,767). */
const LONGEST = 32_767;

// "7d1e..."   {"value":"7d1e...","Guid":"7d1e..."}   {"Guid":"7d1e..."}
export function guidOf(value: Json): string | null {
  const text = textOf(propertiesOf(value)?.get('guid') ?? value);
  const guid = text === null ? undefined : GUID.exec(text)?.[1]?.toUpperCase();
  return guid === undefined || /^[0-]+$/.test(guid) ? null : guid;
}

const GUID = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i;

/** The items of a list; a single one may stand without it. Windows PowerShell: {"value":[...],"Count":2}. */
export function itemsOf(value: Json): readonly Json[] {
  if (value === null || value === undefined) return [];
  const inner = propertiesOf(value)?.get('value');
  if (Array.isArray(inner)) return inner;
  return Array.isArray(value) ? value : [value];
}

/** "HV01", or the node as an object with its name. */
export function nameOf(value: Json): string | null {
  const properties = propertiesOf(value);
  return properties === null ? textOf(value) : textOf(properties.get('name') ?? value);
}

/** A member of an enumeration: its number, its name, or both in an object ({"value":2,"Value":"Running"}). */
export function isMember(value: Json, number: number, name: string): boolean {
  const object = typeof value === 'object' && value !== null ? Object.values(value) : [value];
  return object.some((v) => v === number || (typeof v === 'string' && v.toLowerCase() === name.toLowerCase()));
}
