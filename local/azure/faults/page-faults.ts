import * as v from 'valibot';
import { type Answer, jsonAnswer } from '../answer.ts';
import { labelSkipToken, skipTokenLabel } from '../resource-manager/list-answer.ts';

const pageSchema = v.looseObject({
  value: v.array(v.looseObject({ id: v.optional(v.string()) })),
  nextLink: v.optional(v.nullable(v.string())),
});
type Page = v.InferOutput<typeof pageSchema>;

const foreignUrl = 'https://management.azure.example/subscriptions?api-version=2022-12-01';

/** The page with a nextLink that a careful client must not simply follow. Does not change answers that are no pages. */
export function withNextLink(
  answer: Answer,
  url: URL,
  to: 'foreign' | 'http' | 'itself' | 'cycle' | 'relative',
  target: string | undefined,
): Answer {
  return changePage(answer, (page) => {
    const next = new URL(page.nextLink ?? labelSkipToken(url, 'next'));
    switch (to) {
      case 'foreign':
        return { ...page, nextLink: target ?? foreignUrl };
      case 'http':
        return { ...page, nextLink: target ?? next.href.replace(/^https:/, 'http:') };
      case 'itself':
        return { ...page, nextLink: url.href };
      case 'cycle':
        return { ...page, nextLink: labelSkipToken(url, skipTokenLabel(url) === 'a' ? 'b' : 'a') };
      case 'relative':
        return { ...page, nextLink: `${next.pathname}${next.search}` };
    }
  });
}

/** An empty page whose nextLink leads to the requested page. */
export function withEmptyPage(url: URL): Answer {
  const strikes = Number(skipTokenLabel(url)?.slice('empty'.length) ?? 0);
  return jsonAnswer(200, { value: [], nextLink: labelSkipToken(url, `empty${strikes + 1}`) });
}

/** The page without its last `count` rows and without the rows with these ids. */
export function withoutRows(answer: Answer, count: number, ids: readonly string[]): Answer {
  const hidden = new Set(ids.map((id) => id.toLowerCase()));
  return changePage(answer, (page) => ({
    ...page,
    value: page.value
      .slice(0, Math.max(0, page.value.length - count))
      .filter((row) => !hidden.has((row.id ?? '').toLowerCase())),
  }));
}

function changePage(answer: Answer, change: (page: Page) => Page): Answer {
  if (answer.status !== 200) return answer;
  const parsed = v.safeParse(pageSchema, JSON.parse(answer.body.toString()));
  return parsed.success ? jsonAnswer(200, change(parsed.output), answer.headers) : answer;
}
