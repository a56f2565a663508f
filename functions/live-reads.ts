import { ArmError, ThrottledError } from '../lib/azure/resource-manager/client/errors.ts';
import type { Session } from '../lib/azure/session.ts';
import { getLive, listLive } from '../lib/collect/live.ts';
import { hasCode } from '../lib/errors.ts';
import type { HttpContext } from '../lib/http/context.ts';
import { RequestError, upstreamError } from '../lib/http/request-error.ts';
import type { Settings } from '../lib/settings.ts';

/** Who asks waits for the answer: after this much throttling it is Azure's refusal that they get. */
const throttlingWaitMs = 20_000;

/** Live reads as requests see them: Azure's refusals become answers that speak of Azure, not of the caller. */
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
    if (signal.aborted) throw new RequestError(504, 'UpstreamTimeout', 'Azure took too long to answer');
    if (error instanceof ArmError) throw upstreamError(error.status, error.code, error.message, error);
    if (error instanceof ThrottledError) throw upstreamError(429, error.code, error.message, error);
    if (hasCode(error, 'TooManyMachines')) {
      throw new RequestError(400, 'TooManyMachines', error.message, { target: 'live', hint: error.hint });
    }
    throw error;
  }
}
