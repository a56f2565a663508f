import { formatTime } from '../parts/time.tsx';
import { newest } from '../state/shown-run.ts';

/** Chooses the run that all views show. */
export function RunPicker() {
  const shown = newest.value;
  return (
    <button type="button" class="run-picker" disabled={shown === null}>
      {shown === null ? '…' : formatTime(shown.asOf)}
    </button>
  );
}
