-- :name index_get :one
-- A stored index object by its path below a repository.
SELECT body, etag, content_type, modified FROM index_object WHERE repository_id = $1 AND path = $2;

-- :name index_get_changed :one
-- The same, its body only when it has another ETag than the one that is known.
SELECT CASE WHEN etag = $3 THEN NULL ELSE body END AS body, etag, content_type, modified
  FROM index_object WHERE repository_id = $1 AND path = $2;

-- :name index_put_crate :exec
-- Render a crate's file of the sparse index from the lines of its releases.
INSERT INTO index_object (path, repository_id, package_id, content_type, etag, body, modified)
SELECT $2, p.repository_id, p.id, 'text/plain; charset=utf-8',
       '"' || left(encode(sha256(r.body), 'hex'), 32) || '"', r.body, $3
  FROM package p
 CROSS JOIN LATERAL (
	SELECT convert_to(coalesce(string_agg(
	         c.index_line || ',"yanked":' || CASE WHEN e.yanked THEN 'true' ELSE 'false' END || E'}\n', ''
	         ORDER BY e.id), ''), 'UTF8') AS body
	  FROM release e JOIN release_crate c ON c.release_id = e.id
	 WHERE e.package_id = p.id) r
 WHERE p.id = $1
ON CONFLICT ON CONSTRAINT index_object_pkey
DO UPDATE SET package_id = excluded.package_id, etag = excluded.etag, body = excluded.body,
              modified = excluded.modified;

-- :name index_delete :exec
-- An index object that is no more.
DELETE FROM index_object WHERE repository_id = $1 AND path = $2;

-- :name index_lines :many
-- What a crate's index file is made of, to recompute it from scratch.
SELECT e.id, e.version, e.yanked, e.published_at, f.sha256, c.features, c.links, c.rust_version, c.index_line
  FROM release e
  JOIN release_crate c ON c.release_id = e.id
  JOIN file f ON f.release_id = e.id AND f.kind = 'crate'
 WHERE e.package_id = $1
 ORDER BY e.id;

-- :name index_set_line :exec
-- The recomputed line of a release.
UPDATE release_crate SET index_line = $2 WHERE release_id = $1;

-- :name index_packages :many
-- The packages of a repository behind an id, for a walk over all of them.
SELECT id, name FROM package WHERE repository_id = $1 AND id > $2 ORDER BY id LIMIT $3;

-- :name index_packages_named :many
-- The packages of a name in any spelling, in every repository.
SELECT p.id, p.repository_id, r.ecosystem, p.name
  FROM repository r
  JOIN package p ON p.repository_id = r.id AND p.canonical_name = canonical_package_name(r.ecosystem, $1)
 ORDER BY r.id;
