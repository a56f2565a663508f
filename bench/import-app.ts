import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { supplyCoreModule } from '../local/host/core-module.ts';
import { createHooks } from '../local/host/hooks.ts';

/**
 * `import-app.ts ENTRY` imports an app like the worker of a Functions host, and prints what that took as JSON:
 * `{elapsedMs, cpuMs}`.
 */
const [, , entry = ''] = process.argv;
const core = supplyCoreModule(createHooks());
const load = createRequire(import.meta.url);
const before = process.cpuUsage();
const startedAt = performance.now();
if (entry.endsWith('.cjs')) load(entry);
else await import(pathToFileURL(entry).href);
const elapsedMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(before);
// An app that finds no host registers nothing, in no time.
if (core.finish().functions.length === 0) throw new Error(`${entry} registered no function`);
console.log(JSON.stringify({ elapsedMs, cpuMs: (user + system) / 1000 }));
