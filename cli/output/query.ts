import { compile, type JSONValue, search } from '@jmespath-community/jmespath';
import { UsageError } from '../usage-error.ts';
import { isObject } from './flatten.ts';

/** A literal may be written `` `x` `` instead of `` `"x"` ``, as in `az --query`. */
const options = { enable_legacy_literals: true };

/**
 * Checks an expression before any work is done for it.
 * @throws {UsageError} `InvalidQuery` names the expression
 */
export function checkQuery(expression: string): void {
  try {
    compile(expression, options);
  } catch (cause) {
    throw invalidQuery(expression, cause);
  }
}

/**
 * Applies a JMESPath expression to a whole result.
 * @throws {UsageError} `InvalidQuery` a function that doesn't exist, or was given what it doesn't take
 */
export function applyQuery(value: unknown, expression: string): unknown {
  const document = toJson(value);
  try {
    return search(document, expression, options) ?? null;
  } catch (cause) {
    throw invalidQuery(expression, cause);
  }
}

function invalidQuery(expression: string, cause: unknown): UsageError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new UsageError('InvalidQuery', `--query is '${expression}': ${why}`, {
    hint: "It takes JMESPath (https://jmespath.org), for example: --query '[].identity.principalId'",
  });
}

/** A field that was selected and that an item does not have is null: so is any other that a query finds absent. */
function toJson(value: unknown): JSONValue {
  if (value === undefined) return null;
  if (isJson(value)) return value;
  if (Array.isArray(value)) return value.map(toJson);
  if (!isObject(value)) throw new TypeError('The result is no JSON');
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toJson(field)]));
}

function isJson(value: unknown): value is JSONValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return true;
  if (Array.isArray(value)) return value.every(isJson);
  return typeof value === 'object' && Object.values(value).every(isJson);
}
