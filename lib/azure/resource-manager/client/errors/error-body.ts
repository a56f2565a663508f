import { member, textOrNull } from '../../../json.ts';

/** What an error answer says. Both fields are null where the body does not hold them. */
export interface ErrorBody {
  readonly code: string | null;
  readonly message: string | null;
}

/**
 * Reads `{"error":{code,message}}`, and Compute's throttling answer, which comes without that wrapper.
 * Anything else (HTML of a gateway, an empty body) has neither.
 */
export function parseErrorBody(text: string | null | undefined): ErrorBody {
  const body = parse(text ?? '');
  const error = member(body, 'error') ?? body;
  return { code: textOrNull(member(error, 'code')), message: textOrNull(member(error, 'message')) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not JSON: the caller falls back on the status
  }
}
