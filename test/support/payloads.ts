import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The body of an answer in `test/payloads`, recorded from Azure or one of the examples of its specification (each file names its
 * source).
 */
export function payload(name: string): unknown {
  const file = JSON.parse(readFileSync(join(import.meta.dirname, '../payloads', `${name}.json`), 'utf8'));
  return file.interactions?.[0].response.body.data ?? file.responses[200].body;
}

/** The items of a list in `test/payloads`, without the link to its next page. */
export function payloadItems(name: string): readonly unknown[] {
  return (payload(name) as { readonly value: readonly unknown[] }).value;
}
