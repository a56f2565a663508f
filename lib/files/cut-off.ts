/** What zlib says of compressed data that ends early or is none. */
export function isCutOff(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(Z_|ZSTD_)/.test(String(error.code));
}
