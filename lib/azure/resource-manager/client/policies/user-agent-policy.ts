import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import packageJson from '../../../../../package.json' with { type: 'json' };

const { node } = process.versions;
const userAgent = `vm-identities/${packageJson.version} Node/${node} (${process.platform}; ${process.arch})`;

/** Names this program, so that an administrator finds its requests in Azure's activity logs. */
export const userAgentPolicy: PipelinePolicy = {
  name: 'userAgentPolicy',
  sendRequest(request, next) {
    request.headers.set('User-Agent', userAgent);
    return next(request);
  },
};
