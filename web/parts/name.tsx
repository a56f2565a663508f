/** Text that others chose (names, tags): its direction stays its own, and control characters are visible. */
export function Name({ children }: { readonly children: string }) {
  return <bdi>{visible(children)}</bdi>;
}

/** Shows control characters and marks of direction as symbols: they must not change how a page reads. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (one) => {
    const code = one.codePointAt(0) ?? 0;
    // Emoji are joined with U+200D.
    if (code === 0x200d) return one;
    return code < 0x20
      ? String.fromCodePoint(0x2400 + code)
      : `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
  });
}

/** The last segment of a resource id: `id-web`. */
export function lastSegment(resourceId: string): string {
  return resourceId.split('/').at(-1) ?? resourceId;
}
