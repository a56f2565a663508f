/**
 * The columns that ids and names are compared by. The code writes them with `fold` of lib/inventory/names/fold.ts, because
 * SQLite's own `lower` and `NOCASE` fold ASCII only. Schema version 4 added them, so they are no part of the texts of
 * their tables: an older file gets them in the same way as a new one.
 */
export const keyColumns = `
ALTER TABLE machine ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE identity ADD COLUMN resource_key TEXT;                        -- user-assigned only
ALTER TABLE identity ADD COLUMN shown_id TEXT;                            -- NULL = resource_id
ALTER TABLE federated_credential ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE role_assignment ADD COLUMN resource_key TEXT NOT NULL DEFAULT '';
CREATE INDEX machine_key ON machine (subscription, resource_group, type, name_key);
CREATE INDEX identity_resource ON identity (resource_key) WHERE resource_key IS NOT NULL;
CREATE INDEX role_assignment_resource ON role_assignment (resource_key);
`;
