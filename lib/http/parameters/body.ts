import * as v from 'valibot';
import { parseJson } from '../../json.ts';
import type { IncomingRequest } from '../context.ts';
import { RequestError } from '../request-error.ts';

/** Enough for 1,000 ids with any spacing. */
const bodyLimitBytes = 256 * 1024;

/**
 * Reads a JSON body of at most 256 kB, whatever its `content-length` says.
 * @returns the schema's output; an empty body is undefined to the schema
 * @throws {RequestError} 413 `BodyTooLarge`, 400 `InvalidBody`
 */
export async function parseBody<const Schema extends v.GenericSchema>(
  schema: Schema,
  request: IncomingRequest,
): Promise<v.InferOutput<Schema>> {
  const text = await readText(request);
  const body = text.trim() === '' ? undefined : toJson(text);
  // Valibot would accept an array as an object without members.
  const result = v.safeParse(schema, Array.isArray(body) ? null : body, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const target = v.getDotPath(issue) ?? 'body';
  throw new RequestError(400, 'InvalidBody', `${target} in the body is invalid; allowed: ${issue.message}`, {
    target,
  });
}

async function readText(request: IncomingRequest): Promise<string> {
  if (request.body === null) return '';
  // With nothing read, the connection can be reused.
  if (Number(request.headers.get('content-length') ?? 0) > bodyLimitBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    if (!(chunk instanceof Uint8Array)) throw new RequestError(400, 'InvalidBody', 'The body cannot be read');
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
  const body = parseJson(text);
  if (body === undefined) throw new RequestError(400, 'InvalidBody', 'The body is not JSON', { target: 'body' });
  return body;
}
