import { type SharedFlight, startSharedFlight } from '../lib/async/shared-flight.ts';
import type { Session } from '../lib/azure/session.ts';
import type { HttpContext } from '../lib/http/context.ts';
import type { AcceptedFinding } from '../lib/inventory/finding.ts';
import { readAcceptedFindings } from '../lib/published/read-accepted-findings.ts';
import type { Environment, Settings } from '../lib/settings.ts';

/** An answer may lag behind the file by this time. */
const maxAgeMs = 60_000;

/** The accepted findings for requests: read at most once a minute, and shared. A failure is not cached. */
export function acceptedFindings(
  settings: Settings,
  environment: Environment,
  { tokens }: Pick<Session, 'tokens'>,
): HttpContext['acceptedFindings'] {
  let cached: { readonly findings: readonly AcceptedFinding[]; readonly readAt: number } | null = null;
  let flight: SharedFlight<readonly AcceptedFinding[]> | null = null;
  return async (signal) => {
    if (cached !== null && performance.now() - cached.readAt < maxAgeMs) return cached.findings;
    if (flight === null || flight.abandoned) {
      const started = startSharedFlight(async (shared) => {
        try {
          const findings = await readAcceptedFindings(settings, environment, tokens, shared);
          cached = { findings, readAt: performance.now() };
          return findings;
        } finally {
          if (flight === started) flight = null;
        }
      });
      flight = started;
    }
    return flight.join(signal);
  };
}
