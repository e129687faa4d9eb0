/** Rows 8 to 11: metrics, many sources, a case file, search. */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { generateSyslog } from './generate.mjs';
import { generateCounters } from './generate-counters.mjs';
import { dropFromCache } from './measure.mjs';
import { faultline, lacks, report, reportSaid } from './program.mjs';

const said = reportSaid;

export function counters({ work, sizes }) {
  const file = `${work}counters-${sizes.counters}.csv`;
  const cold = () => dropFromCache([file]);
  const seconds = { row: 8, quantity: 'seconds', unit: '×' };
  return {
    id: 'counters',
    title: `${sizes.counters} MB PDH-CSV of 400 counters`,
    prepare() {
      generateCounters(file, sizes.counters * 1e6);
      return { files: [file], bytes: statSync(file).size };
    },
    contestants: {
      report: { name: '`faultline report`', argv: report(file), said },
      wc: { name: '`wc -l`', needs: 'wc', argv: ['wc', '-l', file], said: /^[1-9]\d*/ },
      coldReport: { name: '`faultline report`, file not in the page cache', before: cold, argv: report(file), said },
      coldWc: {
        name: '`wc -l`, file not in the page cache',
        needs: 'wc',
        before: cold,
        argv: ['wc', '-l', file],
        said: /^[1-9]\d*/,
      },
    },
    // The cold ones read the file back into the page cache: whoever comes next finds it there.
    figures: [
      { ...seconds, what: 'time, `report` / `wc -l`', over: 'report', under: 'wc', atMost: 12 },
      { ...seconds, what: 'the same from the disk', over: 'coldReport', under: 'coldWc' },
    ],
  };
}

const DIALECTS = ['rfc3339', 'rfc3164', 'short-iso'];

/** Twelve hosts, three ways of writing the time, one line in 1,000 relevant. */
export function manySources({ work, sizes }) {
  const folder = `${work}case-${sizes.member}`;
  const members = Array.from({ length: 12 }, (_, i) => {
    const host = `app${String(i + 1).padStart(2, '0')}`;
    return { host, dialect: DIALECTS[i % DIALECTS.length], folder: `${folder}/${host}/var/log`, mb: sizes.member };
  });
  const prepare = () => {
    const files = members.map((member) => {
      mkdirSync(member.folder, { recursive: true });
      generateSyslog(`${member.folder}/syslog`, member.mb * 1e6, 1000, member);
      return `${member.folder}/syslog`;
    });
    return { files, bytes: files.reduce((sum, file) => sum + statSync(file).size, 0) };
  };
  const jobs = (n) => ({ name: `\`faultline report --jobs ${n}\``, argv: report(folder, '--jobs', String(n)), said });
  return {
    id: 'jobs',
    title: `a case of 12 syslogs of ${sizes.member} MB each`,
    prepare,
    contestants: { one: jobs(1), two: jobs(2) },
    sameOutput: ['one', 'two'],
    figures: [
      {
        row: 9,
        what: 'time, one worker / two',
        quantity: 'seconds',
        over: 'one',
        under: 'two',
        atLeast: 1.7,
        unit: '×',
      },
    ],
  };
}

export function reopening({ work, sizes, syslog }) {
  const mb = sizes.scaling.at(-1);
  const log = syslog('sparse', mb, 1000);
  const file = `${work}reopened.case`;
  const remove = () => {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(file + end, { force: true });
  };
  const argv = report(log.file, '--case', file);
  return {
    id: 'case',
    title: `a case of ${mb / 1000} GB opened again, unchanged (\`--case\`)`,
    skip: lacks('--case', 'report'),
    prepare: () => ({ files: [log.file], bytes: log.make() }),
    inOrder: true,
    contestants: {
      first: { name: 'first run, no case file yet', before: remove, argv, said },
      again: { name: 'second run', argv, said },
    },
    sameOutput: ['first', 'again'],
    figures: [
      { row: 10, what: 'time of the second run', quantity: 'seconds', over: 'again', below: 1, unit: 's' },
      { row: 10, what: 'time, first run / second', quantity: 'seconds', over: 'first', under: 'again', unit: '×' },
    ],
  };
}

/** In the generated syslog once in one or two million lines. */
const RARE = 'from 10.20.89.17 port 42234';

const hits = (out) => String(out.split(RARE).length - 1);

export function searching({ sizes, syslog }) {
  const mb = sizes.scaling.at(-1);
  const log = syslog('sparse', mb, 1000);
  return {
    id: 'search',
    title: `a rare literal in a syslog of ${mb / 1000} GB`,
    skip: lacks('search'),
    prepare: () => ({ files: [log.file], bytes: log.make() }),
    contestants: {
      search: { name: '`faultline search`', argv: faultline('search', RARE, log.file, '--quiet'), said: hits },
      rg: { name: '`rg -j2 -c -F`', needs: 'rg', argv: ['rg', '-j2', '-c', '-F', RARE, log.file], said: /^[1-9]\d*$/m },
    },
    sameSaid: ['search', 'rg'],
    figures: [
      {
        row: 11,
        what: 'time, `search` / `rg -j2`',
        quantity: 'seconds',
        over: 'search',
        under: 'rg',
        atMost: 2.5,
        unit: '×',
      },
    ],
  };
}
