/** Whether a route value satisfies a constraint. */
export type RouteConstraint = (value: string) => boolean;

const guid =
  /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}|\([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\))$/i;
const wholeNumber = /^\s*[+-]?\d+\s*$/;
const decimalNumber = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;

function whole(value: string, least: bigint, most: bigint): boolean {
  if (!wholeNumber.test(value)) return false;
  const number = BigInt(value.trim().replace(/^\+/, ''));
  return number >= least && number <= most;
}

function between(text: string, count: 1 | 2): readonly number[] {
  const numbers = text.split(',').map((part) => Number(part.trim()));
  if (numbers.length > count || numbers.some((number) => !Number.isInteger(number))) {
    throw new RangeError(`(${text}) must hold whole numbers`);
  }
  return numbers;
}

const makers: Readonly<Record<string, (argument: string) => RouteConstraint>> = {
  int: () => (value) => whole(value, -(2n ** 31n), 2n ** 31n - 1n),
  long: () => (value) => whole(value, -(2n ** 63n), 2n ** 63n - 1n),
  bool: () => (value) => /^\s*(?:true|false)\s*$/i.test(value),
  guid: () => (value) => guid.test(value.trim()),
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  decimal: () => (value) => decimalNumber.test(value),
  double: () => (value) => decimalNumber.test(value),
  float: () => (value) => decimalNumber.test(value),
  required: () => (value) => value !== '',
  min: (argument) => {
    const [least = 0] = between(argument, 1);
    return (value) => wholeNumber.test(value) && Number(value) >= least;
  },
  max: (argument) => {
    const [most = 0] = between(argument, 1);
    return (value) => wholeNumber.test(value) && Number(value) <= most;
  },
  range: (argument) => {
    const [least = 0, most = least] = between(argument, 2);
    return (value) => wholeNumber.test(value) && Number(value) >= least && Number(value) <= most;
  },
  minlength: (argument) => {
    const [least = 0] = between(argument, 1);
    return (value) => value.length >= least;
  },
  maxlength: (argument) => {
    const [most = 0] = between(argument, 1);
    return (value) => value.length <= most;
  },
  length: (argument) => {
    const [least = 0, most = least] = between(argument, 2);
    return (value) => value.length >= least && value.length <= most;
  },
  regex: (argument) => {
    const pattern = new RegExp(argument, 'i');
    return (value) => pattern.test(value);
  },
};

/**
 * Reads one inline constraint: `int`, `length(1,20)`, `regex(^a+$)`.
 * @throws {RangeError} ASP.NET Core has no constraint of that name, or the argument does not fit
 * @see https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
 */
export function parseRouteConstraint(text: string): RouteConstraint {
  const [, name = '', argument = ''] = /^(\w+)(?:\(([\s\S]*)\))?$/.exec(text) ?? [];
  const make = makers[name.toLowerCase()];
  if (make === undefined) throw new RangeError(`there is no route constraint "${text}"`);
  return make(argument);
}
