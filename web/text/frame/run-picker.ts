/** The texts of the run picker. */
export const runPickerText = {
  title: 'Which run to show',
  now: 'Now',
  past: 'In the past',
  newest: 'The newest run',
  slider: 'Last runs',
  time: 'As of',
  list: 'All runs',
  show: 'Show',
  complete: 'complete',
  incomplete: 'not complete',
  compare: 'Compare',
  beforeFirst: 'Before the first run',
  notThere: 'This run is not in the inventory',
  showRunOf: 'Show the run of',
};
