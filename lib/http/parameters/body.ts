import * as v from 'valibot';
import type { IncomingRequest } from '../context.ts';
import { RequestError } from '../request-error.ts';

/** Room for 1,000 ids, however they are spaced. */
const bodyLimitBytes = 256 * 1024;

/**
 * Reads a JSON body, however long it says it is: never more than 256 kB are kept.
 * @returns what the schema makes of it; of an empty body, what it makes of undefined
 * @throws {RequestError} 413 `BodyTooLarge`, 400 `InvalidBody`
 */
export async function parseBody<const Schema extends v.GenericSchema>(
  schema: Schema,
  request: IncomingRequest,
): Promise<v.InferOutput<Schema>> {
  const text = await readText(request);
  const body = text.trim() === '' ? undefined : toJson(text);
  // an array would pass for an object without members
  const result = v.safeParse(schema, Array.isArray(body) ? null : body, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const target = v.getDotPath(issue) ?? 'body';
  throw new RequestError(400, 'InvalidBody', `${target} in the body is not what is allowed: ${issue.message}`, {
    target,
  });
}

async function readText(request: IncomingRequest): Promise<string> {
  if (request.body === null) return '';
  // Where it is said beforehand nothing is read, and the connection can be used again.
  if (Number(request.headers.get('content-length') ?? 0) > bodyLimitBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    if (!(chunk instanceof Uint8Array)) throw new RequestError(400, 'InvalidBody', 'The body is not made of bytes');
    bytes += chunk.byteLength;
    if (bytes > bodyLimitBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(): RequestError {
  return new RequestError(413, 'BodyTooLarge', `The body is larger than ${bodyLimitBytes} bytes`, { target: 'body' });
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestError(400, 'InvalidBody', 'The body is not JSON', { target: 'body' });
  }
}
