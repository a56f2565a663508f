SELECT seq, id, finished_at FROM run ORDER BY seq DESC LIMIT 1;

SELECT seq, id, finished_at FROM run WHERE id = ?;

SELECT seq, id, finished_at
FROM run
WHERE round(unixepoch(finished_at, 'subsec') * 1000) <= ?
ORDER BY seq DESC
LIMIT 1;
