import { useRef } from 'preact/hooks';
import { frameText } from '../text/frame/frame.ts';
import { announce } from './announce.tsx';
import { Icon } from './icon.tsx';
import { visible } from './name.tsx';

/** Copies a text. Where the browser does not allow it, the text appears, selected. */
export function CopyButton({
  text,
  label,
  labelled = false,
}: {
  readonly text: string;
  readonly label: string;
  /** Shows the label beside the icon. */
  readonly labelled?: boolean;
}) {
  const shown = useRef<HTMLTextAreaElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      announce(frameText.copied);
    } catch {
      if (shown.current === null) return;
      shown.current.hidden = false;
      shown.current.select();
      announce(frameText.copyFailed);
    }
  };
  return (
    <span class="copy">
      <button type="button" class="quiet" onClick={copy} title={label} aria-label={label}>
        <Icon name="copy" /> {labelled && label}
      </button>
      <textarea ref={shown} hidden readOnly value={text} aria-label={label} />
    </span>
  );
}

/** An id in full, in a font where each character can be told apart, with a button that copies it. */
export function Id({ children, label = 'Copy id' }: { readonly children: string; readonly label?: string }) {
  return (
    <span class="id">
      <code>{visible(children)}</code>
      <CopyButton text={children} label={label} />
    </span>
  );
}
