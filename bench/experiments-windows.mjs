/** Rows 6, 7 and 12: Windows event logs. */
import { statSync } from 'node:fs';
import { copyEvtx, findEvtx } from './evtx-copies.mjs';
import { pythonWithEvtx } from './machine.mjs';
import { report, reportSaid } from './program.mjs';
import { evaluation } from './rule-packs.mjs';

const python = pythonWithEvtx();
const script = new URL('./evtx-to-xml.py', import.meta.url).pathname;
const samples = new URL('../samples', import.meta.url).pathname;

/** The corpus is real and may not be passed on; the samples were made by this project's generator. */
function sourcesOf(corpus, largest) {
  const files = findEvtx(corpus ?? samples).filter((file) => statSync(file).size <= largest);
  const whose = corpus === undefined ? 'of `samples/` (FAULTLINE_CORPUS was not set)' : 'of the corpus';
  return { files, whose, name: corpus === undefined ? 'evtx-samples' : 'evtx-corpus' };
}

const sizeOf = (files) => files.reduce((sum, file) => sum + statSync(file).size, 0);

function evtxFiles({ work, sizes, corpus }) {
  const { files, whose, name } = sourcesOf(corpus, sizes.largestEvtx);
  const folder = `${work}${name}`;
  const times = sizes.copies + 1;
  return {
    folder,
    times,
    title: `${sizes.largestEvtx === Number.POSITIVE_INFINITY ? 'all' : 'the smallest'} ${files.length} EVTX ${whose} and ${sizes.copies} copies of each`,
    skip: files.length === 0 ? 'no EVTX there' : null,
    prepare() {
      const { all, originals } = copyEvtx(files, folder, sizes.copies);
      return { files: all, bytes: [sizeOf(all), sizeOf(originals) * times] };
    },
    report: { name: '`faultline report`', argv: report(folder), said: reportSaid },
  };
}

export function evtxExport(context) {
  const { folder, title, skip, prepare, report } = evtxFiles(context);
  return {
    ...{ id: 'evtx', title, skip, prepare },
    contestants: {
      report,
      evtxexport: {
        name: '`evtxexport -f xml`, one file after another in one shell',
        needs: 'evtxexport',
        // Its exit code tells of damaged files, of which the corpus has several.
        argv: [
          'sh',
          '-c',
          'for f in "$0"/*/*.evtx; do evtxexport -f xml "$f"; done >/dev/null 2>&1; echo "every event, to /dev/null"',
          folder,
        ],
        said: /^every event.*/m,
      },
    },
    figures: [
      {
        row: 6,
        what: 'time, `evtxexport` / `report`',
        quantity: 'seconds',
        over: 'evtxexport',
        under: 'report',
        atLeast: 4,
        unit: '×',
      },
    ],
  };
}

export function evtxPython(context) {
  const { folder, times, title, skip, prepare, report } = evtxFiles(context);
  return {
    ...{ id: 'evtx-python', title, skip, prepare },
    contestants: {
      report,
      python: {
        name: `\`python3-evtx\`, XML of every record; the originals alone, time × ${times}`,
        needs: 'python3-evtx',
        ...{ part: 1, scale: times },
        argv: ['sh', '-c', 'exec "$0" "$1" "$2"/00/*.evtx 2>/dev/null', python ?? 'python3', script, folder],
        said: /^[1-9]\d* records.*/m,
      },
    },
    figures: [
      {
        row: 7,
        what: 'time, `python3-evtx` / `report`',
        quantity: 'seconds',
        over: 'python',
        under: 'report',
        atLeast: 100,
        unit: '×',
      },
    ],
  };
}

export function ruleEvaluation({ work, sizes, corpus }) {
  const { files, whose, name } = sourcesOf(corpus, sizes.largestEvtx);
  const folder = `${work}${name}`;
  const count = sizes.rules[1];
  const run = evaluation(`${folder}/00`, count);
  return {
    id: 'rule-evaluation',
    title: `${count.toLocaleString('en')} Sigma rules over the records of the EVTX ${whose}`,
    skip: run.skip,
    prepare() {
      const { originals } = copyEvtx(files, folder, 0);
      return { files: originals, bytes: sizeOf(originals) };
    },
    contestants: { engine: run },
    figures: [
      {
        row: 12,
        what: 'events per second and core',
        quantity: 'value',
        over: 'engine',
        atLeast: 50_000,
        unit: 'events/s',
      },
    ],
  };
}
