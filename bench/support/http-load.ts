import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Enough busy connections that the server never waits for the client. */
const connections = 4;

/**
 * Sends GET requests over a few kept-alive connections. It counts the bytes of the answers instead of parsing them, so
 * it costs far less than any server.
 * @param headers further header lines
 * @returns requests per second
 * @throws {Error} an answer has another status, or no length
 */
export async function requestRate(
  origin: string,
  paths: readonly string[],
  expected: 200 | 304,
  headers: readonly string[] = [],
): Promise<number> {
  const { hostname, port, host } = new URL(origin);
  const waiting = paths.values();
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      await once(socket, 'connect');
      for (const path of waiting) {
        const answered = takeAnswer(socket, expected);
        socket.write(`GET ${path} HTTP/1.1\r\n${[`host: ${host}`, ...headers].join('\r\n')}\r\n\r\n`);
        await answered;
      }
      socket.destroy();
    }),
  );
  return (paths.length * 1000) / (performance.now() - startedAt);
}

function takeAnswer(socket: Socket, expected: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let missing: number | undefined; // remaining bytes of the answer, once its length is known
    const onData = (chunk: Buffer): void => {
      if (missing === undefined) {
        const head = chunk.subarray(0, chunk.indexOf('\r\n\r\n') + 4);
        const text = head.toString('latin1');
        const length = expected === 304 ? '0' : /\r\ncontent-length: (\d+)\r\n/i.exec(text)?.[1];
        if (text.startsWith(`HTTP/1.1 ${expected} `) && length !== undefined) missing = Number(length) + head.length;
        else end(new Error(`Expected ${expected} with a length: ${text}`));
      }
      missing = (missing ?? 0) - chunk.length;
      if (missing <= 0) end(null);
    };
    const onClose = (): void => end(new Error('The server closed the connection'));
    const end = (error: Error | null): void => {
      socket.off('data', onData).off('close', onClose);
      if (error === null) resolve();
      else reject(error);
    };
    socket.on('data', onData).on('close', onClose);
  });
}
