import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Gate, openGate } from './gate.ts';
import { artifactsOf, type EngineVersion } from './versions.ts';

const root = join(import.meta.dirname, '../..');

/** What drives orchestrations: a version of the Durable Functions extension, or the built-in host. */
export type EngineName = EngineVersion | 'stand-in';

export interface SystemOptions {
  readonly engine: EngineName;
  /** URL of the app's module. */
  readonly app: string;
  /** Of an account with blobs, queues and tables. */
  readonly connectionString: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** An app in a worker, and an engine that drives it. */
export interface System extends AsyncDisposable {
  readonly gate: Gate;
  /** Of the functions. */
  readonly url: string;
  /** Where the engine serves its clients. Ends with a slash. */
  readonly clientUrl: string;
  /** What host and worker have logged. */
  readonly lines: readonly string[];
  /** The built-in host is host and worker in one process. */
  kill(what: 'host' | 'worker' | 'both'): Promise<void>;
  /** Starts what was killed. `environment` is added to what the system was started with. */
  restart(environment?: Readonly<Record<string, string>>): Promise<void>;
}

interface Program {
  readonly child: ChildProcess;
  /** Its first line of JSON. */
  readonly ready: string;
}

/** Settings of the extension for tests: what a killed host had taken from a queue comes back after five seconds. */
const engineSettings = {
  AzureWebJobs__extensions__durableTask__storageProvider__workItemQueueVisibilityTimeout: '00:00:05',
  AzureWebJobs__extensions__durableTask__storageProvider__maxQueuePollingInterval: '00:00:01',
};

export async function startSystem(options: SystemOptions): Promise<System> {
  const { engine } = options;
  const gate = await openGate();
  const lines: string[] = [];
  // With CONTAINER_NAME, a name of Azure's, the extension logs in the form of Linux Consumption.
  const { CONTAINER_NAME: _, ...inherited } = process.env;
  let environment: Readonly<Record<string, string | undefined>> = {
    ...inherited,
    ...options.environment,
    AzureWebJobsStorage: options.connectionString,
    GATE_URL: gate.url,
    APP: options.app,
    FUNCTIONS_WORKER_RUNTIME: 'node',
  };
  const bundle = join(import.meta.dirname, 'gated.ts');
  let worker: Program | undefined;
  let host: Program | undefined;
  let url = '';
  let port = '0';
  let clientUrl = '';

  async function start(): Promise<void> {
    if (worker === undefined) {
      const program = engine === 'stand-in' ? 'local/host/main.ts' : 'test/real-engine/worker.ts';
      const ports = engine === 'stand-in' ? ['--port', '0'] : ['--engine-port', port];
      worker = await launch(process.execPath, [join(root, program), '--bundle', bundle, ...ports], environment, lines);
      const ready: { readonly url: string; readonly enginePort?: number } = JSON.parse(worker.ready);
      url = ready.url;
      port = `${ready.enginePort}`;
    }
    if (engine !== 'stand-in') {
      const hostEnvironment = {
        ...environment,
        ...engineSettings,
        HOST_JSON: join(root, 'host.json'),
        WORKER_URL: `http://127.0.0.1:${port}/`,
      };
      const program = join(root, artifactsOf(engine), 'bin/EngineHost/debug/EngineHost.dll');
      host ??= await launch('dotnet', [program], hostEnvironment, lines);
      await fetch(`http://127.0.0.1:${port}/client`, { method: 'PUT', body: host.ready });
    }
    const client = await (await fetch(`${url}/api/engine-client`)).text();
    clientUrl = JSON.parse(client).rpcBaseUrl;
  }

  async function kill(what: 'host' | 'worker' | 'both'): Promise<void> {
    const [killedWorker, killedHost] = [
      what === 'host' && engine !== 'stand-in' ? undefined : worker,
      what === 'worker' ? undefined : host,
    ];
    if (killedWorker !== undefined) worker = undefined;
    if (killedHost !== undefined) host = undefined;
    await Promise.all([killedWorker, killedHost].map((program) => program && end(program.child)));
  }

  await start();
  return {
    gate,
    lines,
    get url() {
      return url;
    },
    get clientUrl() {
      return clientUrl;
    },
    kill,
    async restart(more = {}) {
      environment = { ...environment, ...more };
      await start();
    },
    async [Symbol.asyncDispose]() {
      await kill('both');
      gate.stop();
    },
  };
}

async function launch(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  lines: string[],
): Promise<Program> {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  createInterface(child.stderr).on('line', (line) => lines.push(line));
  const ready = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      if (line.startsWith('{')) resolve(line);
      lines.push(line);
    });
    child.once('exit', () =>
      reject(new Error(`${command} ended before it was ready:\n${lines.slice(-20).join('\n')}`)),
    );
  });
  return { child, ready };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
