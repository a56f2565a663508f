import type { PipelinePolicy, PipelineResponse } from '@azure/core-rest-pipeline';
import { parseJson } from '../../../json.ts';
import { InvalidResponseError } from '../errors.ts';

/** A response whose body has been parsed. */
export interface JsonResponse extends PipelineResponse {
  readonly json: unknown;
}

/** Parses the body of a success. It is inside the retry policy, so that a body that was cut off is requested again. */
export const jsonPolicy: PipelinePolicy = {
  name: 'jsonPolicy',
  async sendRequest(request, next) {
    const response = await next(request);
    if (response.status !== 200) return response;
    const text = response.bodyAsText ?? '';
    const json = parseJson(text);
    if (json === undefined) throw notJson(text, new URL(request.url).pathname);
    return { ...response, json } satisfies JsonResponse;
  },
};

export function isJsonResponse(response: PipelineResponse): response is JsonResponse {
  return 'json' in response;
}

/** Without the parser's own message, which quotes the body. */
function notJson(text: string, path: string): InvalidResponseError {
  const cutOff = /^\s*([[{]|$)/.test(text);
  const message = cutOff
    ? `The answer to ${path} was cut off after ${text.length} characters`
    : `The answer to ${path} is not JSON`;
  return new InvalidResponseError(message, { cutOff });
}
