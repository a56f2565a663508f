SELECT u.machine FROM unseen u WHERE u.valid_from <= $seq AND (u.valid_to IS NULL OR u.valid_to > $seq);

SELECT v.machine, m.type, m.subscription, v.location, v.os_type, v.identity_type, v.vm_size, p.state
FROM machine_version v
CROSS JOIN machine m ON m.id = v.machine
LEFT JOIN power_state p ON p.machine = v.machine
AND p.unread = 0
AND p.since_seq <= $seq
WHERE v.valid_from <= $seq
AND (v.valid_to IS NULL OR v.valid_to > $seq)
ORDER BY v.machine;

SELECT value FROM text WHERE id = ?;

SELECT m.id AS machine
FROM machine m
CROSS JOIN machine_version v ON v.machine = m.id
AND v.valid_from <= $seq
AND (v.valid_to IS NULL OR v.valid_to > $seq)
WHERE m.name_key = $name
ORDER BY m.id;

SELECT coalesce(max(seq), 0) AS seq FROM run;
