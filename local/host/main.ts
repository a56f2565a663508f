import { fstatSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createDurableExtension } from './durable/extension.ts';
import { errorText, logConsole, writeLog } from './log.ts';
import { startHost } from './start-host.ts';

/**
 * The host as a process: `node local/host/main.ts --bundle dist/functions.cjs --port 7071 [--keys]`. `--named-key
 * page=run,runs` makes a key `page` for the functions `run` and `runs`. Prints one line of JSON when it serves,
 * `{url, functions, keys}`. Ends on SIGTERM, on SIGINT, or when a piped stdin closes, so that it
 * never outlives the process that started it.
 */
const { values } = parseArgs({
  options: {
    bundle: { type: 'string' },
    port: { type: 'string' },
    keys: { type: 'boolean', default: false },
    'named-key': { type: 'string', multiple: true, default: [] },
  },
});
const { bundle, port = '7071', keys, 'named-key': named } = values;
if (bundle === undefined || !/^\d{1,5}$/.test(port)) {
  process.stderr.write(
    'Usage: node local/host/main.ts --bundle FILE [--port N] [--keys] [--named-key KEY=FUNCTION,…]\n',
  );
  process.exit(2);
}

// An app may look for these to learn that a host runs it.
process.env.FUNCTIONS_WORKER_RUNTIME ??= 'node';
process.env.AZURE_FUNCTIONS_ENVIRONMENT ??= 'Development';

for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    // The reader of the log has left. The host continues without one.
    if (error.code !== 'EPIPE') throw error;
  });
}
logConsole();
const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
const stdin = fstatSync(0);
if (stdin.isFIFO() || stdin.isSocket()) process.stdin.once('close', () => stopping.abort()).resume();

try {
  const namedKeys = Object.fromEntries(named.map(readNamedKey));
  const host = await startHost({ bundle, port: Number(port), keys, namedKeys, durable: createDurableExtension() });
  stopping.signal.addEventListener('abort', () => void end(host.stop()), { once: true });
  if (stopping.signal.aborted) await end(host.stop());
  process.stdout.write(`${JSON.stringify({ url: host.url, functions: host.functions, keys: host.keys })}\n`);
} catch (error) {
  if (stopping.signal.aborted) process.exit(0);
  writeLog('critical', 'host', errorText(error));
  process.exit(1);
}

function readNamedKey(text: string): [name: string, functions: readonly string[]] {
  const [name = '', functions = ''] = text.split('=');
  return [name, functions.split(',')];
}

/** Exits explicitly, because an app may hold handles that it never closes. */
async function end(stopped: Promise<void>): Promise<never> {
  try {
    await stopped;
  } catch (error) {
    writeLog('error', 'host', errorText(error));
    process.exit(1);
  }
  process.exit(0);
}
