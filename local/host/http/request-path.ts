/**
 * The path of a request target as ASP.NET Core's server passes it to routing: decodes escapes except `%2F`, keeps
 * escapes that are not UTF-8, removes dot segments.
 * @returns null where the server refuses the path because of a null byte
 * @see https://github.com/dotnet/aspnetcore/blob/main/src/Shared/UrlDecoder/UrlDecoder.cs
 */
export function requestPath(target: string): string | null {
  const end = target.indexOf('?');
  const raw = end === -1 ? target : target.slice(0, end);
  if (!raw.includes('%') && !raw.includes('/.')) return raw;
  const decoded = raw.replaceAll(/(?:%(?!2f)[0-9a-f]{2})+/gi, decodeRun);
  if (decoded.includes('\0')) return null;
  return decoded.includes('/.') ? withoutDotSegments(decoded) : decoded;
}

function decodeRun(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return run;
  }
}

function withoutDotSegments(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/');
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === '..') {
      if (kept.length > 1) kept.pop();
    } else if (segment !== '.') kept.push(segment);
    if (last && (segment === '.' || segment === '..')) kept.push('');
  }
  return kept.join('/');
}
