/**
 * Lets this process and those that it starts reach loopback addresses directly. A proxy of the environment, which some
 * networks require, cannot reach them.
 * @see https://nodejs.org/api/http.html#built-in-proxy-support
 */
export function reachLoopbackDirectly(environment: NodeJS.ProcessEnv): void {
  const exceptions = environment.no_proxy || environment.NO_PROXY;
  const all = [...(exceptions ? [exceptions] : []), 'localhost', '127.0.0.1'].join(',');
  Object.assign(environment, { no_proxy: all, NO_PROXY: all });
}
