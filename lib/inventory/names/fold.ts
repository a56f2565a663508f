const beyondAscii = /[^\0-\x7f]/u;
const lettersBeyondAscii = /[^\0-\x7f]/gu;

/**
 * The form in which ids and names are compared: equal for two texts that differ in letter case only. SQLite folds ASCII
 * only, so SQL compares what this function wrote (the columns `…key`), or calls it as `fold(text)`.
 *
 * Azure is a .NET service, and .NET compares ids letter by letter: `ß` is not `ss`, and `ı` is not `i`. `ς` and `σ` are
 * one letter, because both have the upper case `Σ`.
 * @see https://learn.microsoft.com/dotnet/api/system.stringcomparer.ordinalignorecase
 * @see https://github.com/dotnet/runtime/issues/67873 a letter beyond ASCII never equals an ASCII letter by its upper case
 * @see https://www.sqlite.org/lang_corefunc.html#lower
 */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  return beyondAscii.test(lower) ? lower.replace(lettersBeyondAscii, foldLetter) : lower;
}

/** The lower case of the upper case, if that is one letter beyond ASCII. */
function foldLetter(letter: string): string {
  const upper = letter.toUpperCase();
  const [first = '', ...others] = upper;
  return others.length === 0 && beyondAscii.test(first) ? upper.toLowerCase() : letter;
}
