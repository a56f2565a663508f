import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';

/** A token fits into the header of a request, which Azure limits to 16 kB. An error needs less. */
const maxBodyBytes = 64 * 1024;
const defaultClient = createDefaultHttpClient();

/**
 * Sends requests to identity endpoints.
 * - It uses no proxy, whatever the environment says: identity endpoints are on the host itself, and their header is a
 *   secret. The platform's fetch uses one, and repeats a request without a pause while the proxy breaks connections.
 * - It reads 64 kB of an answer at most, and never the rest.
 */
export const directClient: HttpClient = {
  async sendRequest(request) {
    delete request.agent;
    delete request.proxySettings;
    request.streamResponseStatusCodes = new Set([Number.POSITIVE_INFINITY]);
    const { readableStreamBody, ...response } = await defaultClient.sendRequest(request);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of (readableStreamBody ?? []) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxBodyBytes) break;
    }
    return { ...response, bodyAsText: Buffer.concat(chunks).subarray(0, maxBodyBytes).toString('utf8') };
  },
};
