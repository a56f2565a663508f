import type { LogLevel } from './core-types.ts';

const order: readonly string[] = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'];
const setting = /^AzureFunctionsJobHost(?:__|:)logging(?:__|:)logLevel(?:__|:)(.+)$/i;

/** Whether a line of a category is logged: the longest prefix of the category that has a level decides. */
export type LogFilter = (category: string, level: LogLevel) => boolean;

/**
 * `logging.logLevel` of host.json and the settings that take precedence over it. Default: `Information`.
 * @param levels minimum level by category, or by its first parts up to a dot; `default` = all others
 * @throws {RangeError} a level has no such name
 * @see https://learn.microsoft.com/azure/azure-functions/configure-monitoring#configure-log-levels
 */
export function createLogFilter(levels: object, environment: Readonly<Record<string, string | undefined>>): LogFilter {
  const fromSettings = Object.entries(environment).flatMap(([name, value]): [string, unknown][] => {
    const [, category] = setting.exec(name) ?? [];
    return category === undefined ? [] : [[category, value]];
  });
  const ranks = new Map(
    [...Object.entries(levels), ...fromSettings].map(([category, level]) => [category.toLowerCase(), rankOf(level)]),
  );
  const fallback = ranks.get('default') ?? rankOf('Information');
  return (category, level) => {
    for (let name = category.toLowerCase(); name !== ''; name = name.slice(0, Math.max(name.lastIndexOf('.'), 0))) {
      const rank = ranks.get(name);
      if (rank !== undefined) return rankOf(level) >= rank;
    }
    return rankOf(level) >= fallback;
  };
}

function rankOf(level: unknown): number {
  const rank = order.indexOf(String(level).toLowerCase());
  if (rank < 0) throw new RangeError(`"${String(level)}" is not a log level; allowed: ${order.join(', ')}`);
  return rank;
}
