import comments from '@eslint-community/eslint-plugin-eslint-comments';
import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const tests = ['**/*.test.ts', '**/*.fixture.ts', '**/src/testing/**/*.ts', 'e2e/**/*.ts'];

const noDefaultExport = [
  {
    selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
    message: 'Export by name, so that a thing has one name everywhere.',
  },
];
const noEnvironment = [
  {
    selector: 'MemberExpression[object.name="process"][property.name="env"]',
    message: 'Read settings through loadSettings of @syncline/chassis, which checks them at start.',
  },
  {
    selector: 'VariableDeclarator[init.name="process"] > ObjectPattern > Property[key.name="env"]',
    message: 'Read settings through loadSettings of @syncline/chassis, which checks them at start.',
  },
];

export default defineConfig(
  globalIgnores(['**/dist/', '**/target/', '**/coverage/', '**/.syncline/', 'infra/sandbox/config/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    plugins: { comments },
    rules: {
      'comments/require-description': 'error',
      'comments/no-unlimited-disable': 'error',
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        // One program over all sources: a third less work than one for each package, and no build needed first.
        project: ['tsconfig.lint.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // A message whose handling is not awaited is acknowledged before it is done.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A verb of an interface stays async where one implementation has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // Dependencies are objects of closures, taken apart freely.
      '@typescript-eslint/unbound-method': 'off',
      // Takes an instance that a library declares as an interface for a foreign one.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...noDefaultExport, ...noEnvironment],
      'no-restricted-imports': [
        'error',
        {
          paths: [{ name: 'node:process', message: 'Use the global process.' }],
          patterns: [
            {
              regex: '^\\.\\.?/.*\\b(src|dist)/',
              message: 'Import another package by its name: @syncline/….',
            },
          ],
        },
      ],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', { max: 4 }],
      complexity: ['error', { max: 12 }],
    },
  },
  {
    // The one place that turns the environment into settings; and what runs outside of a service.
    files: [
      'packages/chassis/**/*.ts',
      'packages/testkit/**/*.ts',
      'infra/**/*.ts',
      'scripts/**/*.ts',
      ...tests,
    ],
    rules: { 'no-restricted-syntax': ['error', ...noDefaultExport] },
  },
  {
    files: ['infra/cli/**/*.ts', 'scripts/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['services/mapping/**/*.ts'],
    rules: {
      // Thrown in almost every decision: without an error's stack trace.
      '@typescript-eslint/only-throw-error': ['error', { allow: [{ from: 'file', name: 'Needs' }] }],
    },
  },
  {
    files: tests,
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      // jest's asymmetric matchers are of type any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // The web app has the types of a browser and not of Node.
    files: ['services/console/web/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat.recommended],
    languageOptions: { parserOptions: { project: ['services/console/web/tsconfig.json'] } },
  },
  { files: ['services/console/web/vite.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
  // One table of texts for each language.
  { files: ['services/console/web/src/i18n/{en,zh}.ts'], rules: { 'max-lines': 'off' } },
  {
    // Configuration files of tools, whose form the tools decide; and scripts of the web page.
    files: ['**/*.{js,cjs,mjs}'],
    rules: { 'no-unused-vars': 'error', eqeqeq: 'error', 'prefer-const': 'error', 'no-var': 'error' },
  },
  // A function file is called by its name.
  {
    files: ['docs/examples/**/*.js'],
    rules: { 'no-unused-vars': ['error', { varsIgnorePattern: '^execute$' }] },
  },
  prettier,
);
