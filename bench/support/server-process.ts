import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { pinned, serverCore } from './pinned.ts';

const readySchema = v.object({ url: v.string() });

/** A server in a process of its own, on the servers' core. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
}

/** Starts a Node program that prints `{"url": …}` once it serves, and ends when its stdin does. */
export async function startServer(
  program: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const { file, args } = pinned(serverCore, [process.execPath, ...program]);
  const child = spawn(file, args, { env: { ...process.env, ...environment }, stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(child.stdout), 'line');
  return {
    ...v.parse(readySchema, JSON.parse(String(line))),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
