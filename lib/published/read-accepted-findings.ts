import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { readBlobText } from '../azure/store/open-store.ts';
import type { TokenSource } from '../azure/token.ts';
import { InvalidSettingError } from '../errors.ts';
import { type AcceptedFinding, acceptedFindingShape } from '../inventory/finding.ts';
import { jsonText } from '../json.ts';
import type { Environment, Settings } from '../settings.ts';

const settingName = 'INVENTORY_ACCEPTED_FINDINGS';

/**
 * Reads the findings that people accept, from the JSON file or the blob that the setting names.
 * @returns empty without the setting
 * @throws {InvalidSettingError} there is no such file, or an entry of it is wrong: the message says which and what is
 *   allowed
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
  const content = /^https?:/i.test(place)
    ? await readBlobText(place, settings, environment, tokens, signal)
    : await readTextFile(place);
  return parseAcceptedFindings(content, place);
}

async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new InvalidSettingError(
      `${settingName} is '${path}', which cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { hint: 'Allowed: the path of a JSON file, or https://ACCOUNT.blob.core.windows.net/CONTAINER/NAME.json' },
    );
  }
}

function parseAcceptedFindings(content: string, place: string): readonly AcceptedFinding[] {
  const result = v.safeParse(v.pipe(jsonText, v.array(acceptedFindingShape)), content);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new InvalidSettingError(
    `${settingName} (${place}) cannot be used: ${v.getDotPath(issue) ?? 'its text'}: ${issue.message}`,
    {
      hint: 'Allowed: [{"rule": "sharedIdentity", "principalId": "…" or "resourceId": "…", "reason": "…", "expires": "2027-06-30"}]',
    },
  );
}
