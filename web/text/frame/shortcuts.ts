/** The texts of the keyboard shortcuts. */
export const shortcutText = {
  title: 'Keyboard shortcuts',
  keys: {
    '/': 'Search',
    'j, k': 'Next row, previous row',
    Enter: 'Open the row',
    c: 'Copy the principal id of the row',
    t: 'Choose a run',
    '?': 'This help',
    Esc: 'Close, then clear',
  },
};
