/** Rows 1 to 5: syslogs beside ripgrep, lnav and larger ones. */
import { report, reportSaid } from './program.mjs';
import { rulePack } from './rule-packs.mjs';

// The four messages that the generator writes; lnav parses every line to answer.
const COUNT =
  ";SELECT count(*) AS n FROM syslog_log WHERE log_body LIKE '%blk_update_request%' OR log_body LIKE '%blocked for more than%' OR log_body LIKE '%Remounting filesystem%' OR log_body LIKE '%timing out command%'";

const lnav = (file) => ({
  name: '`lnav -n`, counting the same events',
  needs: 'lnav',
  argv: ['lnav', '-n', '-c', COUNT, '-c', ':write-csv-to -', file],
  said: /^[1-9]\d*$/m,
});

const ours = (file, ...options) => ({ argv: report(file, ...options), said: reportSaid });

const seconds = (row, what, over, under, target) => ({
  row,
  what,
  quantity: 'seconds',
  over,
  under,
  ...target,
  unit: '×',
});

export function sparse({ sizes, literals, syslog }) {
  const log = syslog('sparse', sizes.sparse, 1000);
  return {
    id: 'sparse',
    title: `${sizes.sparse} MB syslog, one line in 1,000 relevant`,
    prepare: () => ({ files: [log.file], bytes: log.make() }),
    contestants: {
      report: { name: '`faultline report`', ...ours(log.file) },
      rg: {
        name: '`rg -j1 -c -F -i -f`, the literals of the core pack',
        needs: 'rg',
        argv: ['rg', '-j1', '-c', '-F', '-i', '-f', literals, log.file],
        said: /^[1-9]\d*$/m,
      },
      lnav: lnav(log.file),
    },
    figures: [
      seconds(1, 'time, `report` / `rg -j1`', 'report', 'rg', { atMost: 1 }),
      seconds(2, 'time, `lnav` / `report`', 'lnav', 'report', { atLeast: 8 }),
    ],
  };
}

export function dense({ sizes, syslog }) {
  const log = syslog('dense', sizes.dense, 1);
  return {
    id: 'dense',
    title: `${sizes.dense} MB syslog, every line relevant`,
    prepare: () => ({ files: [log.file], bytes: log.make() }),
    contestants: { report: { name: '`faultline report`', ...ours(log.file) }, lnav: lnav(log.file) },
    figures: [
      seconds(3, 'time, `report` / `lnav`', 'report', 'lnav', { atMost: 2 }),
      { row: 3, what: 'peak memory of `report`', quantity: 'highestPeakMb', over: 'report', below: 350, unit: 'MB' },
    ],
  };
}

export function extraRules({ work, sizes, syslog }) {
  const log = syslog('sparse', sizes.sparse, 1000);
  const [count] = sizes.rules;
  const pack = rulePack(work, 'linux', count);
  return {
    id: 'extra-rules',
    title: `${sizes.sparse} MB syslog, one line in 1,000 relevant, ${count.toLocaleString('en')} more detection rules`,
    skip: pack.skip,
    prepare() {
      pack.make();
      return { files: [log.file], bytes: log.make() };
    },
    contestants: {
      core: { name: '`faultline report`, core pack', ...ours(log.file) },
      more: { name: '`faultline report --rules`, core pack and the rules', ...ours(log.file, '--rules', pack.folder) },
    },
    figures: [seconds(4, 'time, with the rules / without', 'more', 'core', { atMost: 1.5 })],
  };
}

export function scaling({ sizes, syslog }) {
  const logs = sizes.scaling.map((mb) => ({ ...syslog('sparse', mb, 1000), key: `mb${mb}`, size: sizeText(mb) }));
  const [small, large] = [logs[0], logs.at(-1)];
  const [over, under] = [large.key, small.key];
  const ratio = (what, quantity) => ({
    ...{ row: 5, what: `${what}, ${large.size} / ${small.size}` },
    ...{ quantity, over, under, atMost: 1.2, unit: '×' },
  });
  return {
    id: 'scaling',
    title: `syslogs of ${small.size} to ${large.size}, one line in 1,000 relevant`,
    prepare: () => ({ files: logs.map(({ file }) => file), bytes: logs.map((log) => log.make()) }),
    contestants: Object.fromEntries(
      logs.map(({ key, size, file }, part) => [key, { name: `\`faultline report\`, ${size}`, part, ...ours(file) }]),
    ),
    chart: logs.map(({ key }) => key),
    figures: [
      ratio('time per byte', 'secondsPerByte'),
      ratio('peak memory', 'peakMb'),
      {
        row: 5,
        what: `peak memory, ${large.size}`,
        quantity: 'highestPeakMb',
        over: large.key,
        below: 350,
        unit: 'MB',
      },
    ],
  };
}

function sizeText(mb) {
  return mb < 1000 ? `${mb} MB` : `${mb / 1000} GB`;
}
