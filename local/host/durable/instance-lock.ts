import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSystemError } from '../../system-error.ts';
import { logErrorsOf } from '../log.ts';

/**
 * Takes a name that only one process of this machine can hold. The name is a socket address, so the operating system
 * frees it when the process ends, even after a crash.
 * @returns a function that frees the name; null when a process (also this one) holds it
 */
export async function lockName(name: string): Promise<(() => void) | null> {
  const path = addressOf(name);
  let server = await listenAt(path);
  if (server === null && path.startsWith(tmpdir()) && !(await answers(path))) {
    // A killed process has left its file.
    await rm(path, { force: true });
    server = await listenAt(path);
  }
  return server && (() => void server.close());
}

function addressOf(name: string): string {
  const id = `functions-host-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${id}`;
  return process.platform === 'linux' ? `\0${id}` : join(tmpdir(), `${id}.sock`);
}

async function listenAt(path: string): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen(path);
    await once(server, 'listening');
  } catch (error) {
    if (isSystemError(error, 'EADDRINUSE')) return null;
    throw error;
  }
  logErrorsOf(server);
  return server.unref();
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // Refused: no process listens there.
    return false;
  } finally {
    socket.destroy();
  }
}
