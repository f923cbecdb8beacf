// Lint rules for all TypeScript and JavaScript: typescript-eslint strict everywhere, with types where they catch
// lost promises, and every JupyterLab rule at error where it applies.
import js from '@eslint/js';
import jupyter from '@jupyter/eslint-plugin';
import { defineConfig } from 'eslint/config';
import { createRequire } from 'node:module';
import tseslint from 'typescript-eslint';

const jsoncParser = createRequire(import.meta.url)('jsonc-eslint-parser');

const NODE_GLOBALS = Object.fromEntries(
  [
    'Buffer',
    'URL',
    'URLSearchParams',
    'AbortController',
    'AbortSignal',
    'clearTimeout',
    'console',
    'fetch',
    'process',
    'setTimeout',
    'structuredClone',
    'performance'
  ].map(name => [name, 'readonly'])
);

// no-schema-enum works on JSON files, galata-* and the snapshot rule on browser tests: configured below.
const FRONT_END_RULES = [
  'plugin-activation-args',
  'command-described-by',
  'command-id-convention',
  'plugin-description',
  'plugin-id-convention',
  'no-translation-concatenation',
  'no-dynamic-translation',
  'token-format',
  'no-untranslated-string',
  'no-pageconfig-base-url',
  'require-signal-cleanup',
  'require-signal-this-arg',
  'prefer-signal-this-arg',
  'require-disposable-ownership',
  'require-disposable-transfer',
  'incorrect-translator-usage',
  'prefer-lazy-imports'
];

const BROWSER_TEST_RULES = [
  'require-soft-assertions-before-snapshots',
  'galata-prefer-context-menu-helper',
  'galata-prefer-filebrowser-helper',
  'galata-prefer-menu-helper',
  'galata-prefer-notebook-cell-helper',
  'galata-prefer-sidebar-activity-helper'
];

const atError = names => Object.fromEntries(names.map(name => [`jupyter/${name}`, 'error']));
const off = names => Object.fromEntries(names.map(name => [`jupyter/${name}`, 'off']));

export default defineConfig(
  {
    ignores: [
      '**/node_modules/',
      '**/lib/',
      '**/.venv/',
      '.build/',
      'dist/',
      'coverage/',
      'jupyterlab_datamark/',
      'test-results/',
      'ui-tests/test-results/',
      'playwright-report/'
    ]
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [js.configs.recommended],
    languageOptions: { ecmaVersion: 2024, sourceType: 'module', globals: NODE_GLOBALS },
    rules: { 'no-var': 'error', 'prefer-const': 'error', eqeqeq: 'error' }
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: {
        module: 'writable',
        require: 'readonly',
        Element: 'readonly',
        Event: 'readonly',
        globalThis: 'readonly'
      }
    }
  },
  { files: ['style/index.js'], languageOptions: { sourceType: 'module' } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [js.configs.recommended, tseslint.configs.strict],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      // The compiler knows which names exist.
      'no-undef': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false }
      ],
      // A name for a set of constants, as JupyterLab's own CommandIDs.
      '@typescript-eslint/no-namespace': ['error', { allowDeclarations: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }]
    }
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { jupyter },
    rules: {
      ...atError(FRONT_END_RULES),
      // Declares ids, exported one by one because the compiler then knows each as a literal.
      '@typescript-eslint/no-namespace': 'off'
    }
  },
  {
    // A plugin registers what stands beside it at once; what is heavy there (dialogs, the panel’s views) is loaded
    // by the command or view that needs it. Packages stay checked.
    files: ['src/plugins/*.{ts,tsx}'],
    rules: { 'jupyter/prefer-lazy-imports': ['error', { ignoreImports: ['../*', './*'] }] }
  },
  {
    // Unit tests make plugins, commands, words and signals of their own, none of which reach a user.
    files: ['src/**/*.test.{ts,tsx}', 'src/testing/**/*.{ts,tsx}'],
    rules: off([
      'prefer-lazy-imports',
      'plugin-id-convention',
      'command-id-convention',
      'command-described-by',
      'no-untranslated-string',
      'require-disposable-ownership'
    ])
  },
  {
    files: ['schema/**/*.json'],
    plugins: { jupyter },
    languageOptions: { parser: jsoncParser },
    rules: atError(['no-schema-enum'])
  },
  {
    files: ['ui-tests/**/*.{ts,tsx}'],
    plugins: { jupyter },
    rules: {
      ...atError(BROWSER_TEST_RULES),
      // Playwright's fixtures with nothing to ask for are written `({}, use)`.
      'no-empty-pattern': 'off'
    }
  }
);
