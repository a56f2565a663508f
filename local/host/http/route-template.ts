import { parseRouteConstraint, type RouteConstraint } from './route-constraints.ts';

export type RouteValues = Readonly<Record<string, string>>;

/** @returns the values of the route's parameters, or null when the path does not match */
export type RouteMatcher = (path: string) => RouteValues | null;

interface Parameter {
  readonly name: string;
  readonly constraints: readonly RouteConstraint[];
  readonly optional: boolean;
  readonly catchAll: boolean;
  readonly defaultValue: string | null;
}

type Part = { readonly literal: string } | { readonly parameter: Parameter };

/**
 * Compiles a route template as ASP.NET Core reads it: literals without case, `{name}`, `{name?}`, `{name=value}`,
 * `{*rest}`, constraints `{id:int}`, several parts in one segment (`{report}.{format}`), `{{` for a brace. The matcher
 * expects a decoded path and ignores one slash at its end.
 * @throws {RangeError} the text is no template
 * @see https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates
 */
export function compileRoute(template: string): RouteMatcher {
  if (/^[/~]/.test(template)) throw new RangeError(`a route cannot begin with "${template[0]}"`);
  const parameters: Parameter[] = [];
  const segments = template === '' ? [] : splitSegments(template);
  const source = segments
    .map((segment) => {
      const parts = parseSegment(segment);
      for (const part of parts) if ('parameter' in part) parameters.push(part.parameter);
      return segmentPattern(parts);
    })
    .join('');
  const pattern = new RegExp(`^${source}/?$`, 'i');
  return (path) => {
    const match = pattern.exec(path);
    return match === null ? null : valuesOf(parameters, match);
  };
}

function valuesOf(parameters: readonly Parameter[], match: RegExpExecArray): RouteValues | null {
  const values: Record<string, string> = {};
  for (const [index, { name, constraints, defaultValue }] of parameters.entries()) {
    const value = match[index + 1] ?? defaultValue;
    if (value === null || value === '') continue;
    if (!constraints.every((satisfied) => satisfied(value))) return null;
    values[name] = value;
  }
  return values;
}

function segmentPattern(parts: readonly Part[]): string {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && 'parameter' in only) {
    const { catchAll, optional, defaultValue } = only.parameter;
    if (catchAll) return '(?:/([\\s\\S]*?))?';
    return optional || defaultValue !== null ? '(?:/([^/]+))?' : '/([^/]+)';
  }
  return `/${parts.map((part) => ('literal' in part ? escapeRegExp(part.literal) : '([^/]+)')).join('')}`;
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** Splits at the slashes outside braces: `{path:regex(^a/b$)}` is one segment. */
function splitSegments(template: string): string[] {
  const segments = [''];
  let depth = 0;
  for (const character of template) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (character === '/' && depth === 0) segments.push('');
    else segments.push((segments.pop() ?? '') + character);
  }
  return segments;
}

function parseSegment(segment: string): Part[] {
  const parts: Part[] = [];
  // A doubled brace is a brace; `{`, anything with doubled braces inside, `}` is a parameter; the rest is literal.
  const token = /\{\{|\}\}|\{((?:[^{}]|\{\{|\}\})+)\}|[^{}]+/y;
  while (token.lastIndex < segment.length) {
    const match = token.exec(segment);
    if (match === null) throw new RangeError(`the braces of "${segment}" do not match`);
    const [text, parameter] = match;
    parts.push(
      parameter === undefined
        ? { literal: text.replace('{{', '{').replace('}}', '}') }
        : { parameter: parseParameter(parameter.replaceAll('{{', '{').replaceAll('}}', '}')) },
    );
  }
  if (parts.length === 0) throw new RangeError('a route has no empty segments');
  return parts;
}

function parseParameter(text: string): Parameter {
  const shape = /^(\*{0,2})([\w-]+)((?::\w+(?:\((?:[^()]|\([^()]*\))*\))?)*)(?:=([^?]*))?(\?)?$/.exec(text);
  if (shape === null) throw new RangeError(`"{${text}}" is no route parameter`);
  const [, stars, name = '', constraints = '', defaultValue, optional] = shape;
  return {
    name,
    constraints: (constraints.match(/:\w+(?:\((?:[^()]|\([^()]*\))*\))?/g) ?? []).map((constraint) =>
      parseRouteConstraint(constraint.slice(1)),
    ),
    optional: optional !== undefined,
    catchAll: stars !== '',
    defaultValue: defaultValue ?? null,
  };
}
