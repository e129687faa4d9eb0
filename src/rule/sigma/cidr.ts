export interface Network {
  readonly version: 4 | 6;
  readonly address: bigint;
  /** How many low bits are free. */
  readonly free: bigint;
}

interface Address {
  readonly version: 4 | 6;
  readonly value: bigint;
}

export type NetworkResult = Network | { readonly problem: string; readonly fix: string };

/** `10.0.0.0/8`, `fe80::/10`; an address alone is itself. */
export function parseNetwork(text: string): NetworkResult {
  const [head = '', length, ...rest] = text.split('/');
  const address = parseAddress(head);
  if (address === null || rest.length > 0)
    return { problem: `'${text}' is not a network`, fix: "write for example '10.0.0.0/8' or 'fe80::/10'" };
  const bits = address.version === 4 ? 32 : 128;
  if (length !== undefined && (!/^\d{1,3}$/.test(length) || Number(length) > bits))
    return { problem: `prefix length '${length}' is not possible`, fix: `0 to ${bits}` };
  const free = BigInt(bits - (length === undefined ? bits : Number(length)));
  if ((address.value >> free) << free !== address.value)
    return { problem: `'${text}' has bits behind its prefix`, fix: 'set the host part to zero' };
  return { version: address.version, address: address.value >> free, free };
}

export function isInNetwork(text: string, network: Network): boolean {
  const address = parseAddress(text);
  return address !== null && address.version === network.version && address.value >> network.free === network.address;
}

// "fe80::215:5dff:fe01:203%eth0": the zone names an interface, not a network.
const ZONE = /%[\w.-]{1,32}$/;
const BYTE = /^(?:0|[1-9]\d{0,2})$/;

export function parseAddress(text: string): Address | null {
  if (text.length > 80) return null;
  const bare = text.trim();
  if (bare.includes(':')) return parseV6(bare.replace(ZONE, ''));
  const value = parseV4(bare);
  return value === null ? null : { version: 4, value };
}

function parseV4(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let value = 0n;
  for (const part of parts) {
    // Leading zeros are octal to some programs and decimal to others: neither is guessed.
    if (!BYTE.test(part) || Number(part) > 255) return null;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function parseV6(text: string): Address | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = [groupsOf(halves[0] ?? ''), groupsOf(halves[1] ?? '')];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...new Array<number>(halves.length === 2 ? missing : 0).fill(0), ...tail];
  return { version: 6, value: groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n) };
}

function groupsOf(text: string): readonly number[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [i, part] of parts.entries()) {
    const v4 = i === parts.length - 1 && part.includes('.') ? parseV4(part) : null;
    if (v4 !== null) groups.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}
