import type { Plugin } from 'esbuild';

/** Packages of which a bundle takes a part, as CommonJS: the part that is used. What is left out need not be read at each start. */
const parts: Readonly<Record<string, string>> = {
  // durable-functions asks for one of its hundred validators
  validator: "exports.isURL = require('validator/lib/isURL').default;",
  // @azure/identity opens a browser for a credential that this app does not have
  open: "exports.default = () => { throw new Error('This app opens no browser'); };",
};

/**
 * Puts parts in the place of whole packages. Both hold the only characters outside ASCII that esbuild cannot escape (it leaves
 * regular expressions alone), and one is enough to make all of a bundle a string of two bytes a character.
 */
export const replacedModules: Plugin = {
  name: 'replaced-modules',
  setup(build) {
    const filter = new RegExp(`^(${Object.keys(parts).join('|')})$`);
    build.onResolve({ filter }, ({ path, resolveDir }) => ({ path, namespace: 'part', pluginData: resolveDir }));
    build.onLoad({ filter, namespace: 'part' }, ({ path, pluginData }) => ({
      contents: parts[path] ?? '',
      resolveDir: String(pluginData),
    }));
  },
};
