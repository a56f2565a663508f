import type { IncomingRequest } from './context.ts';

export const formats = ['json', 'csv', 'ndjson'] as const;
export type Format = (typeof formats)[number];

export const contentTypes: Readonly<Record<Format, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

const byMediaType: ReadonlyMap<string, Format> = new Map([
  ['application/json', 'json'],
  ['*/*', 'json'],
  ['text/csv', 'csv'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
]);

/**
 * The format of an answer: the parameter, else the best of `Accept`, else JSON. A client that accepts none of our
 * formats gets JSON rather than an error.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-accept
 */
export function formatOf(parameter: Format | undefined, request: IncomingRequest): Format {
  if (parameter !== undefined) return parameter;
  let best: Format = 'json';
  let bestQuality = 0;
  for (const range of (request.headers.get('accept') ?? '').split(',', 32)) {
    const [mediaType = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const format = byMediaType.get(mediaType);
    const quality = Number(parameters.find((part) => part.startsWith('q='))?.slice(2) ?? 1);
    if (format === undefined || !(quality > bestQuality)) continue;
    best = format;
    bestQuality = quality;
  }
  return best;
}
