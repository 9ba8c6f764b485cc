/**
 * The import graph (docs/decisions/0001-package-graph.md), checked. Whatever is not listed is refused.
 * A rule's `from` leaves tests out: they may use the testkit and every package.
 */
const tests = '\\.(test|fixture)\\.ts$|/src/testing/|^e2e/|^packages/testkit/';

/** What each of our folders may import of ours, besides itself. */
const mayImport = {
  'packages/contract': [],
  'packages/catalog': ['packages/contract'],
  'packages/chassis': ['packages/contract'],
  'packages/kafka': ['packages/contract', 'packages/chassis'],
  'packages/store': ['packages/contract', 'packages/catalog', 'packages/chassis'],
  'packages/functions': ['packages/contract', 'packages/catalog'],
  'packages/erp': ['packages/contract', 'packages/catalog'],
  'packages/tables': [],
  'packages/history-tasks': ['packages/contract', 'packages/catalog', 'packages/chassis', 'packages/store'],
  'services/[^/]+': ['packages/(?!testkit/)[^/]+'],
  'infra/cli': ['packages/(?!testkit/)[^/]+', 'infra/embedded', 'infra/sandbox'],
  'infra/embedded': [],
  'infra/sandbox': ['packages/contract'],
  scripts: ['packages/contract'],
};

/** Those who speak to broker and store as strangers would: the other two sides, the fault harness, and tests from outside. */
const outside = '^infra/sandbox/|^infra/cli/src/chaos/|^infra/embedded/.*\\.test\\.ts$|^e2e/';

/** Each driver library has one owner, so that it can be replaced in one place. */
const drivers = {
  kafkajs: `^packages/kafka/|${outside}`,
  'mongoose|mongodb': `^packages/store/|${outside}`,
  'axios|undici|fast-xml-parser': '^packages/erp/',
  'csv-parse|saxes|yauzl|yazl': '^packages/tables/',
};

const allowLists = Object.entries(mayImport).map(([folder, allowed]) => ({
  name: `imports-of-${folder.replace('/[^/]+', '').replace('/', '-')}`,
  severity: 'error',
  comment: `${folder} may import of ours: ${allowed.join(', ') || 'nothing'}`,
  from: { path: `^(${folder})/`, pathNot: tests },
  to: {
    path: '^(packages|services|infra|e2e|scripts)/',
    pathNot: ['^$1/', ...allowed.map((other) => `^${other}/`)],
  },
}));

const driverOwners = Object.entries(drivers).map(([library, owners]) => ({
  name: `owner-of-${library.split('|')[0]}`,
  severity: 'error',
  comment: `${library} is imported by its owner only (${owners})`,
  from: { pathNot: owners },
  to: { path: `(^|/)node_modules/(${library})/` },
}));

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'a misspelled or undeclared import',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-service-to-service',
      severity: 'error',
      comment: 'Services meet at topics and in the store, never in code.',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'no-package-to-service',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(services|e2e|infra/(?!embedded/))' },
    },
    {
      name: 'testkit-in-tests-only',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'embedded-for-cli-and-tests',
      severity: 'error',
      comment: 'Services never know whether broker and store are the embedded ones.',
      from: { pathNot: `^infra/(cli|embedded)/|${tests}` },
      to: { path: '^infra/embedded/' },
    },
    {
      name: 'cross-package-by-name',
      severity: 'error',
      comment:
        "Another package's inside is not ours: import what its index.ts exports, by the package's name.",
      from: { path: '^((?:packages|services|infra)/[^/]+)/' },
      to: { path: '^(?:packages|services|infra)/[^/]+/', pathNot: ['^$1/', '/src/index\\.ts$'] },
    },
    ...allowLists,
    ...driverOwners,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|target|coverage|\\.syncline)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.tests.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default'],
    },
  },
};
