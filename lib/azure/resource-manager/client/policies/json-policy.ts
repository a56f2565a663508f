import type { PipelinePolicy, PipelineResponse } from '@azure/core-rest-pipeline';
import { isCutOffJson, parseJson } from '../../../../json.ts';
import { InvalidResponseError } from '../errors.ts';

/** A response whose body has been parsed. */
export interface JsonResponse extends PipelineResponse {
  readonly json: ParsedBody;
}

/** A parsed body that can be taken once. Many promises refer to a response, and none may keep its rows: see `Pages`. */
export class ParsedBody {
  #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  take(): unknown {
    const value = this.#value;
    this.#value = undefined;
    return value;
  }
}

/**
 * Parses the body of a success, unless the transport has. It is inside the retry policy, so that a body that was cut off
 * is requested again.
 */
export const jsonPolicy: PipelinePolicy = {
  name: 'jsonPolicy',
  async sendRequest(request, next) {
    const response = await next(request);
    if (response.status !== 200 || isJsonResponse(response)) return response;
    const text = response.bodyAsText ?? '';
    const json = parseJson(text);
    if (json === undefined) throw notJson(text, new URL(request.url).pathname);
    return { ...response, json: new ParsedBody(json) } satisfies JsonResponse;
  },
};

export function isJsonResponse(response: PipelineResponse): response is JsonResponse {
  return 'json' in response;
}

/** Without the parser's own message, which quotes the body. */
function notJson(text: string, path: string): InvalidResponseError {
  const cutOff = isCutOffJson(text);
  const why = cutOff ? `was cut off after ${Buffer.byteLength(text)} bytes` : 'is not JSON';
  return new InvalidResponseError(`The answer to ${path} ${text.trim() === '' ? 'is empty' : why}`, { cutOff });
}
