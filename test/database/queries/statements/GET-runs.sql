SELECT * FROM run ORDER BY seq DESC;

SELECT coalesce(max(seq), 0) AS seq FROM run;

SELECT from_seq, sum(requests) AS requests FROM coverage WHERE from_seq = to_seq GROUP BY from_seq;

SELECT * FROM run WHERE id < coalesce($before, char(0x10FFFF)) ORDER BY id DESC LIMIT $limit;
