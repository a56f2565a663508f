import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { toArmError } from '../error-answer.ts';

/** Throws for every answer but a success. The SDK's paging keeps only the code; this keeps the server's message. */
export const errorPolicy: PipelinePolicy = {
  name: 'errorPolicy',
  async sendRequest(request, next) {
    const response = await next(request);
    if (response.status < 200 || response.status > 299) throw toArmError(response);
    return response;
  },
};
