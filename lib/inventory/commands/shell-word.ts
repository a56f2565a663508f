/** One word of a command. In single quotes if a shell would interpret a character of it. */
export function shellWord(text: string): string {
  return /^(?!=)[\p{L}\p{N}_./:@%+,=-]+$/u.test(text) ? text : singleQuoted(text);
}

/** One word of a command, in single quotes: no POSIX shell interprets anything in them. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
