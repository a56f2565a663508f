import { randomUUID } from 'node:crypto';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { contextOf } from '../request-context.ts';

/** Counts each attempt, gives it an id for Azure's logs, and keeps the id that Azure gave it. */
export const requestIdPolicy: PipelinePolicy = {
  name: 'requestIdPolicy',
  async sendRequest(request, next) {
    const { meter } = contextOf(request);
    meter.requests += 1;
    request.headers.set('x-ms-client-request-id', randomUUID());
    const response = await next(request);
    meter.requestId = response.headers.get('x-ms-request-id') ?? meter.requestId;
    return response;
  },
};
