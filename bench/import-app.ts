import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { supplyCoreModule } from '../local/host/core-module.ts';
import { createHooks } from '../local/host/hooks.ts';

/** Imports an app as the worker of a Functions host does, in a process of its own, and prints how long it took in milliseconds: `import-app.ts ENTRY`. */
const [, , entry = ''] = process.argv;
const core = supplyCoreModule(createHooks());
const load = createRequire(import.meta.url);
const startedAt = performance.now();
if (entry.endsWith('.cjs')) load(entry);
else await import(pathToFileURL(entry).href);
const elapsedMs = performance.now() - startedAt;
// one that had found no host would have registered nothing, in no time
if (core.finish().functions.length === 0) throw new Error(`${entry} registered no function`);
console.log(elapsedMs);
