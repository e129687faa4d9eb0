import type { WrittenTime } from '../../src/model/time.js';
import { readIsoStamp } from '../../src/parser/stamp.js';

/** A JSON value of which nothing is known. */
export type Json = unknown;

export function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first of the properties that is there and not null. Own properties only. */
export function pick(object: Readonly<Record<string, Json>>, ...names: readonly string[]): Json {
  for (const name of names) if (Object.hasOwn(object, name) && object[name] !== null) return object[name];
  return undefined;
}

export function numberOf(value: Json): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : null;
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

export function stringOf(value: Json): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' ? String(value) : null;
}

/** `S-1-5-18`, or what ConvertTo-Json makes of a SecurityIdentifier: `{"BinaryLength":12,"Value":"S-1-5-18"}`. */
export function sidOf(value: Json): string | null {
  return stringOf(isObject(value) ? pick(value, 'Value') : value);
}

// "\/Date(1595374458918)\/": Windows PowerShell 5.1; the number is UTC whatever offset stands behind it.
const DATE = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/;

/**
 * A time as ConvertTo-Json writes it: `/Date(ms)/` (5.1), `{"value":"/Date(ms)/","DateTime":"..."}` (5.1 inside a
 * projection), ISO 8601 with an offset (7). Stated offsets are taken off; an ISO time without one stays local.
 */
export function timeOf(value: Json): WrittenTime | null {
  if (isObject(value)) return timeOf(pick(value, 'value', 'Value'));
  if (typeof value !== 'string') return null;
  const ms = DATE.exec(value.trim())?.[1];
  if (ms !== undefined) {
    const micros = Number(ms) * 1000;
    const isInRange = Number.isSafeInteger(micros);
    return isInRange ? { micros, clock: 'wall', utcOffset: 0, yearless: false, resolution: 1000 } : null;
  }
  const stamp = readIsoStamp(value.trim());
  if (stamp === null || stamp.length !== value.trim().length) return null;
  if (stamp.time.utcOffset === null) return stamp.time;
  return { ...stamp.time, micros: stamp.time.micros - stamp.time.utcOffset, utcOffset: 0 };
}

/** A data item as the event's XML would show it: bytes as hex, times in ISO form, everything else as its text. */
export function textOf(value: Json, depth = 0): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return isoOfDate(value) ?? value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return hexOf(value) ?? JSON.stringify(value);
  if (isObject(value) && depth < 4) {
    const inner = pick(value, 'Value', 'value');
    if (inner !== undefined) return textOf(inner, depth + 1);
  }
  return JSON.stringify(value);
}

function isoOfDate(text: string): string | null {
  const ms = DATE.exec(text)?.[1];
  // 8.64e15 ms is as far as ECMAScript dates reach.
  return ms === undefined || Math.abs(Number(ms)) > 8.64e15 ? null : new Date(Number(ms)).toISOString();
}

/** A byte array (`[15,0,24]`) as upper-case hex; null when it is something else. */
export function hexOf(value: Json): string | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  let hex = '';
  for (const byte of value) {
    if (typeof byte !== 'number' || !Number.isInteger(byte) || byte < 0 || byte > 255) return null;
    hex += byte.toString(16).toUpperCase().padStart(2, '0');
  }
  return hex;
}
