import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { CloudName, Settings } from '../../settings.ts';
import type { ContentEncoding } from '../content-encoding.ts';
import { etagOfBytes } from '../etag.ts';

/** A file of the page, in each encoding. Each has its own strong ETag. */
export interface PageFile {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly encoded: Readonly<Record<ContentEncoding, { readonly body: Uint8Array; readonly etag: string }>>;
}

/** The built page in memory: whatever a request asks for, no path of it reaches the disk. */
export interface Page {
  /** For the address without a slash at its end (`…/page`), relative to which the assets are at `page/assets/`. */
  readonly document: PageFile;
  /** For `…/page/`. */
  readonly documentOfFolder: PageFile;
  /** By name below `assets/`. */
  readonly assets: ReadonlyMap<string, PageFile>;
}

/** What the document tells its script. Nothing of it is about the estate. */
export interface PageValues {
  readonly auth: Settings['httpAuth'];
  readonly version: string;
  readonly cloud: CloudName;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads what `npm run build` wrote. @param folder `dist/page` */
export async function readPage(folder: string, values: PageValues): Promise<Page> {
  const source = await readFile(join(folder, 'index.html'), 'utf8');
  const { auth, version, cloud } = values;
  const html = source.replace('<html', `<html data-auth="${auth}" data-version="${version}" data-cloud="${cloud}"`);
  return {
    document: documentOf(html.replaceAll('="assets/', '="page/assets/')),
    documentOfFolder: documentOf(html),
    assets: await readAssets(join(folder, 'assets')),
  };
}

/** Compressed here, because the values are known only here. */
function documentOf(html: string): PageFile {
  const identity = Buffer.from(html);
  return pageFile('text/html; charset=utf-8', 'no-cache', {
    identity,
    br: brotliCompressSync(identity),
    gzip: gzipSync(identity, { level: 9 }),
  });
}

async function readAssets(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const assets = new Map<string, PageFile>();
  for (const name of await readdir(folder)) {
    const contentType = contentTypes[extname(name)];
    if (contentType === undefined) continue;
    const path = join(folder, name);
    const encoded = {
      identity: await readFile(path),
      br: await readFile(`${path}.br`),
      gzip: await readFile(`${path}.gz`),
    };
    // The name has a hash of the content.
    assets.set(name, pageFile(contentType, 'public, max-age=31536000, immutable', encoded));
  }
  return assets;
}

function pageFile(
  contentType: string,
  cacheControl: string,
  { identity, br, gzip }: Readonly<Record<ContentEncoding, Uint8Array>>,
): PageFile {
  const withEtag = (body: Uint8Array) => ({ body, etag: etagOfBytes(body) });
  return {
    contentType,
    cacheControl,
    encoded: { identity: withEtag(identity), br: withEtag(br), gzip: withEtag(gzip) },
  };
}
