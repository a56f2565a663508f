import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { attachContext, type RequestContext } from '../request-context.ts';

const contextPolicyName = 'contextPolicy';

/** Gives requests that a client of the Azure SDK makes the context that the other policies look for. */
export function contextPolicy(context: RequestContext): PipelinePolicy {
  return {
    name: contextPolicyName,
    sendRequest(request, next) {
      attachContext(request, context);
      return next(request);
    },
  };
}
