/** Views for the questions people ask with any tool that opens SQLite. Documented in docs/database.md. */
export const views = `
CREATE VIEW machine_id AS
SELECT m.id AS machine, s.subscription_id, g.name AS resource_group_name, m.type,
  coalesce(m.resource_id, '/subscriptions/' || s.subscription_id || '/resourceGroups/' || g.name || '/providers/' ||
    CASE m.type WHEN 0 THEN 'Microsoft.Compute/virtualMachines' WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets'
      ELSE 'Microsoft.HybridCompute/machines' END || '/' || m.name) AS resource_id
FROM machine m JOIN subscription_key s ON s.id = m.subscription JOIN resource_group g ON g.id = m.resource_group;
`;
