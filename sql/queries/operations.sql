-- What /-/ready and /-/metrics ask, at a price that does not grow with the database.

-- :name operations_ping :one
-- Whether it answers.
SELECT 1;

-- :name operations_blobs :one
-- Number and bytes of blobs: exact while they are few, then estimated from a
-- sample of about 20000 rows (reltuples is -1 before the first ANALYZE).
SELECT round(count(s.size) * f.factor)::bigint AS count,
       round(coalesce(sum(s.size), 0) * f.factor)::bigint AS bytes
  FROM (SELECT greatest(reltuples / 20000, 1)::numeric AS factor
          FROM pg_class
         WHERE oid = 'blob'::regclass) AS f
  LEFT JOIN LATERAL (SELECT b.size
                       FROM blob AS b TABLESAMPLE system (100 / f.factor)) AS s ON true
 GROUP BY f.factor;
