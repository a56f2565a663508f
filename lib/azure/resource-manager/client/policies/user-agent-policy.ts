import type { PipelinePolicy } from '@azure/core-rest-pipeline';

const userAgentPolicyName = 'userAgentPolicy';

/** Says who asks, so that an administrator finds us in Azure's activity logs. */
export function userAgentPolicy(version: string): PipelinePolicy {
  const userAgent = `vm-identities/${version} Node/${process.versions.node} (${process.platform}; ${process.arch})`;
  return {
    name: userAgentPolicyName,
    sendRequest(request, next) {
      request.headers.set('User-Agent', userAgent);
      return next(request);
    },
  };
}
