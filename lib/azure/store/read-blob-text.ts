import { text } from 'node:stream/consumers';
import type { Environment, Settings } from '../../settings.ts';
import type { TokenSource } from '../token.ts';
import { attempt } from './attempt.ts';
import { type Container, containerAt, containerOf, readerRole } from './container.ts';
import { download } from './download.ts';

/**
 * A small text blob by its address, in whatever container: read with the identity (Storage Blob Data Reader there), or, where the
 * app's own storage is reached by a connection string and the blob is in it, with that.
 * @param url `https://ACCOUNT.blob.core.windows.net/CONTAINER/NAME`
 * @throws {InvalidSettingError} not such an address
 * @throws {InventoryError} `StorageNotFound`, `StorageDenied`, … as storage answered
 */
export async function readBlobText(
  url: string,
  settings: Settings,
  environment: Environment,
  tokens: TokenSource,
  signal: AbortSignal,
): Promise<string> {
  const { container, name } = locate(url, settings, environment, tokens);
  const { body } = await attempt(container, `read ${name}`, signal, () => download(container, name, signal));
  return await text(body);
}

function locate(
  url: string,
  settings: Settings,
  environment: Environment,
  tokens: TokenSource,
): { readonly container: Container; readonly name: string } {
  if (settings.storage.kind === 'connectionString') {
    const own = containerOf(settings, environment);
    const prefix = own.service.url.replace(/\/?$/, '/');
    if (url.startsWith(prefix)) {
      const [container = '', ...name] = url.slice(prefix.length).split('/');
      const inside = containerOf({ ...settings, container }, environment);
      return { container: inside, name: decodeURIComponent(name.join('/')) };
    }
  }
  const folders = url.split('/');
  // https: '' ACCOUNT CONTAINER NAME…
  return {
    container: containerAt(folders.slice(0, 4).join('/'), settings, tokens, readerRole),
    name: decodeURIComponent(folders.slice(4).join('/')),
  };
}
