-- What the blob store holds.

-- :name blob_insert :exec
-- Note a blob, or that it is wanted again. Its row stays locked until the
-- transaction ends, which keeps gc from removing the bytes meanwhile.
INSERT INTO blob (sha256, size)
VALUES ($1::bytea, $2::bigint)
ON CONFLICT ON CONSTRAINT blob_pkey DO UPDATE SET created_at = now(), size = excluded.size;

-- :name blob_adopt :exec
-- Give a file found in the store a row, with its own age; nothing when it has one.
INSERT INTO blob (sha256, size, created_at)
VALUES ($1::bytea, $2::bigint, $3::timestamptz)
ON CONFLICT ON CONSTRAINT blob_pkey DO NOTHING;

-- :name blob_known :one
-- Whether a digest has a row.
SELECT count(*) AS count FROM blob WHERE sha256 = $1::bytea;

-- :name blob_unknown :many
-- Which of these digests (hex) have no row, by their position from 1.
SELECT f.n AS position
  FROM unnest($1::text[]) WITH ORDINALITY AS f (hex, n)
 WHERE NOT EXISTS (SELECT FROM blob b WHERE b.sha256 = decode(f.hex, 'hex'))
 ORDER BY f.n;

-- :name blob_orphans :many
-- Old blobs that no file refers to, behind a digest, locked; those in use are passed over.
SELECT b.sha256, b.size
  FROM blob b
 WHERE b.created_at < $1::timestamptz
   AND b.sha256 > $2::bytea
   AND NOT EXISTS (SELECT FROM file f WHERE f.sha256 = b.sha256)
 ORDER BY b.sha256
 LIMIT $3::bigint
   FOR UPDATE SKIP LOCKED;

-- :name blob_delete :exec
-- Forget a blob that is locked, unless a publish came to use it before it was.
DELETE FROM blob b
 WHERE b.sha256 = $1::bytea
   AND NOT EXISTS (SELECT FROM file f WHERE f.sha256 = b.sha256);

-- :name blob_page :many
-- All blobs by digest, a page at a time, with the other digests that a file of these bytes claims.
SELECT b.sha256, b.size, f.sha256 IS NOT NULL AS used, f.md5, f.sha1, f.sha512, f.blake2b256
  FROM (SELECT sha256, size FROM blob WHERE sha256 > $1::bytea ORDER BY sha256 LIMIT $2::bigint) b
  LEFT JOIN LATERAL (SELECT * FROM file f WHERE f.sha256 = b.sha256 ORDER BY f.id LIMIT 1) f ON true
 ORDER BY b.sha256;
