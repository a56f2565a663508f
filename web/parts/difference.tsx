import { differenceText as text } from '../text/parts/difference.ts';
import { differencesOf } from './differences.ts';
import { visible } from './name.tsx';

type Fields = Readonly<Record<string, unknown>> | null;

/** Two states of a thing, field by field; tags key by key. */
export function Difference({ before, after }: { readonly before: Fields; readonly after: Fields }) {
  const differences = differencesOf(before, after);
  if (differences.length === 0) return null;
  return (
    <table class="difference">
      <thead>
        <tr>
          <th scope="col">{text.field}</th>
          <th scope="col">{text.before}</th>
          <th scope="col">{text.after}</th>
        </tr>
      </thead>
      <tbody>
        {differences.map(({ field, before, after }) => (
          <tr key={field}>
            <th scope="row">{visible(field)}</th>
            <td>{before !== null && <del>{visible(before)}</del>}</td>
            <td>{after !== null && <ins>{visible(after)}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
