/** Characters per chunk: with one line per chunk, each line would be a write. */
const chunkLength = 32_768;

/** One JSON document per line, in chunks of whole lines. */
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
