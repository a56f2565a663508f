import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type RecordingProxy, startProxy } from './proxy.ts';

/** The app roles that the proxy gives whoever signs in. */
export const allRoles: readonly string[] = ['Inventory.Read', 'Runs.Write', 'Database.Read'];

/** App Service authentication as far as the page meets it, in front of a host with `INVENTORY_HTTP_AUTH=entra`. */
export interface SignInProxy extends RecordingProxy {
  /** Whoever signs in from now on has these roles. None: signed in, but refused. */
  give(roles: readonly string[]): void;
  /** Requests below `/.auth/`, in order. */
  readonly signIns: readonly string[];
}

const cookieName = 'AppServiceAuthSession';
/** As in infra/modules/authentication.bicep. */
const open = /^\/api\/(?:health|page(?:\/.*)?)$/i;

/**
 * Answers 401 without its session cookie, except for health and the page. `/.auth/login/aad` signs in at once and goes
 * back; `/.auth/logout` ends the session. Removes the headers of a caller that claims to be signed in.
 * @param target origin of the host
 * @see https://learn.microsoft.com/azure/app-service/configure-authentication-customize-sign-in-out
 */
export async function startSignInProxy(target: string): Promise<SignInProxy> {
  const sessions = new Map<string, readonly string[]>();
  const signIns: string[] = [];
  let given = allRoles;

  function signInOrOut(incoming: IncomingMessage, response: ServerResponse, { pathname, searchParams }: URL): void {
    signIns.push(incoming.url ?? '');
    const back = searchParams.get('post_login_redirect_uri') ?? searchParams.get('post_logout_redirect_uri') ?? '/';
    const id = pathname === '/.auth/login/aad' ? randomUUID() : '';
    if (id === '') sessions.delete(cookieOf(incoming));
    else sessions.set(id, given);
    const cookie = `${cookieName}=${id}; Path=/; HttpOnly; Secure; SameSite=None${id === '' ? '; Max-Age=0' : ''}`;
    response.writeHead(302, { location: back, 'set-cookie': cookie }).end();
  }

  const proxy = await startProxy(target, {
    prepare(incoming, response) {
      const address = new URL(incoming.url ?? '/', target);
      const roles = sessions.get(cookieOf(incoming));
      if (address.pathname.startsWith('/.auth/')) signInOrOut(incoming, response, address);
      else if (roles !== undefined || open.test(address.pathname)) return { ...unclaimed(incoming), ...claims(roles) };
      else response.writeHead(401, { 'www-authenticate': 'Bearer', 'content-length': 0 }).end();
      return null;
    },
  });
  return {
    ...proxy,
    signIns,
    give(roles) {
      given = roles;
    },
  };
}

function unclaimed({ headers }: IncomingMessage): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-ms-client-principal')));
}

function claims(roles: readonly string[] | undefined): Record<string, string> {
  if (roles === undefined) return {};
  const principal = JSON.stringify({ claims: roles.map((val) => ({ typ: 'roles', val })) });
  return {
    'x-ms-client-principal-id': '22222222-2222-4222-8222-222222222222',
    'x-ms-client-principal': Buffer.from(principal).toString('base64'),
  };
}

function cookieOf({ headers }: IncomingMessage): string {
  const cookies = (headers.cookie ?? '').split('; ').map((cookie) => cookie.split('='));
  return cookies.find(([name]) => name === cookieName)?.[1] ?? '';
}
