/** The texts of every dialog. */
export const dialogText = { close: 'Close' };
