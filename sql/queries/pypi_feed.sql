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
-- The stored sizes, unless they were counted before a time.
SELECT body, etag, modified, serial FROM index_object WHERE repository_id = $1 AND path = 'stats' AND modified > $2;

-- :name pypi_stats_lock :exec
-- One at a time counts, in the transaction that holds this.
SELECT pg_advisory_xact_lock(hashtextextended('pypi_stats', $1::bigint));

-- :name pypi_stats_count :many
-- The hundred largest projects and the size of all together.
SELECT p.name, s.size, s.total
  FROM (SELECT r.package_id, sum(f.size)::bigint AS size, (sum(sum(f.size)) OVER ())::bigint AS total
          FROM file f
          JOIN release r ON r.id = f.release_id
         WHERE f.repository_id = $1 AND f.kind IN ('sdist', 'wheel')
         GROUP BY r.package_id
         ORDER BY size DESC, r.package_id
         LIMIT 100) s
  JOIN package p ON p.id = s.package_id
 WHERE p.status <> 'quarantined'
 ORDER BY s.size DESC, p.canonical_name;

-- :name pypi_stats_put :exec
-- Store the sizes.
INSERT INTO index_object (repository_id, path, content_type, etag, body, modified)
VALUES ($1, 'stats', 'application/json', $2, $3, $4)
ON CONFLICT ON CONSTRAINT index_object_pkey
DO UPDATE SET etag = excluded.etag, body = excluded.body, modified = excluded.modified;
