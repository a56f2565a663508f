/** Whether a route value satisfies a constraint. */
export type RouteConstraint = (value: string) => boolean;

const guid =
  /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}|\([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\))$/i;
const wholeNumber = /^\s*[+-]?\d+\s*$/;
const decimalNumber = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/** A whole number within the limits of a type of .NET. */
function whole(bits: bigint): RouteConstraint {
  const limit = 2n ** (bits - 1n);
  return (value) => {
    if (!wholeNumber.test(value)) return false;
    const number = BigInt(value.trim().replace(/^\+/, ''));
    return number >= -limit && number < limit;
  };
}

/** The whole numbers of an argument: `1` or `1,20`. */
function numbersOf(text: string, count: 1 | 2): readonly number[] {
  const numbers = text.split(',').map((part) => Number(part.trim()));
  if (numbers.length > count || numbers.some((number) => !Number.isInteger(number))) {
    throw new RangeError(`(${text}) must hold whole numbers`);
  }
  return numbers;
}

/** The value is a whole number within these limits. */
const valueWithin = (least: number, most: number): RouteConstraint => {
  return (value) => wholeNumber.test(value) && Number(value) >= least && Number(value) <= most;
};
/** The length of the value is within these limits. */
const lengthWithin = (least: number, most: number): RouteConstraint => {
  return ({ length }) => length >= least && length <= most;
};
const decimal: RouteConstraint = (value) => decimalNumber.test(value);
const noLimit = Number.POSITIVE_INFINITY;

const makers: Readonly<Record<string, (argument: string) => RouteConstraint>> = {
  int: () => whole(32n),
  long: () => whole(64n),
  bool: () => (value) => /^\s*(?:true|false)\s*$/i.test(value),
  guid: () => (value) => guid.test(value.trim()),
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  decimal: () => decimal,
  double: () => decimal,
  float: () => decimal,
  required: () => (value) => value !== '',
  min: (argument) => valueWithin(numbersOf(argument, 1)[0] ?? 0, noLimit),
  max: (argument) => valueWithin(-noLimit, numbersOf(argument, 1)[0] ?? 0),
  range: (argument) => {
    const [least = 0, most = least] = numbersOf(argument, 2);
    return valueWithin(least, most);
  },
  minlength: (argument) => lengthWithin(numbersOf(argument, 1)[0] ?? 0, noLimit),
  maxlength: (argument) => lengthWithin(0, numbersOf(argument, 1)[0] ?? 0),
  length: (argument) => {
    const [least = 0, most = least] = numbersOf(argument, 2);
    return lengthWithin(least, most);
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
