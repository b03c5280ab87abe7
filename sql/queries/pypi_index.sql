-- The stored pages of Python projects: around their parts, and the parts.

-- :name pypi_index_get :one
-- A page as clients fetch it, its body only when it has another ETag than the one that is known.
SELECT CASE WHEN o.etag = $3 THEN NULL
            WHEN o.parts_at IS NULL THEN o.body
            ELSE substr(o.body, 1, o.parts_at)
              || coalesce((SELECT string_agg(p.body, '')
                             FROM (SELECT body FROM index_part
                                    WHERE repository_id = o.repository_id AND path = o.path
                                    ORDER BY first_key) p), '')
              || substr(o.body, o.parts_at + 1) END AS body,
       o.etag, o.modified, o.serial
  FROM index_object o
 WHERE o.repository_id = $1 AND o.path = $2;

-- :name pypi_index_serial :one
-- The serial of the last change in a repository.
SELECT serial FROM change WHERE repository_id = $1 ORDER BY serial DESC LIMIT 1;

-- :name pypi_index_place :one
-- In a sequence of a page's parts, whose keys are from $3 on and before $6, the one that has the place $4, and
-- the first that begins at $5 or behind; null where the page is in one piece.
SELECT (SELECT first_key FROM index_part
         WHERE repository_id = $1 AND path = $2 AND first_key BETWEEN $3 AND $4
         ORDER BY first_key DESC LIMIT 1) AS "from",
       (SELECT first_key FROM index_part
         WHERE repository_id = $1 AND path = $2 AND first_key >= $5 AND first_key < $6
         ORDER BY first_key LIMIT 1) AS "to";

-- :name pypi_index_urls_of :one
-- The version whose files the second sequence of a project's JSON has; nothing when it is in one piece.
SELECT convert_from(substr(first_key, 2), 'UTF8') AS version
  FROM index_part
 WHERE repository_id = $1 AND path = $2 AND first_key >= '\x01' AND first_key < '\x02';

-- :name pypi_index_files :many
-- The files from one place to another, by version and name: a place is a version key and the name of a file.
SELECT f.*
  FROM release r
 CROSS JOIN LATERAL (SELECT * FROM pypi_file
                      WHERE release_id = r.id
                        AND filename >= CASE WHEN r.version_key = $2 THEN $3 ELSE '' END
                        AND filename < CASE WHEN r.version_key = $4 THEN $5 ELSE chr(1114111) END) f
 WHERE r.package_id = $1 AND r.version_key >= $2 AND r.version_key <= $4
 ORDER BY f.version_key, f.filename;

-- :name pypi_index_releases :many
-- The releases with their files from one place to another, by the texts of their versions and names; one without a
-- file has a row, too, in the place of the empty name.
SELECT f.id, r.id AS release_id, f.project, r.version, r.version_key, f.requires_python, f.yanked, f.yank_message, f.filename,
       f.path, f.kind, f.size, f.md5, f.sha256, f.blake2b256, f.metadata_sha256, f.has_provenance,
       f.python_version, f.comment, f.uploaded_at
  FROM release r
  LEFT JOIN LATERAL (SELECT * FROM pypi_file
                      WHERE release_id = r.id
                        AND filename >= CASE WHEN r.version = $2 THEN $3 ELSE '' END
                        AND filename < CASE WHEN r.version = $4 THEN $5 ELSE chr(1114111) END) f ON true
 WHERE r.package_id = $1 AND r.version >= $2 AND r.version <= $4
   AND (f.id IS NOT NULL
        OR (r.version > $2 OR $3 = '') AND (r.version < $4 OR $5 > '')
           AND NOT EXISTS (SELECT FROM pypi_file x WHERE x.release_id = r.id))
 ORDER BY r.version, r.id, f.filename;

-- :name pypi_index_urls :many
-- The files of a release from one name on and before another, by name.
SELECT * FROM pypi_file
 WHERE release_id = $1 AND filename >= $2 AND ($3::text IS NULL OR filename < $3)
 ORDER BY filename;

-- :name pypi_index_before :one
-- Whether a release has a file before one.
SELECT count(*) AS count
  FROM (SELECT FROM file WHERE release_id = $1 AND kind IN ('sdist', 'wheel') AND filename < $2 LIMIT 1) f;

-- :name pypi_index_part_put :exec
-- Store the same range of entries in up to three sequences.
INSERT INTO index_part (repository_id, path, first_key, body, sum)
SELECT $1, v.path, v.first_key, v.body, sha256(v.body)
  FROM (VALUES ($2::text, $3::bytea, $4::bytea), ($5, $6, $7), ($8, $9, $10)) AS v (path, first_key, body)
 WHERE v.path IS NOT NULL
ON CONFLICT ON CONSTRAINT index_part_pkey
DO UPDATE SET body = excluded.body, sum = excluded.sum;

-- :name pypi_index_parts_delete :exec
-- The parts from one key to another, in up to two sequences of some pages.
DELETE FROM index_part
 WHERE repository_id = $1 AND path = ANY ($2::text[])
   AND (first_key >= $3 AND first_key < $4 OR first_key >= $5 AND first_key < $6);

-- :name pypi_index_parts_clear :exec
-- All parts of some pages from a key on, before they are written from scratch.
DELETE FROM index_part WHERE repository_id = $1 AND path = ANY ($2::text[]) AND first_key >= $3;

-- :name pypi_index_sums :one
-- What the tags of pages in parts are made of; a part that changes with the serial is left out.
SELECT (SELECT string_agg(sum, '' ORDER BY first_key) FROM index_part
         WHERE repository_id = $1 AND path = $2) AS html,
       (SELECT string_agg(sum, '' ORDER BY first_key) FROM index_part
         WHERE repository_id = $1 AND path = $3 AND first_key <> '\x01') AS simple,
       (SELECT string_agg(sum, '' ORDER BY first_key) FROM index_part
         WHERE repository_id = $1 AND path = $4) AS json;

-- :name pypi_index_put :one
-- Append changes to the log and store what is around the parts, with the serial
-- of the last of them in the gap between two texts. One statement, because from
-- its first lock on everybody else who publishes waits. Without changes the
-- serial stays.
WITH appended AS MATERIALIZED (
	SELECT max(change_append($1, $2, nullif(c.release_id, 0), c.kind, c.subject, NULL, c.version)) AS serial
	  FROM unnest($3::text[], $4::text[], $5::bigint[], $6::text[]) AS c (kind, subject, release_id, version)
), stands AS MATERIALIZED (
	SELECT coalesce(a.serial, y.last_serial) AS serial
	  FROM appended a CROSS JOIN package_pypi y
	 WHERE y.package_id = $2
), noted AS (
	UPDATE package_pypi y SET last_serial = s.serial FROM stands s WHERE y.package_id = $2
), middle AS (
	INSERT INTO index_part (repository_id, path, first_key, body, sum)
	SELECT $1, $8, '\x01', b.body, sha256(b.body)
	  FROM stands s CROSS JOIN LATERAL (SELECT $18::bytea || convert_to(s.serial::text, 'UTF8') || $19::bytea AS body) b
	 WHERE $18 IS NOT NULL
	ON CONFLICT ON CONSTRAINT index_part_pkey
	DO UPDATE SET body = excluded.body, sum = excluded.sum
), pages AS (
	INSERT INTO index_object (repository_id, path, package_id, content_type, etag, body, modified, serial, parts_at)
	SELECT $1, v.path, $2, v.content_type,
	       '"' || left(encode(sha256(v.digest || convert_to(s.serial::text, 'UTF8')), 'hex'), 32) || '"',
	       CASE WHEN v.behind IS NULL THEN v.before
	            ELSE v.before || convert_to(s.serial::text, 'UTF8') || v.behind END,
	       $20, s.serial,
	       v.parts_at + CASE WHEN v.serial_first THEN length(s.serial::text) ELSE 0 END
	  FROM stands s
	 CROSS JOIN (VALUES ($7::text, 'application/vnd.pypi.simple.v1+html', $9::bytea, $10::bytea, $11::bytea,
	                     $21::bigint::int, false),
	                    ($8::text, 'application/vnd.pypi.simple.v1+json', $12, $13, $14, $22::bigint::int, false),
	                    ($23::text, 'application/json', $15, $16, $17, $24::bigint::int, true))
	         AS v (path, content_type, before, behind, digest, parts_at, serial_first)
	 WHERE v.path IS NOT NULL
	ON CONFLICT ON CONSTRAINT index_object_pkey
	DO UPDATE SET package_id = excluded.package_id, content_type = excluded.content_type, etag = excluded.etag,
	              body = excluded.body, modified = excluded.modified, serial = excluded.serial,
	              parts_at = excluded.parts_at
)
SELECT serial FROM stands;

-- :name pypi_index_gone :one
-- Append a change about a project that is no more.
SELECT change_append($1, NULL, NULL, $2, $3, $4, $5) AS serial;
