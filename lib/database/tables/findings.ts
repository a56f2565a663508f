/** What deserves a look. */
export const findingTables = `
CREATE TABLE finding (
  rule TEXT NOT NULL,
  resource_id TEXT NOT NULL COLLATE NOCASE,
  principal_id TEXT NOT NULL COLLATE NOCASE,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  severity TEXT NOT NULL,
  message TEXT NOT NULL,
  remediation TEXT NOT NULL,
  first_seen TEXT NOT NULL,                    -- ISO 8601
  stale INTEGER NOT NULL,                      -- 1 = what it rests on was not read: carried on
  PRIMARY KEY (rule, resource_id, principal_id, valid_from)
) STRICT, WITHOUT ROWID;
`;
