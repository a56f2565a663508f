import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSystemError } from '../../system-error.ts';
import { logErrorsOf } from '../log.ts';

/**
 * Takes a name that only one process of this machine can have, and that falls free when that process ends, however it does: an
 * address of the operating system's.
 * @returns what gives it back; null when another process (or this one) has it
 */
export async function lockName(name: string): Promise<(() => void) | null> {
  const path = addressOf(name);
  const server = await listenAt(path);
  if (server === null && path.startsWith(tmpdir()) && !(await answers(path))) {
    // the file of a process that was killed
    await rm(path, { force: true });
    return toRelease(await listenAt(path));
  }
  return toRelease(server);
}

function toRelease(server: Server | null): (() => void) | null {
  return server === null ? null : () => void server.close();
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
    // refused: nobody listens there any more
    return false;
  } finally {
    socket.destroy();
  }
}
