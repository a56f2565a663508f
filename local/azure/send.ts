import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import type { Delivery } from './faults/fault-delivery.ts';

/**
 * Sends an answer the way its delivery says.
 * @returns the status that went out; 0 when none did
 */
export async function send(response: ServerResponse, delivery: Delivery): Promise<number> {
  switch (delivery.kind) {
    case 'never':
      await closed(response);
      return 0;
    case 'reset':
      reset(response);
      return 0;
    case 'whole':
      writeHead(response, delivery.answer);
      response.end(delivery.answer.body);
      return delivery.answer.status;
    case 'resetMidBody': {
      const { body } = delivery.answer;
      writeHead(response, delivery.answer);
      await new Promise<void>((resolve) => {
        response.write(body.subarray(0, Math.ceil(body.length / 2)), () => resolve());
      });
      reset(response);
      return delivery.answer.status;
    }
    case 'drip': {
      const { body } = delivery.answer;
      writeHead(response, delivery.answer);
      for (let at = 0; at < body.length && !response.destroyed; at += delivery.bytes) {
        response.write(body.subarray(at, at + delivery.bytes));
        await sleep(delivery.everyMs);
      }
      response.end();
      return delivery.answer.status;
    }
  }
}

function writeHead(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length });
}

/** Until the client gives up (or the server is stopped). */
function closed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', () => resolve());
  });
}

function reset(response: ServerResponse): void {
  response.socket?.destroy();
}
