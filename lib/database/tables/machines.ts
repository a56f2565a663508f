import { laterColumnDefinitions } from '../machine-fields.ts';

/** Machines and what they were. */
export const machineTables = `
CREATE TABLE resource_group (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,                    -- the name, folded
  name TEXT NOT NULL
) STRICT;

CREATE TABLE machine (
  id INTEGER PRIMARY KEY,
  subscription INTEGER NOT NULL REFERENCES subscription_key,
  resource_group INTEGER NOT NULL REFERENCES resource_group,
  type INTEGER NOT NULL,                       -- 0 virtualMachines, 1 virtualMachineScaleSets, 2 HybridCompute/machines
  name TEXT NOT NULL COLLATE NOCASE,
  resource_id TEXT,                            -- only where the id is not put together from the columns in their own casing
  first_seen INTEGER NOT NULL                  -- epoch milliseconds
) STRICT;

CREATE TABLE machine_version (
  machine INTEGER NOT NULL REFERENCES machine,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  fingerprint INTEGER NOT NULL,                -- 53-bit hash of the reading: equal = nothing to do
  vm_id TEXT,
  location INTEGER NOT NULL REFERENCES text,
  vm_size INTEGER REFERENCES text,
  os_type INTEGER REFERENCES text,
  priority INTEGER NOT NULL REFERENCES text,
  provisioning_state INTEGER REFERENCES text,  -- not content: updated in place
  zones TEXT,                                  -- joined by ';'
  time_created INTEGER,                        -- epoch milliseconds
  tags TEXT,                                   -- JSON object; NULL = none
  scale_set INTEGER REFERENCES text,
  identity_type INTEGER NOT NULL,              -- 0 None, 1 SystemAssigned, 2 UserAssigned, 3 both
  identity_tenant INTEGER REFERENCES text,
  began_at INTEGER,                            -- time of the reading that began it; NULL = machine.first_seen
  not_before INTEGER,                          -- last complete reading without it
  begin_change TEXT,                           -- virtualMachineCreated, …Recreated, …Moved, …Updated; NULL = none
  ended_at INTEGER,                            -- only where the machine itself ended with it
  end_change TEXT,                             -- virtualMachineDeleted, or why else the machine ended (virtualMachineMoved, outOfScope, …)
  moved_from INTEGER REFERENCES machine,
  instance_count INTEGER,                      -- of a Uniform scale set; not content: updated in place
  end_not_before INTEGER,                      -- last complete reading with it, where the machine itself ended
${laterColumnDefinitions}  PRIMARY KEY (machine, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX machine_version_began ON machine_version (valid_from) WHERE begin_change IS NOT NULL;
CREATE INDEX machine_version_ended ON machine_version (valid_to) WHERE end_change IS NOT NULL;

CREATE TABLE unseen (                          -- machines that an incomplete reading did not show
  machine INTEGER NOT NULL REFERENCES machine,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  last_seen INTEGER NOT NULL,                  -- epoch milliseconds
  missing_from_list INTEGER NOT NULL,          -- 1 = a whole list lacked it (SuspiciousShrink): a second one that agrees ends it
  PRIMARY KEY (machine, valid_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE power_state (
  machine INTEGER PRIMARY KEY REFERENCES machine,
  state INTEGER NOT NULL REFERENCES text,      -- PowerState/running
  since_seq INTEGER NOT NULL,
  unread INTEGER NOT NULL DEFAULT 0            -- 1 = the newest reading did not have it: answers null
) STRICT;
`;
