-- :name hex_index_package :one
-- What the objects of a Hex repository show of a package itself.
SELECT p.id, p.name, r.name AS repository, p.updated_at
  FROM package p JOIN repository r ON r.id = p.repository_id
 WHERE p.repository_id = $1 AND p.id = $2;

-- :name hex_index_releases :many
-- The releases of a package, ascending.
SELECT id, version, retirement_reason, retirement_message, published_at, inner_checksum, outer_checksum
  FROM hex_registry_release
 WHERE package_id = $1
 ORDER BY version_key, id;

-- :name hex_index_dependencies :many
-- What all releases of a package need, in the order of the releases and then by name.
SELECT d.release_id, d.package_name, d.requirement, d.optional, d.alias AS app, d.meta->>'repository' AS repository
  FROM hex_registry_release e JOIN dependency d ON d.release_id = e.id
 WHERE e.package_id = $1
 ORDER BY e.version_key, e.id, d.package_name, d.id;

-- :name hex_index_put :exec
-- Store the object of a package.
INSERT INTO index_object (repository_id, path, package_id, content_type, etag, body, modified)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT ON CONSTRAINT index_object_pkey
DO UPDATE SET package_id = excluded.package_id, content_type = excluded.content_type, etag = excluded.etag,
              body = excluded.body, modified = excluded.modified;

-- :name hex_verify_unhurried :exec
-- The commit of this transaction does not wait for the disk; the next one that does brings it along.
SELECT set_config('synchronous_commit', 'off', true);

-- :name hex_list_lock :exec
-- One at a time changes the lists of a repository.
SELECT pg_advisory_xact_lock(hashtextextended('hex_list', $1::bigint));

-- :name hex_list_repository :one
-- What a repository calls itself in its lists.
SELECT name FROM repository WHERE id = $1 AND ecosystem = 'hex';

-- :name hex_list_entries :many
-- A page of packages by name with all their releases; a package without one has a row, too.
SELECT p.name, p.updated_at, e.version, e.retirement_reason
  FROM (SELECT id, name, updated_at FROM package
         WHERE repository_id = $1 AND name > $2 ORDER BY name LIMIT $3) p
  LEFT JOIN hex_registry_release e ON e.package_id = p.id
 ORDER BY p.name, e.version_key, e.id;

-- :name hex_list_chunk_of :one
-- The chunk of a list that has a package, or would.
SELECT first_name, payload FROM hex_list_chunk
 WHERE repository_id = $1 AND list = $2 AND first_name <= $3
 ORDER BY first_name DESC LIMIT 1;

-- :name hex_list_chunk_before :one
-- The chunk before another one.
SELECT first_name, payload FROM hex_list_chunk
 WHERE repository_id = $1 AND list = $2 AND first_name < $3
 ORDER BY first_name DESC LIMIT 1;

-- :name hex_list_chunk_behind :one
-- The chunk behind another one.
SELECT first_name, payload FROM hex_list_chunk
 WHERE repository_id = $1 AND list = $2 AND first_name > $3
 ORDER BY first_name LIMIT 1;

-- :name hex_list_chunk_put :exec
-- Store a chunk.
INSERT INTO hex_list_chunk (repository_id, list, first_name, payload, deflated, crc32)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ON CONSTRAINT hex_list_chunk_pkey
DO UPDATE SET payload = excluded.payload, deflated = excluded.deflated, crc32 = excluded.crc32;

-- :name hex_list_chunk_delete :exec
-- A chunk without packages.
DELETE FROM hex_list_chunk WHERE repository_id = $1 AND list = $2 AND first_name = $3;

-- :name hex_list_clear :exec
-- All chunks of a list, before it is written from scratch.
DELETE FROM hex_list_chunk WHERE repository_id = $1 AND list = $2;

-- :name hex_list_tail :many
-- A page of chunks from one on. So many that the planner walks the index: it
-- would rather sort all chunks than believe that they lie in memory.
SELECT first_name, payload, crc32 FROM hex_list_chunk
 WHERE repository_id = $1 AND list = $2 AND first_name >= $3
 ORDER BY first_name LIMIT 64;

-- :name hex_list_signed :one
-- What was known of a list when it was signed.
SELECT marks FROM hex_list WHERE repository_id = $1 AND list = $2;

-- :name hex_list_put :exec
-- Store what is around the chunks of a list.
INSERT INTO hex_list (repository_id, list, file_begin, file_end, etag, modified, marks)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT ON CONSTRAINT hex_list_pkey
DO UPDATE SET file_begin = excluded.file_begin, file_end = excluded.file_end, etag = excluded.etag,
              modified = excluded.modified, marks = excluded.marks;

-- :name hex_list_get :one
-- A list as clients fetch it, its body only when it has another ETag than the one that is known: one statement, so
-- that what is signed and the signature belong together.
SELECT CASE WHEN l.etag = $3 THEN NULL
       ELSE l.file_begin || coalesce((
		SELECT string_agg(deflated, '')
		  FROM (SELECT deflated FROM hex_list_chunk
		         WHERE repository_id = l.repository_id AND list = l.list ORDER BY first_name) d), '')
		|| l.file_end END AS body,
       l.etag, l.modified, 'application/octet-stream' AS content_type
  FROM hex_list l
 WHERE l.repository_id = $1 AND l.list = $2;
