import { ArmError, ThrottledError } from '../lib/azure/resource-manager/client/errors.ts';
import type { Session } from '../lib/azure/session.ts';
import { getLive, listLive } from '../lib/collect/live.ts';
import { hasCode } from '../lib/errors.ts';
import type { HttpContext } from '../lib/http/context.ts';
import { RequestError, upstreamError } from '../lib/http/request-error.ts';
import type { Settings } from '../lib/settings.ts';

/** A client waits for the answer: after this much throttling, it gets Azure's refusal. */
const throttlingWaitMs = 20_000;

/** Live reads for requests. Azure's refusals become answers about Azure, not about the client. */
export function liveReads(session: Session, settings: Settings): Pick<HttpContext, 'listLive' | 'getLive'> {
  return {
    listLive: (subscriptionId, limit, signal) =>
      translated(
        () => listLive({ session, settings, subscriptionIds: [subscriptionId], limit, throttlingWaitMs, signal }),
        signal,
      ),
    getLive: (resourceId, signal) => translated(() => getLive(session, resourceId, signal, throttlingWaitMs), signal),
  };
}

async function translated<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (signal.aborted) throw new RequestError(504, 'UpstreamTimeout', 'Azure did not answer in time');
    if (error instanceof ArmError) throw upstreamError(error.status, error.code, error.message, error);
    if (error instanceof ThrottledError) throw upstreamError(429, error.code, error.message, error);
    if (hasCode(error, 'TooManyMachines')) {
      throw new RequestError(400, 'TooManyMachines', error.message, { target: 'live', hint: error.hint });
    }
    throw error;
  }
}
