import { signal } from '@preact/signals';

/** How the app identifies its callers, which the server wrote into the document. */
export const mode: 'keys' | 'entra' = document.documentElement.dataset.auth === 'entra' ? 'entra' : 'keys';

/**
 * What stands between the page and the API:
 * - `open`: nothing
 * - `keyNeeded`, `keyRefused`: a function key, in the mode `keys`
 * - `signInNeeded`: a sign-in, in the mode `entra`
 * - `notAllowed`: the caller is signed in, and not among those who may use the app
 */
export const access = signal<'open' | 'keyNeeded' | 'keyRefused' | 'signInNeeded' | 'notAllowed'>('open');

const keyName = 'vm-identities.key';
const usedName = 'vm-identities.used';
const hashName = 'vm-identities.hash';
const triedName = 'vm-identities.tried';
const unusedLimitMs = 8 * 60 * 60 * 1000;

// A new tab does not have the sessionStorage of its opener, so tabs pass the key on: to this origin only.
const channel = new BroadcastChannel('vm-identities');
channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const message = typeof data === 'object' && data !== null ? data : {};
  const kind: unknown = Reflect.get(message, 'kind');
  const key: unknown = Reflect.get(message, 'key');
  if (kind === 'ask') {
    const own = functionKey();
    if (own !== null) channel.postMessage({ kind: 'tell', key: own });
  } else if (kind === 'tell' && typeof key === 'string') {
    told?.(key);
  } else if (kind === 'forget') {
    forget();
  }
});
let told: ((key: string) => void) | null = null;

/** The function key of this tab, or null. After eight hours without use it is forgotten. */
export function functionKey(): string | null {
  const key = sessionStorage.getItem(keyName);
  if (key === null) return null;
  if (Date.now() - Number(sessionStorage.getItem(usedName)) > unusedLimitMs) {
    forget();
    return null;
  }
  sessionStorage.setItem(usedName, String(Date.now()));
  return key;
}

export function keepKey(key: string): void {
  sessionStorage.setItem(keyName, key.trim());
  sessionStorage.setItem(usedName, String(Date.now()));
}

/** Asks the other tabs for their key, for a fifth of a second. */
export async function askOtherTabs(): Promise<boolean> {
  const answer = new Promise<string | null>((resolve) => {
    told = resolve;
    setTimeout(() => resolve(null), 200);
  });
  channel.postMessage({ kind: 'ask' });
  const key = await answer;
  told = null;
  if (key !== null) keepKey(key);
  return key !== null;
}

/** Forgets the key in all tabs. */
export function forgetKey(): void {
  channel.postMessage({ kind: 'forget' });
  forget();
}

/** Loads the page anew, so that what the key has opened is gone from the screen and from memory, too. */
function forget(): void {
  sessionStorage.removeItem(keyName);
  sessionStorage.removeItem(usedName);
  location.reload();
}

/** Goes to the sign-in page, and comes back to this address. */
export function signIn(): void {
  sessionStorage.setItem(hashName, location.hash);
  sessionStorage.setItem(triedName, '1');
  location.assign(`/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(location.pathname)}`);
}

/** Call it when the API wants a sign-in: during use it asks, and what is on screen stays. */
export function signInLost(): void {
  if (mode === 'entra' && wasSignedIn) access.value = 'signInNeeded';
}
let wasSignedIn = false;

/** Signs in by itself once, then only when the user asks for it: a refused sign-in must not loop. */
export function signInOnce(): void {
  if (sessionStorage.getItem(triedName) === null) signIn();
  else access.value = 'signInNeeded';
}

/** Call it when the API has answered: the next lost sign-in may be renewed by itself again. */
export function signedIn(): void {
  wasSignedIn = true;
  sessionStorage.removeItem(triedName);
}

/** Restores the address that the user had before the sign-in. */
export function restoreHash(): void {
  const hash = sessionStorage.getItem(hashName);
  sessionStorage.removeItem(hashName);
  if (hash !== null && location.hash === '') history.replaceState(null, '', hash);
}

export function signOut(): void {
  location.assign(`/.auth/logout?post_logout_redirect_uri=${encodeURIComponent(location.pathname)}`);
}
