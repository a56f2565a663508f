import type { PipelinePolicy, PipelineRequest, PipelineResponse, SendRequest } from '@azure/core-rest-pipeline';
import { isVersionRefusal, namedVersions, newestUnderstood, requestedType } from '../api-versions.ts';
import { parseErrorBody } from '../error-answer.ts';
import { contextOf } from '../request-context.ts';

/**
 * Asks in a version that the cloud has: Azure Stack and sovereign clouds lack the newest. If a refusal names versions,
 * the request is sent once more, with the newest that is understood. If that is accepted, later requests use it at once.
 */
export function apiVersionPolicy(): PipelinePolicy {
  /** The accepted version by type and version written for. */
  const accepted = new Map<string, string>();

  /** Leaves the request as it was, for another attempt of a policy outside. */
  async function sendIn(version: string, request: PipelineRequest, next: SendRequest): Promise<PipelineResponse> {
    const { url } = request;
    request.url = withVersion(url, version);
    try {
      return await next(request);
    } finally {
      request.url = url;
    }
  }
  return {
    name: 'apiVersionPolicy',
    async sendRequest(request, next) {
      // In most clouds nothing is ever refused, so that no URL is taken apart.
      const known = accepted.size === 0 ? undefined : accepted.get(keyOf(new URL(request.url)));
      const response = known === undefined ? await next(request) : await sendIn(known, request, next);
      if (!isRefused(response)) return response;
      const url = new URL(request.url);
      const newest = url.searchParams.get('api-version');
      if (newest === null) return response;
      const other = newestUnderstood(requestedType(url), versionsOf(response), newest, known ?? newest);
      if (other === null) return response;
      contextOf(request).meter.retries += 1;
      const second = await sendIn(other, request, next);
      if (!isRefused(second)) accepted.set(keyOf(url), other);
      return second;
    },
  };
}

function keyOf(url: URL): string {
  return `${requestedType(url)} ${url.searchParams.get('api-version')}`;
}

function isRefused({ status, bodyAsText }: PipelineResponse): boolean {
  return (status === 400 || status === 404) && isVersionRefusal(parseErrorBody(bodyAsText).code);
}

/** The versions that the cloud has, as it says when it refuses another one. */
function versionsOf(refusal: PipelineResponse): readonly string[] {
  return namedVersions(parseErrorBody(refusal.bodyAsText).message ?? '');
}

/** Changes the version alone: a skip token is sent back exactly as it came. */
function withVersion(url: string, version: string): string {
  return url.replace(/([?&]api-version=)[^&#]*/, `$1${version}`);
}
