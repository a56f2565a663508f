import * as v from 'valibot';
import type { InvalidSettingError } from '../errors.ts';
import type { AppRole } from './app-roles.ts';
import type { Build, HttpContext, IncomingRequest } from './context.ts';
import type { ShapeName } from './openapi/shapes.ts';
import { parseBody } from './parameters/body.ts';
import { type ParameterSchema, parseQuery, parseValues } from './parameters/parse.ts';

/** What a route answers when the request succeeds. */
export type Answer =
  | {
      readonly kind: 'list';
      readonly of: ShapeName;
      /** Lists beside `value`. */
      readonly further?: Readonly<Record<string, ShapeName>>;
      /** True or false, beside `value`. */
      readonly flags?: readonly string[];
    }
  | { readonly kind: 'runs' }
  | { readonly kind: 'object'; readonly of: ShapeName; readonly status?: 202 }
  /** JSON without a list, a file, or a redirect to a file. */
  | {
      readonly kind: 'other';
      readonly mediaType: string;
      readonly statuses: readonly number[];
      readonly of?: ShapeName;
    };

/** Everything about a route but its handler. */
export interface RouteDescription<Query = ParameterSchema, Names = ParameterSchema, Body = v.GenericSchema> {
  /** Name of its function, whose key opens it. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below `/api`, with names in braces. `{*name}` at the end is any rest of the address, also none. */
  readonly path: string;
  readonly summary: string;
  readonly query: Query;
  /** The values of the names in `path`. */
  readonly names?: Names;
  readonly body?: Body;
  readonly answer: Answer;
  /** Open to anyone. */
  readonly anonymous?: true;
  /** The app role that it needs where callers sign in. Default: `Inventory.Read`. */
  readonly role?: AppRole;
  /** Needs the orchestration engine. */
  readonly startsRun?: true;
  /** Answers while the settings are wrong; other routes answer 503 `InvalidConfiguration`. */
  readonly onInvalidSettings?: (error: InvalidSettingError, build: Build) => Response;
}

/** One route of the API. Its handler checks the request; `names` are the decoded values of the names in `path`. */
export interface Route extends RouteDescription {
  readonly handler: (
    request: IncomingRequest,
    names: Readonly<Record<string, string>>,
    context: HttpContext,
  ) => Promise<Response>;
}

export const noParameters = v.strictObject({});
export const noNames = v.object({});
const noBody = v.undefined();

/** A request whose parameters and body have passed the schemas of its route. */
export interface CheckedRequest<
  Query extends ParameterSchema = typeof noParameters,
  Names extends ParameterSchema = typeof noNames,
  Body extends v.GenericSchema = typeof noBody,
> {
  readonly request: IncomingRequest;
  readonly context: HttpContext;
  readonly query: v.InferOutput<Query>;
  readonly names: v.InferOutput<Names>;
  readonly body: v.InferOutput<Body>;
}

/** A route whose handler gets checked requests: names in the path are checked first, then the query, then the body. */
export function route<
  const Query extends ParameterSchema,
  const Names extends ParameterSchema = typeof noNames,
  const Body extends v.GenericSchema = typeof noBody,
>({
  handler,
  ...description
}: RouteDescription<Query, Names, Body> & {
  readonly handler: (checked: CheckedRequest<Query, Names, Body>) => Promise<Response>;
}): Route {
  const { names, query, body } = description;
  return {
    ...description,
    async handler(request, given, context) {
      return handler({
        request,
        context,
        names: names === undefined ? {} : parseValues(names, given),
        query: parseQuery(query, request),
        body: body === undefined ? undefined : await parseBody(body, request),
      });
    },
  };
}
