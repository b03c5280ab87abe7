-- :name file_by_path :one
-- The stored file at a path of a repository.
SELECT id, release_id, content_type, size, sha256, created_at
  FROM file
 WHERE repository_id = $1 AND path = $2;

-- :name file_add :one
-- A further file of a release, with its place; that of an earlier one is taken over.
INSERT INTO file (repository_id, release_id, path, filename, kind, content_type, size, sha256, uploaded_by, created_at,
                  md5, blake2b256, parent_id, meta)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, coalesce($14::jsonb, '{}'))
ON CONFLICT ON CONSTRAINT file_path_key
DO UPDATE SET release_id = excluded.release_id, content_type = excluded.content_type, size = excluded.size,
              sha256 = excluded.sha256, uploaded_by = excluded.uploaded_by, created_at = excluded.created_at,
              md5 = excluded.md5, blake2b256 = excluded.blake2b256, parent_id = excluded.parent_id,
              meta = excluded.meta
RETURNING id;

-- :name file_delete :exec
-- A file that is no more; its bytes are garbage when nobody else has them.
DELETE FROM file WHERE repository_id = $1 AND path = $2;
