import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Lines of a stream, trimmed, without the empty ones. */
export async function linesOf(stream: Readable, signal: AbortSignal): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: stream, signal })) {
    const text = line.trim();
    if (text !== '') lines.push(text);
  }
  signal.throwIfAborted();
  return lines;
}
