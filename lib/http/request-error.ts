import { type ErrorCode, type GivenCode, InventoryError } from '../errors.ts';

export interface RequestErrorOptions {
  /** The parameter, header, or part of the body that is wrong. */
  readonly target?: string;
  readonly hint?: string | null;
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error that knows its HTTP status. */
export class RequestError extends InventoryError {
  override readonly name: string = 'RequestError';
  readonly status: number;
  readonly target: string | null;
  readonly retryAfterSeconds: number | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: ErrorCode | GivenCode, message: string, options: RequestErrorOptions = {}) {
    super(code, message, { hint: options.hint ?? null });
    this.status = status;
    this.target = options.target ?? null;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.headers = options.headers ?? {};
  }
}

/** A value that is not allowed: says which, and what is. */
export function invalidParameter(name: string, value: string, allowed: string): RequestError {
  const shown = value.length > 100 ? `${value.slice(0, 100)}…` : value;
  return new RequestError(400, 'InvalidParameter', `${name} is '${shown}'; allowed: ${allowed}`, { target: name });
}
