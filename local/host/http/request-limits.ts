import type { IncomingMessage } from 'node:http';

/**
 * The platform accepts requests of up to 210 MB.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-scale#service-limits
 */
export const bodyLimitBytes = 210 * 1024 * 1024;

/** All headers together, as in Kestrel. */
export const headersLimitBytes = 32 * 1024;

const requestLineLimitBytes = 8192;

/** The body is longer than the limit. */
class RequestTooLargeError extends Error {
  override readonly name = 'RequestTooLargeError';
}

/** Reads a whole body. @throws {RequestTooLargeError} */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.length;
    if (sizeBytes > limitBytes) throw new RequestTooLargeError(`The body is longer than ${limitBytes} bytes.`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** What Kestrel refuses before routing. @returns the status to answer, or null */
export function refusal(request: IncomingMessage): 400 | 414 | 500 | null {
  const { method = '', url = '', headers } = request;
  if (method.length + url.length + ' HTTP/1.1 \r\n'.length > requestLineLimitBytes) return 414;
  if (Number(headers['content-length'] ?? 0) > bodyLimitBytes) return 500;
  if (!url.startsWith('/') && URL.parse(url)?.host !== headers.host) return 400;
  return isValidHost(headers.host ?? '') ? null : 400;
}

/** Remembered, because one client sends the same host with every request. */
let lastValidHost = '';

function isValidHost(host: string): boolean {
  if (host === lastValidHost) return true;
  if (!/^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d+)?$/i.test(host) || !URL.canParse(`http://${host}/`)) return false;
  lastValidHost = host;
  return true;
}
