/**
 * Bundles the sidecar into the one file that ships in the wheel, with the API description beside it.
 * Run by `npm run build:sidecar [-- --out DIRECTORY]`; needs node_modules only while building.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { out: target } = parseArgs({
  options: { out: { type: 'string', default: join(root, 'jupyterlab_datamark', 'sidecar') } }
}).values;
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

/**
 * Parts of dependencies that the sidecar never uses, and what stands in for them: they would cost a tenth of its
 * memory. express only re-exports body-parser (bodies are read by http/readBody.ts) and asks qs only for the
 * `extended` query parser; the API has two media types, and its messages are in English.
 */
const leftOut = [
  { filter: /^body-parser$/, contents: 'module.exports = {};' },
  { filter: /^qs$/, contents: 'module.exports = {};' },
  {
    filter: /^mime-db$/,
    contents: `module.exports = { 'application/json': { charset: 'UTF-8', extensions: ['json'] } };`
  },
  { filter: /^\.\.\/locales\/index\.js$/, contents: 'export {};' },
  // Of the Kubernetes client only the configuration is used. Its models alone cost 40 MB; proxies are undici's here.
  { filter: /^\.\/gen\/index\.js$/, contents: 'export const createConfiguration = null, ServerConfiguration = null;' },
  { filter: /^(socks|socks-proxy-agent|hpagent)$/, contents: 'module.exports = {};' },
  // Of the two forms of undici's parser for HTTP/1 the one that every processor can run; 75 KB each.
  { filter: /\/llhttp_simd-wasm\.js$/, contents: `module.exports = require('undici/lib/llhttp/llhttp-wasm.js');` },
  // undici loads everything it has, `fetch` and `WebSocket` too; a client needs its connections and one call.
  {
    filter: /^undici$/,
    contents: `
      const Dispatcher = require('undici/lib/dispatcher/dispatcher.js');
      Dispatcher.prototype.request = require('undici/lib/api/api-request.js');
      exports.Agent = require('undici/lib/dispatcher/agent.js');
      exports.ProxyAgent = require('undici/lib/dispatcher/proxy-agent.js');
      exports.EnvHttpProxyAgent = require('undici/lib/dispatcher/env-http-proxy-agent.js');
    `
  }
];
const leaveOut = {
  name: 'leave out',
  setup({ onResolve, onLoad }) {
    for (const [index, { filter }] of leftOut.entries()) {
      onResolve({ filter }, ({ path, resolveDir }) =>
        resolveDir.includes('node_modules') || path === 'undici' ? { path: String(index), namespace: 'left-out' } : null
      );
    }
    onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: leftOut[Number(path)].contents,
      resolveDir: root
    }));
  }
};

/**
 * Node's own modules are asked for by `require`. An `import` would read every one of their properties, and those of
 * `node:http` load undici: a tenth of the start and of the memory, for a client that is not used here.
 */
const requireBuiltins = {
  name: 'require builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ kind, path }) =>
      kind === 'import-statement' ? { path, namespace: 'builtin' } : { path, external: true }
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`
    }));
  }
};

/** Puts a file in its place at once: a sidecar that is started meanwhile reads the old or the new one. */
async function place(name, contents) {
  const unfinished = join(target, `.${name}.${process.pid}`);
  await writeFile(unfinished, contents);
  await rename(unfinished, join(target, name));
}

const bundle = await build({
  absWorkingDir: root,
  entryPoints: ['server/src/main.ts'],
  write: false,
  bundle: true,
  platform: 'node',
  format: 'esm',
  // Older than what is needed to run, so that an old Node can still read the file and say that it is too old.
  target: 'node18',
  minify: true,
  keepNames: true,
  legalComments: 'none',
  plugins: [leaveOut, requireBuiltins],
  define: {
    DATAMARK_VERSION: JSON.stringify(version),
    'process.env.NODE_ENV': '"production"',
    // As Node's own copy of undici is made: without a second parser for HTTP/1, an experiment of 150 KB.
    esbuildDetection: 'true'
  },
  // express and pino are CommonJS and ask for Node's own modules by `require`, which an ES module does not have.
  banner: {
    js: "import { createRequire as datamarkRequire } from 'node:module'; const require = datamarkRequire(import.meta.url);"
  },
  logLevel: 'warning'
});
await mkdir(target, { recursive: true });
await place('openapi.json', await readFile(join(root, 'contract', 'openapi.json')));
await place('sidecar.mjs', bundle.outputFiles[0].contents);
