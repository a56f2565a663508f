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
type SavePicker = (options: { readonly suggestedName: string }) => Promise<RemovableHandle>;
/** Chrome has it since 110. */
type RemovableHandle = FileSystemFileHandle & { readonly remove?: () => Promise<void> };

/** What a list on screen says of itself. */
export interface Shown {
  readonly runId: string | null;
  readonly complete: boolean;
}

/** Address of a report. Where users sign in, a link to it is a download; it cannot change the server's name. */
export function reportAddress(file: string, query: Query): URL {
  return apiAddress(`reports/${file}`, query);
}

export const linksDownload = mode === 'entra';

/**
 * Saves a report: streamed to disk where the browser can, else through memory. A broken stream leaves no file.
 * @param shown what the list on screen says: the report is of the same run
 * @returns the name of the file
 * @throws {ApiError} the app refused or failed
 */
export async function saveReport(file: string, query: Query, shown: Shown, download: Download): Promise<string> {
  const { progress, warn, signal } = download;
  const picker: unknown = Reflect.get(window, 'showSaveFilePicker');
  // The picker needs the click of the user, so it comes before the request, which tells the server's name.
  const suggestedName = marked(file.replace('.', `-${shown.runId ?? ''}.`), shown.complete);
  const handle = typeof picker === 'function' ? await (picker as SavePicker)({ suggestedName }) : null;
  if (handle !== null) return stream(file, query, download, handle);
  const response = await askFor(file, query, signal);
  const given = /filename="?([^";]+)/i.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? file;
  const name = marked(given, response.headers.get('x-inventory-complete') !== 'false');
  if (Number(response.headers.get('content-length') ?? 0) > warnFromBytes) warn();
  saveBlob(await new Response(counted(response, progress, signal)).blob(), name);
  return name;
}

async function stream(file: string, query: Query, download: Download, handle: RemovableHandle): Promise<string> {
  const { progress, signal } = download;
  try {
    const response = await askFor(file, query, signal);
    // It writes to a temporary file, and replaces the chosen one when it is closed.
    await counted(response, progress, signal).pipeTo(await handle.createWritable(), { signal });
    return handle.name;
  } catch (error) {
    // The picker has made the file, or emptied it: https://wicg.github.io/file-system-access/#api-showsavefilepicker
    await handle.remove?.();
    throw error;
  }
}

function askFor(file: string, query: Query, signal: AbortSignal): Promise<Response> {
  return send(reportAddress(file, query), { signal }, { accept: '*/*' });
}

/** Saves a file that is in memory. */
export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The name of a file says when the inventory was not complete. */
function marked(name: string, complete: boolean): string {
  return complete ? name : name.replace(/(\.\w+)$/, '-INCOMPLETE$1');
}

function counted({ body }: Response, progress: (bytes: number) => void, signal: AbortSignal): ReadableStream {
  let bytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      progress(bytes);
      controller.enqueue(chunk);
    },
  });
  return (body ?? new ReadableStream()).pipeThrough(counter, { signal });
}
