import type { InvalidSettingError } from '../../errors.ts';
import type { Handler, HttpContext, LastRun } from '../context.ts';
import { parseQuery } from '../parameters/parse.ts';
import { noParameters } from '../parameters/route-parameters.ts';
import { tooOldAt } from '../schedule-times.ts';

/** A probe wants a quick no rather than a late one. */
const timeoutMs = 10_000;

/**
 * `GET health`, for anyone: 200, or 503 when storage can't be reached or the newest run is too old for the schedule: older than
 * twice its period, times without occurrences left out. Nothing of the estate is in it.
 */
export const getHealth: Handler = async (request, _parameters, context) => {
  parseQuery(noParameters, request);
  const { lastRun, reachable } = await readLastRun(context);
  const now = context.now().getTime();
  const ageMs = lastRun === null ? 0 : Math.max(0, now - Date.parse(lastRun.finishedAt));
  const tooOld = lastRun === null ? null : tooOldAt(context.schedule, new Date(lastRun.finishedAt));
  const healthy = reachable && (tooOld === null || now <= tooOld.getTime());
  const { finishedAt, complete } = lastRun ?? {};
  return healthResponse(healthy, {
    version: context.version,
    lastRun: lastRun === null ? null : { finishedAt, ageSeconds: Math.floor(ageMs / 1000), complete },
  });
};

/** The same route where a setting is wrong: unhealthy, with the one line that says which. */
export function healthOfInvalidSettings(error: InvalidSettingError, version: string): Response {
  return healthResponse(
    false,
    { version, lastRun: null, error: { code: error.code, message: error.message } },
    { 'x-ms-error-code': error.code },
  );
}

async function readLastRun(
  context: HttpContext,
): Promise<{ readonly lastRun: LastRun | null; readonly reachable: boolean }> {
  try {
    return { lastRun: await context.lastRun(AbortSignal.timeout(timeoutMs)), reachable: true };
  } catch (error) {
    context.logError(`health: ${error instanceof Error ? error.message : String(error)}`);
    return { lastRun: null, reachable: false };
  }
}

function healthResponse(
  healthy: boolean,
  fields: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify({ status: healthy ? 'healthy' : 'unhealthy', ...fields }), {
    status: healthy ? 200 : 503,
    headers: { ...headers, 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  });
}
