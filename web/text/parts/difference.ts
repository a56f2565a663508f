/** The texts of a difference. */
export const differenceText = { field: 'Field', before: 'Before', after: 'After' };
