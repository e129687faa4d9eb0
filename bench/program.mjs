import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** FAULTLINE_DIST measures another build than dist/, for example the one before a change. */
export const isOtherBuild = process.env.FAULTLINE_DIST !== undefined;
export const dist = isOtherBuild ? resolve(process.env.FAULTLINE_DIST) : new URL('../dist', import.meta.url).pathname;
const main = `${dist}/bin/faultline.js`;

/** What a report began with, and how many records of all kinds it read. */
export function reportSaid(out) {
  const head = /^faultline \S+: (.*)/.exec(out)?.[1];
  const records = /^read +\d+ sources?, (\d+) records/m.exec(out)?.[1];
  return head === undefined || records === undefined ? undefined : `${head}, ${records} records`;
}

/** The command line that runs the built program. */
export const faultline = (...args) => [process.execPath, main, ...args];

export const report = (...args) => faultline('report', ...args, '--quiet');

export function isBuilt() {
  return existsSync(main);
}

/** Null when the built program knows the word, else why a row cannot be run. */
export function lacks(word, ...verb) {
  const [node, ...args] = faultline(...verb, '--help');
  const help = spawnSync(node, args, { encoding: 'utf8' });
  return help.stdout.includes(word) ? null : `this build of faultline has no ${word}`;
}

/** What the core pack looks for in a syslog: the literals the scanner is built from, for ripgrep to look for as well. */
export async function syslogLiterals() {
  const { loadPacks } = await import(`${dist}/src/rule/load.js`);
  const { corePack } = await import(`${dist}/src/cli/load-rules.js`);
  const rules = loadPacks([corePack()]).rules.filter(
    (rule) => rule.kind === 'detection' && rule.logsource.product === 'linux',
  );
  const literals = new Set(rules.flatMap((rule) => rule.literals ?? []));
  if (literals.size === 0) throw new Error('the core pack gave no literals: has the rule model changed?');
  return [...literals];
}
