import { createReadStream } from 'node:fs';
import * as v from 'valibot';
import { textOf } from '../azure/store/download.ts';
import { readBlobText } from '../azure/store/open-store.ts';
import type { TokenSource } from '../azure/token.ts';
import { InvalidSettingError, toReason } from '../errors.ts';
import { type AcceptedFinding, acceptedFindingShape } from '../inventory/finding.ts';
import { jsonText } from '../json.ts';
import type { Environment, Settings } from '../settings.ts';

const settingName = 'INVENTORY_ACCEPTED_FINDINGS';
/** Room for a thousand entries. */
const maxKilobytes = 256;
const maxMessageLength = 500;
const maxBytes = maxKilobytes * 1024;

/**
 * Reads the findings that people accept, from the JSON file or the blob that the setting names.
 * @returns empty without the setting
 * @throws {InvalidSettingError} there is no such file, it is too large, or an entry of it is wrong: the message says
 *   which and what is allowed
 * @throws {InventoryError} the blob could not be read
 */
export async function readAcceptedFindings(
  settings: Settings,
  environment: Environment,
  tokens: TokenSource,
  signal: AbortSignal,
): Promise<readonly AcceptedFinding[]> {
  const place = settings.acceptedFindings;
  if (place === null) return [];
  const isUrl = /^https?:/i.test(place);
  let content: string | null;
  try {
    content = isUrl
      ? await readBlobText(place, settings, environment, tokens, maxBytes, signal)
      : await textOf(createReadStream(place, { end: maxBytes, signal }), maxBytes);
  } catch (error) {
    signal.throwIfAborted();
    // Storage has errors of its own.
    if (isUrl && !(error instanceof InvalidSettingError)) throw error;
    const hint = 'Allowed: the path of a JSON file, or https://ACCOUNT.blob.core.windows.net/CONTAINER/NAME.json';
    throw invalidFile(`is '${place}', which cannot be read: ${toReason(error).message}`, hint);
  }
  if (content !== null) return parseAcceptedFindings(content, place);
  throw invalidFile(`(${place}) is larger than ${maxKilobytes} kB`, 'Remove the entries that have expired');
}

function parseAcceptedFindings(content: string, place: string): readonly AcceptedFinding[] {
  const result = v.safeParse(v.pipe(jsonText, v.array(acceptedFindingShape)), content);
  if (result.success) return result.output;
  const [issue] = result.issues;
  // The message quotes the value.
  const message = issue.message.slice(0, maxMessageLength);
  throw invalidFile(
    `(${place}) cannot be used: ${v.getDotPath(issue) ?? 'its text'}: ${message}`,
    'Allowed: [{"rule": "sharedIdentity", "principalId": "…" or "resourceId": "…", "reason": "…", "expires": "2027-06-30"}]',
  );
}

function invalidFile(what: string, hint: string): InvalidSettingError {
  return new InvalidSettingError(`${settingName} ${what}`, { hint, withoutValues: `${settingName} cannot be used` });
}
