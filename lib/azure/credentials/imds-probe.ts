import { createPipelineRequest } from '@azure/core-rest-pipeline';
import { directClient } from './direct-client.ts';

/**
 * Whether IMDS responds. The probe omits the required header, so any answer will do. Outside Azure the well-known address
 * has no route, and connecting could take minutes. DefaultAzureCredential sends the same probe.
 */
export async function answersProbe(endpoint: string, signal: AbortSignal): Promise<boolean> {
  const request = createPipelineRequest({ url: endpoint, abortSignal: signal, allowInsecureConnection: true });
  try {
    const { status, bodyAsText } = await directClient.sendRequest(request);
    // A container runtime's network can answer for an address that it cannot reach.
    return !(status === 403 && bodyAsText?.includes('unreachable'));
  } catch {
    return false;
  }
}
