import { Failure } from '../../parts/failure.tsx';
import { address, go, withQuery } from '../../state/address.ts';
import { toHash } from '../../state/hash.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { compareText as text } from '../../text/compare.ts';

/** The two runs, each from the list of published runs. */
export function RunChoice() {
  const { answer, error, again } = useAnswer('runs', 'runs', { maxpagesize: 100 });
  if (error !== null) return <Failure error={error} of="runs" again={again} />;
  const published = (answer?.value ?? []).filter(({ status }) => status === 'succeeded');
  const { query } = address.value;
  const [newest, before] = published;
  const options = published.map(({ id, finishedAt, complete }) => ({
    id,
    label: text.run(finishedAt ?? '', complete),
  }));
  return (
    <>
      <div class="toolbar">
        <RunSelect name="from" label={text.from} options={options} />
        <RunSelect name="to" label={text.to} options={options} />
      </div>
      {answer !== null && before === undefined && <p>{text.onlyOne}</p>}
      {newest !== undefined && before !== undefined && (query.get('from') === null || query.get('to') === null) && (
        <p>
          <a href={toHash('compare', '', { from: before.id, to: newest.id })}>{text.suggest}</a>
        </p>
      )}
    </>
  );
}

interface RunSelectProps {
  readonly name: 'from' | 'to';
  readonly label: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
}

function RunSelect({ name, label, options }: RunSelectProps) {
  const value = address.value.query.get(name) ?? '';
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => go(withQuery({ [name]: event.currentTarget.value }))}>
        <option value="">{text.chooseRun}</option>
        {value !== '' && !options.some(({ id }) => id === value) && <option value={value}>{value}</option>}
        {options.map((option) => (
          <option key={option.id} value={option.id}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}
