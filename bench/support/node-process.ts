import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { pinned, serverCore } from './pinned.ts';

/** A server in a separate process on the servers' core. It ends when its stdin does. */
export interface NodeProcess<Ready> extends AsyncDisposable {
  /** The line of JSON that it prints once it serves. */
  readonly ready: Ready;
  readonly pid: number;
}

/** @param program file and arguments */
export async function startNode<Schema extends v.GenericSchema>(
  schema: Schema,
  program: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<NodeProcess<v.InferOutput<Schema>>> {
  const { file, args } = pinned(serverCore, [process.execPath, ...program]);
  const child = spawn(file, args, { env: { ...process.env, ...environment }, stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(child.stdout), 'line');
  return {
    // `taskset` becomes the program that it starts.
    pid: child.pid ?? Number.NaN,
    ready: v.parse(schema, JSON.parse(String(line))),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
