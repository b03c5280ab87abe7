-- What happens to Python projects beside uploads.

-- :name pypi_manage_remember_file :exec
-- The name of a file that is deleted stays taken.
INSERT INTO deleted_file (repository_id, path, sha256, deleted_by, filename)
SELECT f.repository_id, f.path, f.sha256, $2, f.filename FROM file f WHERE f.id = $1
ON CONFLICT ON CONSTRAINT deleted_file_pkey DO NOTHING;

-- :name pypi_manage_remember_files :exec
-- The same for all files of a release, or of a project.
INSERT INTO deleted_file (repository_id, path, sha256, deleted_by, filename)
SELECT f.repository_id, f.path, f.sha256, $3, f.filename
  FROM release r JOIN file f ON f.release_id = r.id
 WHERE r.package_id = $1 AND ($2::bigint IS NULL OR r.id = $2) AND f.kind IN ('sdist', 'wheel')
ON CONFLICT ON CONSTRAINT deleted_file_pkey DO NOTHING;

-- :name pypi_manage_delete_file :exec
-- A file, with its metadata and its provenance.
DELETE FROM file WHERE id = $1;

-- :name pypi_manage_delete_release :exec
-- A release, with its files.
DELETE FROM release WHERE id = $1;

-- :name pypi_manage_total_less :exec
-- A release, or one file of it, is about to go.
UPDATE package_pypi y
   SET total_size = y.total_size - coalesce((SELECT sum(f.size) FROM file f
                                              WHERE f.release_id = $2 AND ($3::bigint IS NULL OR f.id = $3)
                                                AND f.kind IN ('sdist', 'wheel')), 0)
 WHERE y.package_id = $1;

-- :name pypi_manage_status :exec
-- What a project is, and why.
WITH said AS (
	UPDATE package_pypi SET status_reason = $3 WHERE package_id = $1)
UPDATE package SET status = $2, updated_at = $4 WHERE id = $1;

-- :name pypi_manage_role :one
-- What somebody is in a project, and whether somebody else owns it.
SELECT (SELECT o.role FROM owner o WHERE o.package_id = $1 AND o.account_id = $2) AS role,
       EXISTS (SELECT FROM owner o WHERE o.package_id = $1 AND o.account_id <> $2 AND o.role = 'owner') AS has_other;

-- :name pypi_manage_role_put :exec
-- Make an account an owner or maintainer, or change which.
INSERT INTO owner (package_id, account_id, role, created_by) VALUES ($1, $2, $3, $4)
ON CONFLICT ON CONSTRAINT owner_pkey DO UPDATE SET role = excluded.role;
