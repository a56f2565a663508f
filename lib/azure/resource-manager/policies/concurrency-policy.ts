import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { createConcurrencyGate } from '../concurrency-gate.ts';
import { contextOf } from '../request-context.ts';

const concurrencyPolicyName = 'concurrencyPolicy';

/** Bounds the requests in flight over all subscriptions. A place is held until the body is read, not while waiting to retry. */
export function concurrencyPolicy(limit: number): PipelinePolicy {
  const gate = createConcurrencyGate(limit);
  return {
    name: concurrencyPolicyName,
    sendRequest(request, next) {
      const { priority, signal } = contextOf(request);
      return gate.run(priority ?? 0, signal, () => next(request));
    },
  };
}
