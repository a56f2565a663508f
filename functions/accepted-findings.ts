import { type SharedFlight, startSharedFlight } from '../lib/async/shared-flight.ts';
import type { Session } from '../lib/azure/session.ts';
import type { HttpContext } from '../lib/http/context.ts';
import type { AcceptedFinding } from '../lib/inventory/finding.ts';
import { readAcceptedFindings } from '../lib/published/read-accepted-findings.ts';
import type { Environment, Settings } from '../lib/settings.ts';

/** How long an answer may be behind the file. */
const keptForMs = 60_000;

/** The accepted findings as requests see them: read once a minute, however many ask. A failure is not kept. */
export function acceptedFindings(
  settings: Settings,
  environment: Environment,
  { tokens }: Pick<Session, 'tokens'>,
): HttpContext['acceptedFindings'] {
  let kept: { readonly findings: readonly AcceptedFinding[]; readonly readAt: number } | null = null;
  let flight: SharedFlight<readonly AcceptedFinding[]> | null = null;
  return async (signal) => {
    if (kept !== null && performance.now() - kept.readAt < keptForMs) return kept.findings;
    if (flight === null || flight.abandoned) {
      const started = startSharedFlight(async (both) => {
        try {
          const findings = await readAcceptedFindings(settings, environment, tokens, both);
          kept = { findings, readAt: performance.now() };
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
