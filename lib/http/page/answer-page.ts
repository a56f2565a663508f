import { preferredEncoding } from '../content-encoding.ts';
import type { IncomingRequest } from '../context.ts';
import { isFresh, wantsNone } from '../etag.ts';
import { RequestError } from '../request-error.ts';
import { noParameters, type RouteDescription } from '../route.ts';
import { streamBytes } from '../stream.ts';
import type { Page, PageFile } from './page-files.ts';

/** The route of the page. It answers without the rest of the app, so also while a setting is wrong. */
export const pageRoute: RouteDescription = {
  id: 'page',
  method: 'GET',
  path: 'page/{*file}',
  summary: 'The web page',
  anonymous: true,
  query: noParameters,
  answer: { kind: 'other', mediaType: 'text/html', statuses: [200, 304] },
};

/**
 * On every answer of the page. `same-origin` and not `no-referrer`, because App Service's own check of a POST needs an
 * Origin or a Referer.
 * @see https://www.w3.org/TR/CSP3/ @see https://www.w3.org/TR/trusted-types/
 */
const securityHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), clipboard-read=()',
};

/**
 * Answers with the document or an asset. The query counts for nothing.
 * @param path what the address has after `page/`; undefined or empty for the document
 * @throws {RequestError} 404 `PageFileNotFound`
 */
export function answerPage(request: IncomingRequest, path: string | undefined, page: Page): Response {
  const file = find(request, path ?? '', page);
  if (file === undefined) {
    throw new RequestError(404, 'PageFileNotFound', 'The page has no such file', {
      hint: 'The page itself is at /api/page',
      headers: securityHeaders,
    });
  }
  const encoding = preferredEncoding(request, ['br', 'gzip']);
  const { body, etag } = file.encoded[encoding];
  const headers = { ...securityHeaders, 'cache-control': file.cacheControl, vary: 'Accept-Encoding', etag };
  if (isFresh(request, etag) || wantsNone(request)) return new Response(null, { status: 304, headers });
  return new Response(streamBytes(body), {
    headers: {
      ...headers,
      ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
      'content-type': file.contentType,
      'content-length': String(body.byteLength),
    },
  });
}

function find(request: IncomingRequest, path: string, page: Page): PageFile | undefined {
  if (path !== '') return path.startsWith('assets/') ? page.assets.get(path.slice('assets/'.length)) : undefined;
  return URL.parse(request.url)?.pathname.endsWith('/') === true ? page.documentOfFolder : page.document;
}
