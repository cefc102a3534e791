// The order of a test run: files that start processes and servers first, so that no long one runs alone at the end.
import { BaseSequencer } from 'vitest/node';

/** What the suffix of a spec says of its cost, the dearest first. */
const COSTS = ['.e2e.spec.', '.int.spec.', '.sim.spec.', '.spec.'];

export class LongestFirst extends BaseSequencer {
  /**
   * @override
   * @param {import('vitest/node').TestSpecification[]} files
   */
  async sort(files) {
    const bySizeOrLastTime = await super.sort(files);
    return bySizeOrLastTime.toSorted((one, other) => costOf(one.moduleId) - costOf(other.moduleId));
  }
}

/** @param {string} file */
function costOf(file) {
  return COSTS.findIndex((suffix) => file.includes(suffix));
}
