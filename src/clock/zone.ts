import { UserError } from '../model/user-error.js';
import { courseOfZone } from './zone-courses.js';

/** `--zone NAME-OR-PATH=ZONE`: a host, VM or path (`*` at either end), and what its local time is. */
export interface ZoneOverride {
  readonly target: string;
  readonly zone: string;
}

/** Parses and checks the overrides given on the command line. */
export function readOverrides(texts: readonly string[]): readonly ZoneOverride[] {
  return texts.map((text) => {
    const at = text.lastIndexOf('=');
    if (at < 1 || at === text.length - 1) {
      throw new UserError(`--zone "${text}" is not NAME-OR-PATH=ZONE`, 'for example --zone web01=Europe/Vienna');
    }
    const zone = text.slice(at + 1);
    checkZone(zone);
    return { target: text.slice(0, at), zone };
  });
}

export function overrideFor(
  overrides: readonly ZoneOverride[],
  host: string | null,
  path: string,
): ZoneOverride | null {
  return overrides.find(({ target }) => isTarget(target, host) || isTarget(target, path)) ?? null;
}

function isTarget(target: string, name: string | null): boolean {
  if (name === null) return false;
  const wanted = target.toLowerCase();
  const given = name.toLowerCase();
  if (wanted === given || wanted === given.split('.')[0]) return true;
  if (wanted.startsWith('*') && given.endsWith(wanted.slice(1))) return true;
  return wanted.endsWith('*') && given.startsWith(wanted.slice(0, -1));
}

/** Throws a UserError for a zone nobody knows. */
export function checkZone(zone: string): void {
  courseOfZone(zone, { earliest: 0, latest: 0 });
}
