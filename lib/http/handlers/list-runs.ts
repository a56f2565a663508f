import { answerJson } from '../answer.ts';
import type { Handler } from '../context.ts';
import { deadline } from '../deadline.ts';
import { defaultPageSize } from '../parameters/fields.ts';
import { runsQuery } from '../parameters/list-parameters.ts';
import { parseQuery } from '../parameters/parse.ts';
import { nextLink, readSkipToken } from '../skip-token.ts';

/** `GET runs`: the newest first, running ones too. */
export const listRuns: Handler = async (request, _parameters, context) => {
  const { maxpagesize = defaultPageSize, skiptoken } = parseQuery(runsQuery, request);
  const token = skiptoken === undefined ? null : readSkipToken(skiptoken, request);
  const runs = await context.listRuns(deadline());
  // Ids sort by start, so a page begins behind the last id of the one before, however many runs began meanwhile.
  const last = token?.position.value ?? null;
  const from = last === null ? 0 : runs.findIndex((run) => run.id < String(last));
  const value = from < 0 ? [] : runs.slice(from, from + maxpagesize);
  const end = value.at(-1);
  const more = end !== undefined && runs.at(-1) !== end;
  const next = more ? { nextLink: nextLink(request, { runId: null, position: { value: end.id, row: 0 } }) } : {};
  return answerJson(request, { value, ...next });
};
