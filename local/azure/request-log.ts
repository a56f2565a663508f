import type { Answer } from './answer.ts';

export interface LoggedRequest {
  readonly endpoint: 'resourceManager' | 'identity';
  readonly method: string;
  readonly path: string;
  /** Decoded, without the question mark. */
  readonly query: string;
  /** 0 = the connection was reset, or there was no answer. */
  status: number;
  /** Whether the request had a token or identity header. Its value is not kept. */
  readonly authorized: boolean;
  readonly userAgent: string | null;
  /** Arrival, in milliseconds since the epoch. */
  readonly time: number;
}

export interface RequestStats {
  readonly requests: number;
  /** The most requests in progress at one time. */
  readonly maxInFlight: number;
  /** Requests by path, with every id replaced by {}. */
  readonly byPath: Readonly<Record<string, number>>;
  readonly responses429: number;
  /** Resource Manager's first request and end of its last answer, in milliseconds since the epoch. */
  readonly firstRequestAt: number | null;
  readonly lastAnswerAt: number | null;
}

export interface RequestLog {
  readonly requests: readonly LoggedRequest[];
  /** Counts Resource Manager's requests. Requests to the identity endpoints are only in `byPath`. */
  readonly stats: RequestStats;
  begin(request: Omit<LoggedRequest, 'status' | 'time'>): LoggedRequest;
  end(request: LoggedRequest, status: Answer['status']): void;
  reset(): void;
}

export function createRequestLog(): RequestLog {
  let requests: LoggedRequest[] = [];
  let inFlight = 0;
  let maxInFlight = 0;
  let lastAnswerAt: number | null = null;
  return {
    get requests() {
      return requests;
    },
    get stats() {
      const byPath: Record<string, number> = {};
      for (const request of requests) {
        const path = pathPattern(request.path);
        byPath[path] = (byPath[path] ?? 0) + 1;
      }
      const own = requests.filter((request) => request.endpoint === 'resourceManager');
      const responses429 = own.filter((request) => request.status === 429).length;
      const firstRequestAt = own[0]?.time ?? null;
      return { requests: own.length, maxInFlight, byPath, responses429, firstRequestAt, lastAnswerAt };
    },
    begin(request) {
      const logged: LoggedRequest = { ...request, status: 0, time: Date.now() };
      requests.push(logged);
      if (request.endpoint === 'resourceManager') maxInFlight = Math.max(maxInFlight, ++inFlight);
      return logged;
    },
    end(request, status) {
      request.status = status;
      if (request.endpoint !== 'resourceManager') return;
      inFlight--;
      lastAnswerAt = Date.now();
    },
    reset() {
      requests = [];
      maxInFlight = inFlight;
      lastAnswerAt = null;
    },
  };
}

/** `/subscriptions/<guid>/resourceGroups/rg/…` becomes `/subscriptions/{}/resourceGroups/{}/…`. */
function pathPattern(path: string): string {
  return path.replaceAll(
    /\/(subscriptions|resourcegroups|virtualmachines|virtualMachineScaleSets|machines|userAssignedIdentities|roleDefinitions|managementGroups)\/[^/]+/gi,
    '/$1/{}',
  );
}
