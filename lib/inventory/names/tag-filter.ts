import { ImpossibleFilterError } from '../../errors.ts';
import type { TagFilter } from '../query.ts';
import { fold } from './fold.ts';

/** What a filter means among the tags in use: the spellings of a name (none = no machine has it), and a value or any. */
export interface RequiredTag {
  readonly names: readonly string[];
  /** null = any. */
  readonly value: string | null;
}

/**
 * What filters mean. Names of tags may contain `=`, so the name is the longest one in use with which the text begins.
 * @param inUse names of tags; of one name, each spelling is one
 */
export function requiredTags(filters: readonly TagFilter[], inUse: Iterable<string>): readonly RequiredTag[] {
  const spellings = Map.groupBy(inUse, fold);
  return filters.map((filter) => {
    const text = textOf(filter);
    const end = namesEndAt(text).find((at) => spellings.has(fold(text.slice(0, at)))) ?? text.length;
    const names = spellings.get(fold(text.slice(0, end))) ?? [];
    return { names, value: end === text.length ? null : text.slice(end + 1) };
  });
}

/**
 * Refuses filters that no machine can match.
 * @param inUse names of the tags of all machines, also of those that a list leaves out
 * @throws {ImpossibleFilterError} no machine has such a tag, or two filters require two values of one tag
 */
export function refuseImpossibleTags(filters: readonly TagFilter[], inUse: Iterable<string>): void {
  const required = new Map<string, { readonly text: string; readonly value: string }>();
  requiredTags(filters, inUse).forEach(({ names: [name], value }, index) => {
    const text = textOf(filters[index] ?? { name: '', value });
    if (name === undefined) throw noSuchTag(text);
    if (value === null) return;
    const other = required.get(fold(name));
    if (other !== undefined && other.value !== value) throw twoValues(other.text, text);
    required.set(fold(name), { text, value });
  });
}

function textOf({ name, value }: TagFilter): string {
  return value === null ? name : `${name}=${value}`;
}

/** Where a name in a text can end: at its end, and before each `=`; the last place first. */
function namesEndAt(text: string): readonly number[] {
  const ends = [...text.matchAll(/=/g)].map(({ index }) => index).filter((index) => index > 0);
  return [text.length, ...ends.toReversed()];
}

const namedAtMost = 3;

function noSuchTag(text: string): ImpossibleFilterError {
  const ends = namesEndAt(text);
  const names = ends.slice(0, namedAtMost).map((end) => `'${text.slice(0, end)}'`);
  const more = ends.length > namedAtMost ? ', or anything before an =' : '';
  const message = `The filter tag=${text} matches nothing: no machine has a tag named ${names.join(' or ')}${more}`;
  return new ImpossibleFilterError('tag', message, {
    hint: 'Check the name of the tag. Machines of a subscription that was not read may have it',
  });
}

function twoValues(one: string, other: string): ImpossibleFilterError {
  const message = `The filters tag=${one} and tag=${other} match nothing together: a tag has one value`;
  return new ImpossibleFilterError('tag', message, { hint: 'Use one of them' });
}
