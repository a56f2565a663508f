/**
 * For lines outside an invocation. The host reads them from stderr and takes their level from their words: `warn` makes
 * a warning, `error` an error, anything else information, which the recommended log levels drop. An invocation's own
 * logger sets the level itself: use that where there is one.
 */
export function logErrorLine(text: string): void {
  console.error(`Error: ${oneLine(text)}`);
}

export function logWarningLine(text: string): void {
  console.error(`Warning: ${oneLine(text)}`);
}

/** The host makes an entry of each line. */
function oneLine(text: string): string {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  return lines.filter((line) => line !== '').join(' ');
}
