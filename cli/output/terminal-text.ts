/** Characters that take two columns of a terminal: East Asian ones and emoji. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const graphemes = new Intl.Segmenter();

/** Characters that a terminal obeys instead of showing, or that change the order of the text around them. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu;
/** The same without the characters that lay out lines. */
const controlsInLines = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** One line without control characters: names and messages from Azure must not move a terminal's cursor or colour it. */
export function printable(text: string): string {
  return text.replaceAll(controls, ' ');
}

/** Lines for a terminal: control characters appear as `\u001b`, which JSON reads as the same character. */
export function printableLines(text: string): string {
  const lines = text.replaceAll('\r\n', '\n');
  return lines.replaceAll(controlsInLines, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** The text, or as much of it as fits, and an ellipsis. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const { segment } of graphemes.segment(text)) {
    used += widthOf(segment);
    if (used > width) break;
    kept += segment;
  }
  return `${kept}…`;
}
