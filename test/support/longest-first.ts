import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest files, the longest of all first. */
const longest = [
  'test/crash/',
  'test/local/start.test.ts',
  'test/azure/store/quiet-connections.test.ts',
  'test/functions/orchestration.test.ts',
  'test/run/clock-jumps.test.ts',
  'test/run/collect-into-file.test.ts',
  'test/cli/',
];

/**
 * Starts the longest files first, so that no worker is left with one at the end. Vitest does so by the durations of the last
 * run; a fresh clone has none.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const path = relative(this.ctx.config.root, moduleId);
      const index = longest.findIndex((start) => path.startsWith(start));
      return index < 0 ? longest.length : index;
    };
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}
