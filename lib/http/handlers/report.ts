import { createHash } from 'node:crypto';
import { reportSource } from '../../database/queries/report-source.ts';
import { hasCode, NotFoundError } from '../../errors.ts';
import { type ReportFormat, type ReportName, reportFiles, reportNames } from '../../inventory/report.ts';
import { reportParameters } from '../../parameters/report-parameters.ts';
import { reportStyle } from '../../reports/html/report-style.ts';
import { reportContentTypes, writeReport } from '../../reports/write-report.ts';
import { notModified } from '../answer.ts';
import { inventoryHeaders } from '../answer-list.ts';
import { deadline } from '../deadline.ts';
import { etagOf, isFresh, wantsNone } from '../etag.ts';
import { viewBetween } from '../inventory-view.ts';
import { parseQuery } from '../parameters/parse.ts';
import { RequestError } from '../request-error.ts';
import type { Route } from '../route.ts';
import { streamPieces } from '../stream.ts';
import { acceptedNow } from './findings.ts';

/** Allows the page's own style sheet and nothing else: no scripts, no frames, nothing from other origins. */
const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(reportStyle).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A report as a file, streamed while it is made. The report's name decides which parameters are allowed. */
export const getReport: Route['handler'] = async (request, { file = '' }, context) => {
  const { name, format } = reportOf(file);
  const { report, ...between } = reportParameters(name, (schema) => parseQuery(schema, request));
  const accepted =
    name === 'findings' || format === 'xlsx'
      ? await acceptedNow(context)
      : { findings: [], now: context.now().getTime() };
  using resources = new DisposableStack();
  const published = resources.use(await context.currentDatabase(deadline()));
  const { database, damaged } = published;
  const version = `${context.version} ${published.etag} ${damaged}`;
  const etag = etagOf(version, file, JSON.stringify({ report, ...between }), JSON.stringify(accepted.findings));
  if (isFresh(request, etag)) return notModified(etag);
  const { range } = viewBetween(published, between, null);
  if (wantsNone(request)) return notModified(etag);
  const source = reportSource(database, { report, range, accepted, whole: format === 'xlsx', damaged });
  const pieces = await writeReport(source, format).catch((error: unknown) => {
    if (!hasCode(error, 'ReportTooLarge')) throw error;
    throw new RequestError(400, 'ReportTooLarge', error.message, { target: 'file', hint: error.hint });
  });
  const { complete, counts, asOf } = source;
  return new Response(streamPieces(pieces, resources.move()), {
    headers: {
      ...inventoryHeaders({ asOf, completeness: { complete, coverage: counts } }),
      ...dispositionOf(name, format, asOf.runId),
      'content-type': reportContentTypes[format],
      'cache-control': 'private, no-cache',
      etag,
    },
  });
};

/** @throws {NotFoundError} `ReportNotFound` */
function reportOf(file: string): (typeof reportFiles)[number] {
  const found = reportFiles.find((known) => known.file === file);
  if (found !== undefined) return found;
  throw new NotFoundError('ReportNotFound', 'There is no such report', {
    hint: `Reports: ${reportNames.join(', ')}; each as .csv, .xlsx, .ndjson and .html`,
  });
}

/** A browser shows a page and downloads the other formats. */
function dispositionOf(name: ReportName, format: ReportFormat, runId: string): Record<string, string> {
  const filename = `filename="${name}-${runId}.${format}"`;
  if (format !== 'html') return { 'content-disposition': `attachment; ${filename}` };
  return {
    'content-disposition': `inline; ${filename}`,
    'content-security-policy': pagePolicy,
    'referrer-policy': 'no-referrer',
  };
}
