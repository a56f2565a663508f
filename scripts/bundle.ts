import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/**
 * Bundles an entry point into CommonJS for Node 24: `NAME.bundle.cjs` with all code, and `NAME.cjs`, a launcher. The
 * launcher checks that this Node has the required modules, turns on the compile cache and loads the bundle. The cache
 * applies only to code that is compiled after it was turned on, hence two files: the import takes 90 ms of processor time
 * with a filled cache and 145 ms with an empty one.
 *
 * Keeps class names, because they identify errors. `await import()` of bundled code becomes a closure that runs at
 * first use, so a start evaluates only what it needs. `@azure/functions-core` stays external, because only a Functions
 * host has it.
 * @param launcher path of the launcher: `dist/functions.cjs`
 * @see https://nodejs.org/api/module.html#moduleenablecompilecachecachedir
 */
export async function bundle(
  entry: string,
  launcher: string,
  options: { readonly executable: boolean; readonly commit?: string | null },
): Promise<void> {
  const outfile = launcher.replace(/\.cjs$/, '.bundle.cjs');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'external',
    external: ['@azure/functions-core'],
    plugins: [replacePackages(replacements)],
    // CommonJS has no import.meta. Code that reads its URL gets the URL of the bundle.
    define: { 'import.meta.url': '__bundleUrl', __sourceCommit: JSON.stringify(options.commit ?? null) },
    banner: { js: `const __bundleUrl=require('node:url').pathToFileURL(__filename).href;` },
    logLevel: 'warning',
  });
  await mkdir(dirname(launcher), { recursive: true });
  const bundleName = basename(outfile);
  await writeFile(
    launcher,
    options.executable
      ? `#!/usr/bin/env node\n${launcherCode(bundleName, printAndExit)}`
      : launcherCode(bundleName, throwError),
  );
  if (options.executable) await chmod(launcher, 0o755);
}

/** For a command: one line, and exit code 1. */
const printAndExit = 'process.stderr.write("error UnsupportedNode: " + message + "\\n"); process.exit(1);';
/** For a host, which logs the error. */
const throwError = 'throw new Error(message);';

/** Any Node may read the launcher, so it uses old syntax. It checks for modules instead of a version. */
function launcherCode(bundleName: string, refuse: string): string {
  return `const { isBuiltin, enableCompileCache } = require('node:module');
const missing = [];
if (!isBuiltin('node:sqlite')) missing.push('node:sqlite');
if (!require('node:zlib').createZstdCompress) missing.push('zstd');
if (missing.length > 0) {
  const message = 'vm-identities needs Node.js 24; this is ' + process.version + ' without ' + missing.join(' and ');
  ${refuse}
}
enableCompileCache();
// In two steps: a host that uses import() would look for names of exports in the whole bundle, for 30 ms.
const bundle = require('./${bundleName}');
module.exports = bundle;
`;
}

/** A file of a package that does not export it. Not `import.meta.resolve`: vitest, which runs builds too, lacks it. */
const computeFile = (path: string): string =>
  JSON.stringify(
    join(dirname(createRequire(import.meta.url).resolve('@azure/arm-compute/package.json')), 'dist/esm', path),
  );

/** The code that replaces a whole package: only the part that the bundle uses. */
const replacements = {
  // durable-functions uses one of its hundred validators.
  validator: "exports.isURL = require('validator/lib/isURL').default;",
  // The client has forty groups of operations, a sixth of the bundle. This app uses one.
  '@azure/arm-compute': `import { createComputeManagement } from ${computeFile('api/index.js')};
    import { _getVirtualMachinesOperations } from ${computeFile('classic/virtualMachines/index.js')};
    export class ComputeManagementClient {
      constructor(credential, subscriptionId, options) {
        this.virtualMachines = _getVirtualMachinesOperations(createComputeManagement(credential, subscriptionId, options));
      }
    }`,
  // The engine's client, with an HTTP library that takes half of a cold import. Only starting a run needs it.
  './durableClient/getClient': `for (const name of ['getClient', 'isDurableClientInput']) {
    Object.defineProperty(exports, name, { get: () => require('./durableClient/getClient.js')[name] });
  }`,
  // @azure/identity opens a browser for a credential that this app does not have.
  open: "exports.default = () => { throw new Error('This app opens no browser'); };",
};

/**
 * Replaces packages by other code. Those of the app contain the only non-ASCII characters that esbuild cannot escape (it
 * leaves regular expressions alone). One such character makes the whole bundle a string of two bytes per character.
 * @param replacements names of packages, each with the source of its replacement
 */
export function replacePackages(replacements: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'replace-packages',
    setup(build) {
      const filter = new RegExp(`^(${Object.keys(replacements).join('|')})$`);
      build.onResolve({ filter }, ({ path, resolveDir }) => ({ path, namespace: 'part', pluginData: resolveDir }));
      build.onLoad({ filter, namespace: 'part' }, ({ path, pluginData }) => ({
        contents: replacements[path] ?? '',
        resolveDir: String(pluginData),
      }));
    },
  };
}
