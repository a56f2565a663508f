import { defaultPageSize } from '../../parameters/fields.ts';
import { answerJson } from '../answer.ts';
import type { Handler } from '../context.ts';
import { deadline } from '../deadline.ts';
import { parseQuery } from '../parameters/parse.ts';
import { runsQuery } from '../parameters/route-parameters.ts';
import { nextLink, readSkipToken } from '../skip-token.ts';

/** `GET runs`: the newest first, running ones too. */
export const listRuns: Handler = async (request, _parameters, context) => {
  const { maxpagesize = defaultPageSize, skiptoken } = parseQuery(runsQuery, request);
  const token = skiptoken === undefined ? null : readSkipToken(skiptoken, request);
  // Ids sort by start, so a page begins behind the last id of the one before, however many runs began meanwhile.
  const before = token?.position.value ?? null;
  const runs = await context.listRuns(maxpagesize + 1, before === null ? null : String(before), deadline());
  const value = runs.slice(0, maxpagesize);
  const end = value.at(-1);
  const more = end !== undefined && runs.length > value.length;
  const next = more ? { nextLink: nextLink(request, { runId: null, position: { value: end.id, row: 0 } }) } : {};
  return answerJson(request, { value, ...next });
};
