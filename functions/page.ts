import { fileURLToPath } from 'node:url';
import type { HttpRequest } from '@azure/functions';
import { InvalidSettingError } from '../lib/errors.ts';
import { answerPage } from '../lib/http/page/answer-page.ts';
import { type Page, readPage } from '../lib/http/page/page-files.ts';
import { readSettings, type Settings } from '../lib/settings.ts';
import { build } from './build.ts';

/** Beside the bundle, in Azure as on one machine: `import.meta.url` is the bundle's. */
const folder = fileURLToPath(new URL('page/', import.meta.url));
let page: Promise<Page> | undefined;

/** Answers a request for the page or one of its files. The first request reads them all; after an error, the next. */
export async function getPage(request: HttpRequest): Promise<Response> {
  const { file } = request.params;
  page ??= readPage(folder, {
    auth: alone('INVENTORY_HTTP_AUTH').httpAuth,
    version: build.version,
    cloud: alone('AZURE_CLOUD').cloud,
  }).catch((error: unknown) => {
    page = undefined;
    throw error;
  });
  return answerPage(request, file, await page);
}

/** The settings as if only that one were set: another one may be wrong. If it is wrong itself, it counts as unset. */
function alone(name: 'INVENTORY_HTTP_AUTH' | 'AZURE_CLOUD'): Settings {
  try {
    return readSettings({ [name]: process.env[name] });
  } catch (error) {
    if (error instanceof InvalidSettingError) return readSettings({});
    throw error;
  }
}
