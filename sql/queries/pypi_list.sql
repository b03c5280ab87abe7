-- The list of all projects of a Python repository, as it is served.

-- :name pypi_list_get :one
-- The stored list and whether it can be used: up to date with the repository's last change, or of any age ($4). Its
-- body only then, and when it has another ETag than the one that is known.
SELECT CASE WHEN u.usable AND o.etag IS DISTINCT FROM $3 THEN o.body END AS body,
       o.etag, o.modified, CASE WHEN u.usable THEN o.serial ELSE s.serial END AS serial, u.usable
  FROM (SELECT coalesce((SELECT max(serial) FROM change WHERE repository_id = $1), 0) AS serial) s
  LEFT JOIN index_object o ON o.repository_id = $1 AND o.path = $2
 CROSS JOIN LATERAL (SELECT o.path IS NOT NULL AND (o.serial = s.serial OR $4) AS usable) u;

-- :name pypi_list_lock :exec
-- One list at a time is rendered, by the transaction that holds this.
SELECT pg_advisory_xact_lock(hashtextextended('pypi_list', $1::bigint));

-- :name pypi_list_entries :many
-- The projects behind a name, in the order of their names.
SELECT p.name, p.canonical_name, y.last_serial
  FROM package p
  JOIN package_pypi y ON y.package_id = p.id
 WHERE p.repository_id = $1 AND p.canonical_name > $2 AND p.status <> 'quarantined'
 ORDER BY p.canonical_name
 LIMIT $3;

-- :name pypi_list_put :exec
-- Store the list with the serial of the last change that it shows.
INSERT INTO index_object (repository_id, path, content_type, etag, body, modified, serial)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT ON CONSTRAINT index_object_pkey
DO UPDATE SET content_type = excluded.content_type, etag = excluded.etag, body = excluded.body,
              modified = excluded.modified, serial = excluded.serial;
