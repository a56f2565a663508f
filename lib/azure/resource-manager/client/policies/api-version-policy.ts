import type { PipelinePolicy, PipelineResponse } from '@azure/core-rest-pipeline';
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
  return {
    name: 'apiVersionPolicy',
    async sendRequest(request, next) {
      const url = new URL(request.url);
      const newest = url.searchParams.get('api-version');
      if (newest === null) return next(request);
      const type = requestedType(url);
      const key = `${type} ${newest}`;
      const asked = accepted.get(key) ?? newest;
      request.url = withVersion(url, asked);
      const response = await next(request);
      const other = newestUnderstood(type, versionsOf(response), newest, asked);
      if (other === null) return response;
      request.url = withVersion(url, other);
      contextOf(request).meter.retries += 1;
      const second = await next(request);
      if (!isRefused(second)) accepted.set(key, other);
      return second;
    },
  };
}

function isRefused({ status, bodyAsText }: PipelineResponse): boolean {
  return (status === 400 || status === 404) && isVersionRefusal(parseErrorBody(bodyAsText).code);
}

/** The versions that the cloud has, if it refused the one that was asked for. */
function versionsOf(response: PipelineResponse): readonly string[] {
  return isRefused(response) ? namedVersions(parseErrorBody(response.bodyAsText).message ?? '') : [];
}

/** Changes the version alone: a skip token is sent back exactly as it came. */
function withVersion({ href }: URL, version: string): string {
  return href.replace(/([?&]api-version=)[^&#]*/, `$1${version}`);
}
