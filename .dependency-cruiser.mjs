/** The import law. Each rule says to the person who breaks it why it is there. */
const stages = ['detect', 'clock', 'topology', 'correlate', 'gaps', 'attribute'];

const notBetween = (from, reason, allowed) => ({
  name: `${from}-imports`,
  comment: reason,
  severity: 'error',
  from: { path: `^src/${from}/`, pathNot: '\\.test\\.ts$|/build-[^/]+\\.mjs$' },
  to: { pathNot: [`^src/${from}/`, ...allowed] },
});

const library = (names) => `(^|/)node_modules/(${names.join('|')})/`;
const model = '^src/model/';

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or a third one is missing between them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    notBetween('model', 'The model is plain types and pure helpers: it imports nothing, no library and no node:.', []),
    notBetween('parser', 'The parser kit knows only the model, so that a parser can be read and tested alone.', [
      model,
    ]),
    {
      name: 'parser-folders',
      comment:
        'A parser reads its format: it knows its folder, the kit, the model and format libraries, never another parser, a stage or the file system.',
      severity: 'error',
      from: { path: '^parsers/([^/]+)/', pathNot: '\\.test\\.ts$|/write-[^/]+\\.ts$|\\.mjs$' },
      to: { pathNot: ['^parsers/$1/', '^src/parser/', model, library(['yaml'])] },
    },
    {
      name: 'parsers-index',
      comment: 'parsers/index.ts is the list of parsers and nothing else.',
      severity: 'error',
      from: { path: '^parsers/index\\.ts$' },
      to: { pathNot: ['^parsers/[^/]+/parser\\.ts$', '^src/parser/'] },
    },
    notBetween('scan', 'The scanner finds bytes: it knows the model and node:, nothing of formats or rules.', [
      model,
      '^(node:)?[a-z_/]+$',
    ]),
    {
      name: 'ingest-imports',
      comment: 'Ingest opens files and runs parsers; it must not know rules or what a record means.',
      severity: 'error',
      from: { path: '^src/ingest/', pathNot: '\\.test\\.ts$' },
      to: { path: ['^src/', '^parsers/'], pathNot: ['^src/(ingest|model|parser|scan)/', '^parsers/index\\.ts$'] },
    },
    {
      name: 'rule-imports',
      comment:
        'Rules are loaded and compiled alone: model, yaml, re2js and reading files. What they match is the work of other stages.',
      severity: 'error',
      from: { path: '^src/rule/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^src/rule/', model, library(['yaml', 're2js']), '^(node:)?(fs|path|crypto)$'] },
    },
    notBetween(
      'detect',
      'Detection sees records of one source and the model; clocks, topology and causes come later.',
      [model, library(['re2js'])],
    ),
    notBetween('clock', 'Clocks are solved from evidence of time alone: model and time-zone data.', [
      model,
      library(['@date-fns/tz']),
    ]),
    notBetween('topology', 'Who is who is read from records: model only.', [model]),
    notBetween('correlate', 'Correlation sees detections on one timeline: model only.', [model]),
    notBetween('gaps', 'Why a log is silent is read from its statistics and from placed detections: model only.', [
      model,
    ]),
    notBetween(
      'attribute',
      'Attribution weighs what earlier stages found, through the model: stages never import each other.',
      [model],
    ),
    {
      name: 'stages-apart',
      comment: 'Stages never import each other: analyze.ts hands the result of one to the next.',
      severity: 'error',
      from: { path: `^src/(${stages.join('|')})/`, pathNot: '\\.test\\.ts$' },
      to: { path: `^src/(${stages.join('|')})/`, pathNot: '^src/$1/' },
    },
    notBetween(
      'store',
      'The store keeps plain data in SQLite: model and driver only. What a reading means, and when it may be used again, is not its business.',
      [model, library(['better-sqlite3', '@types/better-sqlite3']), '^(node:)?(fs|path|url|crypto)$'],
    ),
    notBetween('report', 'Reporting says what the Report holds; it computes nothing and reads no file.', [
      model,
      library(['lunr', 'd3-scale', 'd3-shape', 'date-fns']),
    ]),
    {
      name: 'analyze-imports',
      comment: 'analyze.ts knows the order of the stages, and nothing of reports, terminals or single formats.',
      severity: 'error',
      from: { path: '^src/(analyze|read-evidence|read-case|case-plan|keep-(reading|metrics)|watch-source)\\.ts$' },
      to: { path: ['^src/(cli|report|tui)/', '^parsers/', '^node_modules/'] },
    },
    notBetween(
      'search',
      'Search reads and places evidence as the analysis does, for a query instead of rules: it knows no report, and of the rules only what turns an expression into literals.',
      [
        '^src/(model|parser|ingest|clock|topology)/',
        '^src/rule/sigma/(fold|regex-literals)\\.ts$',
        library(['re2js']),
        '^(node:)?fs$',
      ],
    ),
    {
      name: 'nobody-imports-cli',
      comment: 'cli and main.ts are the outside: everything may be used there, and nothing may use them.',
      severity: 'error',
      from: { path: '^(src|parsers)/', pathNot: ['^src/(cli/|main\\.ts)', '\\.test\\.ts$'] },
      to: { path: '^src/(cli/|main\\.ts)' },
    },
    {
      name: 'files-opened-in-few-places',
      comment:
        'File access only in cli, ingest, scan, search, rule (loading), store and watch: everywhere else the same input must give the same output.',
      severity: 'error',
      from: {
        path: '^(src|parsers)/',
        pathNot: [
          '^src/(cli|ingest|scan|search|rule|store|watch)/',
          '^src/main\\.ts$',
          '\\.test\\.ts$',
          '^parsers/[^/]+/write-[^/]+\\.ts$',
          '\\.mjs$',
        ],
      },
      to: { path: '^(node:)?(fs|fs/promises|child_process|net|http|https|os|worker_threads)$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/scan/assembly/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
