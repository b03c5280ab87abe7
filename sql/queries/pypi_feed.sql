-- What is new in a Python repository, and what takes the most room. A list of
-- authors may be as long as a form field; so long a one is in no feed.

-- :name pypi_feed_releases :many
-- The newest releases.
SELECT p.name, p.canonical_name, r.version, r.description AS summary, e.author_email, r.published_at AS at
  FROM change c
  JOIN release r ON r.id = c.release_id
  JOIN release_pypi y ON y.release_id = r.id
  JOIN package p ON p.id = r.package_id
  LEFT JOIN LATERAL (SELECT y.metadata ->> 'author_email' AS author_email) e ON octet_length(e.author_email) <= 4096
 WHERE c.repository_id = $1 AND c.kind = 'release.add' AND c.release_id IS NOT NULL AND p.status <> 'quarantined'
 ORDER BY c.serial DESC
 LIMIT 100;

-- :name pypi_feed_projects :many
-- The newest projects that have a release.
SELECT p.name, p.canonical_name, NULL::text AS version, p.description AS summary, NULL::text AS author_email,
       p.created_at AS at
  FROM package p
 WHERE p.repository_id = $1 AND p.status <> 'quarantined' AND EXISTS (SELECT FROM release r WHERE r.package_id = p.id)
 ORDER BY p.created_at DESC, p.id DESC
 LIMIT 40;

-- :name pypi_feed_project :many
-- The newest releases of a project.
SELECT p.name, p.canonical_name, r.version, r.description AS summary, e.author_email, r.published_at AS at
  FROM release r
  JOIN release_pypi y ON y.release_id = r.id
  JOIN package p ON p.id = r.package_id
  LEFT JOIN LATERAL (SELECT y.metadata ->> 'author_email' AS author_email) e ON octet_length(e.author_email) <= 4096
 WHERE r.package_id = $1
 ORDER BY r.published_at DESC, r.id DESC
 LIMIT 40;

-- :name pypi_stats_get :one
-- The stored sizes.
SELECT body, etag, modified, serial FROM index_object WHERE repository_id = $1 AND path = 'stats';

-- :name pypi_stats_count :many
-- The hundred largest projects and the size of all together.
SELECT p.name, y.total_size AS size, (sum(y.total_size) OVER ())::bigint AS total
  FROM package_pypi y
  JOIN package p ON p.id = y.package_id
 WHERE y.repository_id = $1 AND y.total_size > 0 AND p.status <> 'quarantined'
 ORDER BY y.total_size DESC, p.canonical_name
 LIMIT 100;

-- :name pypi_stats_put :exec
-- Store the sizes with the serial of the last change that is counted.
INSERT INTO index_object (repository_id, path, content_type, etag, body, modified, serial)
VALUES ($1, 'stats', 'application/json', $2, $3, $4, $5)
ON CONFLICT ON CONSTRAINT index_object_pkey
DO UPDATE SET etag = excluded.etag, body = excluded.body, modified = excluded.modified, serial = excluded.serial;
