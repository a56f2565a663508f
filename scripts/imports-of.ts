/** One import, as the source has it. */
interface Import {
  readonly specifier: string;
  /** From 1. */
  readonly line: number;
}

const statement = /^(?:import|export)\s(?:[\w\s{},*$]*?\sfrom\s*)?\s*(['"])(?<specifier>[^'"\n]+)\1/gm;
const call =
  /^(?!\s*(?:\/\/|\/?\*)).*?\b(?:import|require|require\.resolve|import\.meta\.resolve)\(\s*(['"])(?<specifier>[^'"\n]+)\1/gm;

/** Every module that a TypeScript source names: imports, re-exports, type imports, `import()` and `require()` of a literal. */
export function importsOf(source: string): Import[] {
  return [statement, call]
    .flatMap((pattern) => [...source.matchAll(pattern)])
    .sort((a, b) => a.index - b.index)
    .map(({ index, groups }) => ({
      specifier: groups?.specifier ?? '',
      line: source.slice(0, index).split('\n').length,
    }));
}
