import { type ErrorCode, type GivenCode, type InvalidSettingError, InventoryError } from '../errors.ts';

interface RequestErrorOptions {
  /** The wrong parameter, header, or part of the body. */
  readonly target?: string;
  readonly hint?: string | null;
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Why, for the app's log alone. */
  readonly cause?: Error;
}

/** An error with its HTTP status. */
export class RequestError extends InventoryError {
  override readonly name: string = 'RequestError';
  readonly status: number;
  readonly target: string | null;
  readonly retryAfterSeconds: number | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: ErrorCode | GivenCode, message: string, options: RequestErrorOptions = {}) {
    super(code, message, { hint: options.hint ?? null, cause: options.cause });
    this.status = status;
    this.target = options.target ?? null;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.headers = options.headers ?? {};
  }
}

/** A value that is not allowed, and what is. */
export function invalidParameter(name: string, value: string, allowed: string): RequestError {
  const shown = value.length > 100 ? `${value.slice(0, 100)}…` : value;
  return new RequestError(400, 'InvalidParameter', `${name} is '${shown}'; allowed: ${allowed}`, { target: name });
}

/** What a caller that has not signed in sees of a wrong setting. The app's log has the value. */
export function anonymousSettingError(error: InvalidSettingError): RequestError {
  const hint = error.hint ?? "The app's log has the value";
  return new RequestError(503, 'InvalidConfiguration', error.withoutValues, { hint, cause: error });
}

/**
 * Azure's refusal of a live read, as the client of this app sees it. Never 401 or 403: those would be about the client,
 * and Azure refused this app's identity.
 * @param status what Azure answered
 */
export function upstreamError(
  status: number,
  code: string,
  message: string,
  options: { readonly hint: string | null; readonly retryAfterSeconds?: number },
): RequestError {
  const { hint, retryAfterSeconds = 60 } = options;
  if (status === 404) return new RequestError(404, { given: code }, message, { hint });
  if (status === 429) return new RequestError(503, 'Throttled', message, { hint, retryAfterSeconds });
  if (status === 401 || status === 403) return new RequestError(502, 'UpstreamDenied', message, { hint });
  return new RequestError(502, 'UpstreamFailed', `${code}: ${message}`, { hint });
}
