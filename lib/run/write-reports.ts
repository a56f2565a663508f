import type { Database } from '../database/database.ts';
import { resolveChangeRange } from '../database/queries/as-of.ts';
import { reportSource } from '../database/queries/report-source.ts';
import { toReason } from '../errors.ts';
import type { AcceptedFinding } from '../inventory/finding.ts';
import { type ReportFormat, type RequestedReport, reportFormats, reportNames } from '../inventory/report.ts';
import { reportContentTypes, writeReport } from '../reports/write-report.ts';
import type { RunEnvironment } from './run-environment.ts';

type Environment = Pick<RunEnvironment, 'store' | 'settings' | 'acceptedFindings' | 'warn'>;

/**
 * Writes the reports that `INVENTORY_REPORTS` names to `reports/<runId>/`, streamed. A report that fails warns and never stops the
 * others.
 * @throws the signal's reason
 */
export async function writeReports(
  environment: Environment,
  { database, runId }: { readonly database: Database; readonly runId: string },
  signal: AbortSignal,
): Promise<void> {
  for (const file of environment.settings.reports) {
    try {
      await writeOne(environment, database, runId, file, signal);
    } catch (error) {
      signal.throwIfAborted();
      const { code, message, hint } = toReason(error);
      environment.warn({ code, message: `The report ${file} of run ${runId} was not written: ${message}`, hint });
    }
  }
}

async function writeOne(
  { store, acceptedFindings }: Environment,
  database: Database,
  runId: string,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const { report, format } = reportOfFile(file);
  const findings: readonly AcceptedFinding[] = await acceptedFindings(signal);
  const source = reportSource(database, {
    report,
    range: resolveChangeRange(database, null, runId),
    accepted: { findings, now: Date.now() },
    whole: format === 'xlsx',
    damaged: false,
  });
  const pieces = await writeReport(source, format);
  await store.writeReport({ runId, file, contentType: reportContentTypes[format] }, pieces, signal);
}

/** The report that a file name stands for. The settings have already checked it. */
function reportOfFile(file: string): { readonly report: RequestedReport; readonly format: ReportFormat } {
  const [first, second] = file.split('.');
  const name = reportNames.find((known) => known === first);
  const format = reportFormats.find((known) => known === second);
  if (name === undefined || format === undefined) throw new Error(`There is no report ${file}`);
  return { report: { name, filter: {} }, format };
}
