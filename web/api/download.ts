import { mode } from './access.ts';
import { apiAddress, type Query, send } from './client.ts';

/** Above this, a browser without a file picker keeps too much in memory. */
const warnFromBytes = 200 * 1024 * 1024;

export interface Download {
  /** Bytes so far. */
  readonly progress: (bytes: number) => void;
  /** Called once the answer begins, for browsers that keep the whole file in memory. */
  readonly warn: () => void;
  readonly signal: AbortSignal;
}

/** The part of the File System Access API that downloads use; TypeScript's types of the DOM lack the picker. */
type SavePicker = (options: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>;

/** Address of a report. Where users sign in, a link to it is a download. */
export function reportAddress(file: string, query: Query): URL {
  return apiAddress(`reports/${file}`, query);
}

export const linksDownload = mode === 'entra';

/**
 * Saves a report: streamed to disk where the browser can, else through memory. A broken stream leaves no file.
 * @returns the name of the file
 * @throws {ApiError} the app refused or failed
 */
export async function saveReport(file: string, query: Query, { progress, warn, signal }: Download): Promise<string> {
  const picker: unknown = Reflect.get(window, 'showSaveFilePicker');
  // The picker needs the click of the user, so it comes before the request.
  const handle = typeof picker === 'function' ? await (picker as SavePicker)({ suggestedName: file }) : null;
  const response = await send(reportAddress(file, query), { signal }, { accept: '*/*' });
  const name = fileName(response, file);
  const counted = (response.body ?? new ReadableStream()).pipeThrough(counter(progress), { signal });
  if (handle !== null) {
    // It writes to a temporary file, and replaces the chosen one when it is closed.
    await counted.pipeTo(await handle.createWritable(), { signal });
    return handle.name;
  }
  if (Number(response.headers.get('content-length') ?? 0) > warnFromBytes) warn();
  saveBlob(await new Response(counted).blob(), name);
  return name;
}

/** Saves a file that is in memory. */
export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The server's name, with `-INCOMPLETE` when the inventory was not complete. */
function fileName(response: Response, file: string): string {
  const given = /filename="?([^";]+)/i.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? file;
  if (response.headers.get('x-inventory-complete') !== 'false') return given;
  return given.includes('-INCOMPLETE') ? given : given.replace(/(\.\w+)$/, '-INCOMPLETE$1');
}

function counter(progress: (bytes: number) => void): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      progress(bytes);
      controller.enqueue(chunk);
    },
  });
}
