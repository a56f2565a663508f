import { findingsText as text } from '../text/findings.ts';
import { CopyButton } from './copy-button.tsx';
import { visible } from './name.tsx';

/** What to do about a finding: words, and its command (from `az ` on) in a box of its own. */
export function Remediation({ text: whole }: { readonly text: string }) {
  const at = whole.search(/\baz /);
  if (at < 0) return <p>{visible(whole)}</p>;
  const command = whole.slice(at);
  // What stands in quotes is an exact value, whatever its letters.
  const placeholders = [...new Set(command.replaceAll(/'[^']*'/g, '').match(/\b[A-Z][A-Z-]{3,}\b/g) ?? [])];
  const label = placeholders.length === 0 ? text.copyCommand : text.copyAndFill(placeholders);
  return (
    <>
      <p>{visible(whole.slice(0, at))}</p>
      <div class="command">
        <pre>{visible(command)}</pre>
        <CopyButton text={command} label={label} />
        {placeholders.length > 0 && <span class="hint">{label}</span>}
      </div>
    </>
  );
}
