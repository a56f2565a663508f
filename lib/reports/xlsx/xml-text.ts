const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
};

/** Most texts have nothing of all that: one look instead of three. Surrogates are looked at more closely. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const special = /[&<>"'\u0000-\u001f\ud800-\udfff\ufffe\uffff]/;

/** Text for XML 1.0: what has a meaning there is escaped, what may not be there at all becomes U+FFFD. */
export function xmlText(text: string): string {
  if (!special.test(text)) return text;
  return text
    .toWellFormed()
    .replaceAll(/[&<>"'\r]/g, (character) => entities[character] ?? character)
    .replaceAll(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g,
      '\ufffd',
    );
}
