import { createHash } from 'node:crypto';
import { reportSource } from '../../database/queries/report-source.ts';
import { NotFoundError } from '../../errors.ts';
import type { AcceptedFinding } from '../../inventory/finding.ts';
import { type ReportFormat, type ReportName, reportFormats, reportNames } from '../../inventory/report.ts';
import { ReportTooLargeError } from '../../inventory/report-too-large-error.ts';
import { reportParameters } from '../../parameters/report-parameters.ts';
import { reportStyle } from '../../reports/html/report-style.ts';
import { reportContentTypes, writeReport } from '../../reports/write-report.ts';
import { notModified } from '../answer.ts';
import type { Handler } from '../context.ts';
import { deadline } from '../deadline.ts';
import { inventoryHeaders } from '../envelope.ts';
import { etagOf, isFresh, wantsNone } from '../etag.ts';
import { viewBetween } from '../inventory-view.ts';
import { parseQuery } from '../parameters/parse.ts';
import { RequestError } from '../request-error.ts';
import { streamPieces } from '../stream.ts';

/** The page's own style sheet and nothing else: no scripts, no frames, nothing from elsewhere. */
const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(reportStyle).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `GET reports/{name}.{format}`: a file, streamed as it is made. */
export const getReport: Handler = async (request, { file = '' }, context) => {
  const { name, format } = reportOf(file);
  const asked = reportParameters(name, (schema) => parseQuery(schema, request));
  const now = context.now().getTime();
  const findings =
    name === 'findings' || format === 'xlsx' ? await inForce(context.acceptedFindings(deadline()), now) : [];
  const published = await context.currentDatabase(deadline());
  let streaming = false;
  try {
    const version = `${context.version} ${published.etag} ${published.damaged}`;
    const etag = etagOf(version, file, JSON.stringify(asked), JSON.stringify(findings));
    if (isFresh(request, etag)) return notModified(etag);
    const { range } = viewBetween(published, asked, null);
    if (wantsNone(request)) return notModified(etag);
    const source = reportSource(published.database, {
      report: asked.report,
      range,
      accepted: { findings, now },
      whole: format === 'xlsx',
      damaged: published.damaged,
    });
    const pieces = await orTooLarge(writeReport(source, format));
    const body = streamPieces(pieces, () => published[Symbol.dispose]());
    streaming = true;
    const { complete, counts, asOf } = source;
    return new Response(body, {
      headers: {
        ...inventoryHeaders({ asOf, completeness: { complete, coverage: counts } }),
        ...dispositionOf(name, format, asOf.runId),
        'content-type': reportContentTypes[format],
        'cache-control': 'private, no-cache',
        etag,
      },
    });
  } finally {
    if (!streaming) published[Symbol.dispose]();
  }
};

/** @throws {NotFoundError} `ReportNotFound` */
function reportOf(file: string): { readonly name: ReportName; readonly format: ReportFormat } {
  const [first, second, ...more] = file.split('.');
  const name = reportNames.find((known) => known === first);
  const format = reportFormats.find((known) => known === second && known !== 'md');
  if (name !== undefined && format !== undefined && more.length === 0) return { name, format };
  throw new NotFoundError('ReportNotFound', 'There is no such report', {
    hint: `Reports: ${reportNames.join(', ')}; each as .csv, .xlsx, .ndjson and .html`,
  });
}

/** Acceptances that have not ended: when one does, the answer is another. */
async function inForce(
  accepted: Promise<readonly AcceptedFinding[]>,
  now: number,
): Promise<readonly AcceptedFinding[]> {
  return (await accepted).filter(({ expires }) => Date.parse(expires) > now);
}

/** @throws {RequestError} 400 `ReportTooLarge` */
async function orTooLarge<T>(written: Promise<T>): Promise<T> {
  try {
    return await written;
  } catch (error) {
    if (!(error instanceof ReportTooLargeError)) throw error;
    throw new RequestError(400, 'ReportTooLarge', error.message, { target: 'file', hint: error.hint });
  }
}

/** A page is for looking at, everything else for keeping. */
function dispositionOf(name: ReportName, format: ReportFormat, runId: string): Record<string, string> {
  const filename = `filename="${name}-${runId}.${format}"`;
  if (format !== 'html') return { 'content-disposition': `attachment; ${filename}` };
  return {
    'content-disposition': `inline; ${filename}`,
    'content-security-policy': pagePolicy,
    'referrer-policy': 'no-referrer',
  };
}
