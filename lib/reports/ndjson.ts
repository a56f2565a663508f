/** Characters gathered before they are handed on: a line at a time would be a write each. */
const chunkLength = 32_768;

/** One JSON document a line, in chunks of whole lines. */
export function* ndjson(rows: Iterable<unknown>): Generator<string> {
  let chunk = '';
  for (const row of rows) {
    chunk += `${JSON.stringify(row)}\n`;
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
