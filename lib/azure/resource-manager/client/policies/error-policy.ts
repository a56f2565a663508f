import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { toArmError } from '../error-answer.ts';

const errorPolicyName = 'errorPolicy';

/** Throws what is not a success, with the server's own message: the SDK's paging would keep the code only. */
export function errorPolicy(): PipelinePolicy {
  return {
    name: errorPolicyName,
    async sendRequest(request, next) {
      const response = await next(request);
      if (response.status < 200 || response.status > 299) throw toArmError(response);
      return response;
    },
  };
}
