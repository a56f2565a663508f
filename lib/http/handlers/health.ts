import type { InvalidSettingError } from '../../errors.ts';
import type { Build, HttpContext, LastRun } from '../context.ts';
import type { CheckedRequest } from '../route.ts';
import { tooOldAt } from '../schedule-times.ts';

/** A probe prefers a quick failure to a late one. */
const timeoutMs = 10_000;

/**
 * Open to anyone: 200, or 503 when storage cannot be reached or the newest run is older than twice the period of the
 * schedule. Periods without occurrences, such as weekends, do not count. The answer shows nothing of the estate.
 */
export async function getHealth({ context }: CheckedRequest): Promise<Response> {
  const { lastRun, reachable } = await readLastRun(context);
  const now = context.now().getTime();
  const ageMs = lastRun === null ? 0 : Math.max(0, now - Date.parse(lastRun.finishedAt));
  const tooOld = lastRun === null ? null : tooOldAt(context.schedule, new Date(lastRun.finishedAt));
  const healthy = reachable && (tooOld === null || now <= tooOld.getTime());
  const { finishedAt, complete } = lastRun ?? {};
  return healthResponse(healthy, {
    version: context.version,
    commit: context.commit,
    lastRun: lastRun === null ? null : { finishedAt, ageSeconds: Math.floor(ageMs / 1000), complete },
  });
}

/** The answer while a setting is wrong: unhealthy, with the line that names the setting. */
export function healthOfInvalidSettings(error: InvalidSettingError, { version, commit }: Build): Response {
  return healthResponse(
    false,
    { version, commit, lastRun: null, error: { code: error.code, message: error.withoutValues } },
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
