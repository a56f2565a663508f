import { useRef } from 'preact/hooks';
import { access, keepKey, signIn } from '../api/access.ts';
import { useModal } from '../parts/dialog.tsx';
import { loadNewest } from '../state/shown-run.ts';
import { frameText } from '../text/frame/frame.ts';

/** Asks for what stands between the page and the API. Nothing else can be used meanwhile. */
export function AccessDialog() {
  const dialog = useModal();
  const show = () => {
    if (access.value !== 'open') dialog.current?.showModal();
  };
  const wantsKey = access.value === 'keyNeeded' || access.value === 'keyRefused';
  return (
    // The second Esc closes it in spite of `onCancel`.
    <dialog ref={dialog} aria-labelledby="access-title" onCancel={(event) => event.preventDefault()} onClose={show}>
      {wantsKey ? <KeyForm /> : <SignIn />}
    </dialog>
  );
}

function KeyForm() {
  const input = useRef<HTMLInputElement>(null);
  const { key: text } = frameText;
  const use = async (event: Event) => {
    event.preventDefault();
    const key = input.current?.value.trim() ?? '';
    if (key === '') return;
    keepKey(key);
    await loadNewest();
    input.current?.select();
  };
  return (
    <form onSubmit={use}>
      <h2 id="access-title">{text.title}</h2>
      {access.value === 'keyRefused' && <p role="alert">{text.refused}</p>}
      <p>{text.explain}</p>
      <label>
        {text.label}
        <input ref={input} type="password" autocomplete="off" autofocus aria-invalid={access.value === 'keyRefused'} />
      </label>
      <p class="hint">{text.kept}</p>
      <button type="submit" class="primary">
        {text.use}
      </button>
    </form>
  );
}

function SignIn() {
  const { signIn: text } = frameText;
  const refused = access.value === 'notAllowed';
  return (
    <div>
      <h2 id="access-title">{text.title}</h2>
      <p>{refused ? text.notAllowed : text.needed}</p>
      <button type="button" class="primary" onClick={signIn}>
        {text.action}
      </button>
    </div>
  );
}
