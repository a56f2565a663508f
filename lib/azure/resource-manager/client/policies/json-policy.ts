import type { PipelinePolicy, PipelineResponse } from '@azure/core-rest-pipeline';
import { InvalidResponseError } from '../errors/invalid-response-error.ts';

const jsonPolicyName = 'jsonPolicy';

/** A response whose body has been parsed. */
export interface JsonResponse extends PipelineResponse {
  readonly json: unknown;
}

/** Parses the body of a success. Stands inside the retry policy, so that a body cut off is asked for again. */
export function jsonPolicy(): PipelinePolicy {
  return {
    name: jsonPolicyName,
    async sendRequest(request, next) {
      const response = await next(request);
      if (response.status !== 200) return response;
      return { ...response, json: parse(response.bodyAsText ?? '', request.url) } satisfies JsonResponse;
    },
  };
}

export function isJsonResponse(response: PipelineResponse): response is JsonResponse {
  return 'json' in response;
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // the parser's own message is dropped: it quotes the body
    const path = new URL(url).pathname;
    const cutOff = /^\s*([[{]|$)/.test(text);
    throw new InvalidResponseError(
      cutOff
        ? `The answer to ${path} was cut off after ${text.length} characters`
        : `The answer to ${path} is not JSON`,
      { cutOff },
    );
  }
}
