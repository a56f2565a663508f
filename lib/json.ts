import * as v from 'valibot';

/** Some editors, shells and gateways write this character before JSON. `JSON.parse` rejects it. */
const byteOrderMark = /^\uFEFF+/;

/** Where V8 finds the first character that does not fit. */
const errorPosition = / in JSON at position (\d+)(?: \(line \d+ column \d+\))?$/;

/**
 * Parses JSON that comes from outside. Skips a byte order mark.
 * @returns undefined for text that is not JSON
 * @see https://www.rfc-editor.org/rfc/rfc8259#section-8.1
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(withoutByteOrderMark(text));
  } catch {
    return undefined;
  }
}

/** {@link parseJson} as the first step of a schema. */
export const jsonText = v.pipe(v.string(), v.transform(withoutByteOrderMark), v.parseJson());

/** Text in the encoding that its byte order mark names: UTF-16, which Windows PowerShell writes, or else UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder().decode(bytes);
}

/** For a library that parses the text itself. */
export function withoutByteOrderMark(text: string): string {
  return text.replace(byteOrderMark, '');
}

/** Whether text is the beginning of JSON whose end is missing. */
export function isCutOffJson(text: string): boolean {
  const json = withoutByteOrderMark(text);
  try {
    JSON.parse(json);
    return false;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const position = errorPosition.exec(message)?.[1];
    return position === undefined ? message === 'Unexpected end of JSON input' : Number(position) === json.length;
  }
}
