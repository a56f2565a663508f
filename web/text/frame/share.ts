/** The texts of the menu that shares what is on screen. */
export const shareText = {
  share: 'Share',
  link: 'Copy link',
  linkHint: 'The link shows this run, also when there are newer ones.',
  curl: 'Copy as curl',
  command: 'Copy as command',
  commandHint:
    'Set DATABASE first: the URL of the container that the app publishes to, or a file with a copy of its database.',
};
