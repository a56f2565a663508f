import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import * as v from 'valibot';
import { listenOnLoopback } from '../local/listen.ts';

/**
 * The least that a Node server does to send one answer: `bare-server.ts FILE`, where the file holds JSON
 * `{headers, body}`. Prints its URL once it serves. Answers a request with `If-None-Match` with 304.
 */
const answerSchema = v.object({ headers: v.record(v.string(), v.string()), body: v.string() });
const { headers, body } = v.parse(answerSchema, JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));
const bytes = Buffer.from(body);
const server = createServer((request, response) => {
  if (request.headers['if-none-match'] === undefined) response.writeHead(200, headers).end(bytes);
  else response.writeHead(304, { etag: headers.etag }).end();
});
console.log(JSON.stringify({ url: `http://127.0.0.1:${await listenOnLoopback(server, 0)}` }));
process.stdin.once('close', () => process.exit()).resume();
