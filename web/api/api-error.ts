/** An answer of the API that is no success, or no answer at all (`status` 0). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0 when the app could not be reached. */
  readonly status: number;
  /** The API's error code, or `Offline` and `Timeout`. */
  readonly code: string;
  /** The wrong parameter, or null. */
  readonly target: string | null;
  readonly hints: readonly string[];
  /** Identifies the request in the app's log, or null. */
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      readonly target?: string | null;
      readonly hints?: readonly string[];
      readonly requestId?: string | null;
      readonly retryAfterSeconds?: number | null;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.target = more.target ?? null;
    this.hints = more.hints ?? [];
    this.requestId = more.requestId ?? null;
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
  }

  /** The app says that the request has no answer, so rows of another one may not stand for it. */
  get isRefused(): boolean {
    return this.status === 400 || this.status === 404 || this.status === 410;
  }
}

const mostSeconds = 3600;

/**
 * The seconds after which the app wants to be asked again, at most an hour, or null. A server in front of the app may
 * give a date.
 */
export function retryAfterOf({ headers }: Response): number | null {
  const value = headers.get('retry-after') ?? '';
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? null : Math.min(Math.max(1, seconds), mostSeconds);
}

/**
 * Reads the error of an answer. An answer without the API's body comes from a server in front of the app. That server
 * cannot reach the app, or its status says what is known.
 */
export async function errorOf(response: Response): Promise<ApiError> {
  const requestId = response.headers.get('x-ms-request-id');
  const retryAfterSeconds = retryAfterOf(response);
  // App Service authentication answers a redirect to its sign-in page, which `fetch` hides.
  if (response.type === 'opaqueredirect') return new ApiError(401, 'NotSignedIn', 'The sign-in has ended');
  const body = await response.json().catch(() => null);
  if (body === null && [502, 503, 504].includes(response.status)) {
    return new ApiError(0, 'Offline', `The app cannot be reached (status ${response.status})`);
  }
  const error = body?.error;
  if (typeof error?.message !== 'string') {
    return new ApiError(response.status, String(response.status), `The app answered with status ${response.status}`, {
      requestId,
      retryAfterSeconds,
    });
  }
  const details: unknown[] = Array.isArray(error.details) ? error.details : [];
  const hints = details.flatMap((detail) => {
    const message: unknown = typeof detail === 'object' && detail !== null ? Reflect.get(detail, 'message') : null;
    return typeof message === 'string' ? [message] : [];
  });
  const target = typeof error.target === 'string' ? error.target : null;
  return new ApiError(response.status, String(error.code), error.message, {
    target,
    hints,
    requestId,
    retryAfterSeconds,
  });
}
