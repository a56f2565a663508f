import { createDefaultHttpClient, createPipelineRequest } from '@azure/core-rest-pipeline';

/** Uses no proxy, whatever the environment says. The platform's fetch does, and retries a broken one without a pause. */
const client = createDefaultHttpClient();

/**
 * Whether IMDS responds. The probe omits the required header, so any answer will do. Outside Azure the well-known address
 * has no route, and connecting could take minutes. DefaultAzureCredential sends the same probe.
 */
export async function answersProbe(endpoint: string, signal: AbortSignal): Promise<boolean> {
  const request = createPipelineRequest({ url: endpoint, abortSignal: signal, allowInsecureConnection: true });
  try {
    const { status, bodyAsText } = await client.sendRequest(request);
    // A container runtime's network can answer for an address that it cannot reach.
    return !(status === 403 && bodyAsText?.includes('unreachable'));
  } catch {
    return false;
  }
}
