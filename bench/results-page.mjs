/** bench/RESULTS.md and the README's table from results.json and notes.md. Pure: same results, same page. */
import { secondsText, targetText, valueText } from './statistics.mjs';

const TABLE = /(<!-- speed -->\n)[\s\S]*?(<!-- \/speed -->)/;

/** The README with the table of these results between its two marks. */
export function withTable(readme, results) {
  if (!TABLE.test(readme)) throw new Error('README.md has no <!-- speed --> and <!-- /speed -->');
  return readme.replace(TABLE, (_, open, close) => `${open}${summaryTable(results)}\n${close}`);
}

/** One line for each figure that has a target. */
export function summaryTable({ experiments }) {
  const rows = experiments
    .flatMap((experiment) => experiment.figures.map((figure) => ({ experiment, figure })))
    .filter(({ figure }) => targetText(figure) !== '')
    .sort((a, b) => a.figure.row - b.figure.row)
    .map(({ experiment, figure }) => {
      const verdict = figure.verdict === 'missed' ? '**missed**' : figure.verdict;
      return `| ${figure.row} | ${experiment.title} | ${figure.what} | ${measuredText(figure, experiment)} | ${targetText(figure)} | ${verdict} |`;
    });
  return ['| | work | figure | measured | target | |', '|---|---|---|---|---|---|', ...rows].join('\n');
}

/** The figure, and what it was made of. */
function measuredText(figure, { contestants }) {
  const shown = valueText(figure, figure.value);
  if (contestants === undefined || figure.under === undefined) return shown;
  const [over, under] = [figure.over, figure.under].map((key) => contestants[key].summary);
  if (figure.quantity === 'seconds')
    return `${shown} (${secondsText(over.seconds)} s / ${secondsText(under.seconds)} s)`;
  if (figure.quantity === 'peakMb') return `${shown} (${over.peakMb.toFixed(0)} MB / ${under.peakMb.toFixed(0)} MB)`;
  return `${shown} (${over.mbPerSecond.toFixed(0)} MB/s against ${under.mbPerSecond.toFixed(0)} MB/s)`;
}

export function resultsPage(results, notes) {
  const why = readNotes(notes);
  return `${[
    '# Benchmarks',
    '',
    ...(results.quick ? ['A smoke test on small files: it shows that the benchmark works, and no more.', ''] : []),
    ...machineLines(results),
    '',
    summaryTable(results),
    '',
    METHOD,
    ...results.experiments.flatMap((experiment) => ['', ...section(experiment, why)]),
  ].join('\n')}\n`;
}

const METHOD = `## How it is measured

- **Whole processes**, from before they are started until they have ended: start-up, rules, hashing of every source (SHA-256), reading, judging, output. Nothing is kept from one run to the next, except in row 10, which is about that.
- **In turn**: every program once on the same files, then every program again; who begins changes from round to round. The middle of the runs counts; fastest and slowest stand beside it, every single sample is in [results.json](results.json).
- **From the page cache**: every file is read once before it is timed, so that this compares programs, not disks. What a process read from the disk all the same is said where it was more than 1 MB. Lines that say so start from the disk.
- **Peak memory** is the kernel's high-water mark (\`VmHWM\` in \`/proc/PID/status\`), the largest of a process and its children. It counts pages of a file mapped into memory: ripgrep maps what it searches, and shows its size.
- **CPU seconds** are user and system time of all threads and children, read every 10 ms: the last 10 ms may be missing. \`report\` and \`search\` use as many threads as there are cores unless \`--jobs\` says otherwise; where a peer has one thread, compare these.
- **Same output**: a run that fails, finds nothing, or prints other bytes than the run before fails its row.
- **Files** are made by \`generate.mjs\` and \`generate-counters.mjs\`, the same bytes every time. EVTX are real ones where there is a corpus (FAULTLINE_CORPUS); copies differ in one unused byte of their header.
- Programs do different work for the same question: ripgrep counts lines, lnav indexes them, \`evtxexport\` prints every event. \`report\` decodes only what a rule can use, and counts and hashes all the rest. What each printed is in its row.

\`npm run build && npm run bench\` makes this page, \`results.json\`, \`scaling.svg\` and the README's table; \`RUNS\` sets the number of runs, \`--only 1,3\` the rows. Explanations of missed targets are kept in \`notes.md\`.`;

function machineLines({ machine, versions, idleSeconds, experiments }) {
  if (machine === undefined) return ['Nothing was measured yet.'];
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${shortVersion(name, version)}`);
  const days = [...new Set(experiments.flatMap(({ measured }) => measured ?? []))].sort();
  return [
    `${machine.cores} x ${machine.cpu}, ${machine.memoryGb} GB of memory, ${machine.kernel}, ${machine.disk}; ${peers.join(', ')}. Measured ${days.join(', ')}; an empty program (true) takes ${secondsText(idleSeconds)} s measured the same way.`,
  ];
}

function shortVersion(name, version) {
  if (version === null) return 'not installed';
  const start = { rg: 'ripgrep ', lnav: 'lnav ', evtxexport: 'evtxexport ', wc: 'wc ' }[name] ?? '';
  return version.startsWith(start) ? version.slice(start.length) : version;
}

function section(experiment, why) {
  const rows = [...new Set(experiment.figures.map(({ row }) => row))];
  return [
    `## ${rows.length > 1 ? 'Rows' : 'Row'} ${rows.join(' and ')}: ${experiment.title}`,
    '',
    ...(experiment.status === 'measured'
      ? measuredSection(experiment)
      : [`${experiment.status}: ${experiment.reason}.`]),
    ...rows.flatMap((row) => noteLines(row, experiment, why)),
  ];
}

function measuredSection(experiment) {
  const { version, commit, changed } = experiment.program;
  const state = `faultline ${version}, commit ${commit}${changed ? ' with local changes' : ''}`;
  const contestants = Object.values(experiment.contestants);
  return [
    `${experiment.runs} runs each, ${experiment.measured}, ${state}; load of the machine before: ${experiment.loadBefore.toFixed(2)}.`,
    '',
    '| program | median s | fastest | slowest | MB/s | CPU s | peak MB | printed |',
    '|---|---|---|---|---|---|---|---|',
    ...contestants.map(contestantRow),
    '',
    ...experiment.figures.map(figureLine(experiment)),
    ...contestants.filter(({ summary }) => summary.diskMb > 1).map(diskLine),
    ...(experiment.chart === undefined ? [] : ['', '![Seconds and peak memory over gigabytes](scaling.svg)']),
    '',
    '```sh',
    ...contestants.map(({ command }) => command),
    '```',
  ];
}

function contestantRow({ name, summary, samples }) {
  const times = [summary.seconds, summary.fastest, summary.slowest].map(secondsText).join(' | ');
  const said = (samples[0]?.said ?? '').replaceAll('|', '\\|');
  const speed = summary.value === undefined ? summary.mbPerSecond.toFixed(0) : '–';
  return `| ${name} | ${times} | ${speed} | ${summary.cpuSeconds.toFixed(2)} | ${summary.highestPeakMb.toFixed(0)} | ${said} |`;
}

function figureLine(experiment) {
  return (figure) => {
    const target = targetText(figure);
    const verdict = target === '' ? 'for information' : `target ${target}, ${figure.verdict}`;
    return `- row ${figure.row}, ${figure.what}: ${measuredText(figure, experiment)}; ${verdict}`;
  };
}

function diskLine({ name, summary }) {
  return `- ${name} read up to ${summary.diskMb.toFixed(0)} MB from the disk`;
}

/** Sections `## Row 3` of notes.md. */
export function readNotes(text) {
  const parts = text.split(/^## Row (\d+)\s*$/m);
  const notes = new Map();
  for (let i = 1; i < parts.length; i += 2) {
    const note = parts[i + 1].trim();
    if (note !== '') notes.set(Number(parts[i]), note);
  }
  return notes;
}

/** A missed row without an explanation keeps a place that can be searched for. */
function noteLines(row, { figures }, why) {
  const note = why.get(row);
  if (note !== undefined) return ['', note];
  const missed = figures.some((figure) => figure.row === row && figure.verdict === 'missed');
  return missed ? ['', `<!-- why: row ${row} -->`] : [];
}
