-- Python projects, releases and files as their pages show them.

-- :name pypi_project_by_name :one
-- A project by its name in any spelling.
SELECT p.id, p.repository_id, p.name, p.canonical_name, p.status, y.status_reason, p.description AS summary,
       coalesce(p.max_upload_size, 0) AS max_upload_size, y.last_serial, p.created_at
  FROM package p
  JOIN package_pypi y ON y.package_id = p.id
 WHERE p.repository_id = $1 AND p.canonical_name = canonical_package_name('pypi', $2);

-- :name pypi_project_by_id :one
-- A project by its id.
SELECT p.id, p.repository_id, p.name, p.canonical_name, p.status, y.status_reason, p.description AS summary,
       coalesce(p.max_upload_size, 0) AS max_upload_size, y.last_serial, p.created_at
  FROM package p
  JOIN package_pypi y ON y.package_id = p.id
 WHERE p.id = $1;

-- :name pypi_release_choose :one
-- The release that a project shows (1), which was noted when its releases last
-- changed; the newest final one (2) and the newest of all (3), not yanked first.
SELECT r.id, r.version, r.version_identity, r.version_key, r.prerelease, r.yanked, r.yank_message, r.published_at,
       r.description AS summary, y.requires_python, y.description, y.description_content_type,
       convert_to(y.metadata::text, 'UTF8') AS metadata
  FROM release r
  JOIN release_pypi y ON y.release_id = r.id
 WHERE r.id = CASE $2::bigint WHEN 1 THEN (SELECT p.default_release_id FROM package p WHERE p.id = $1)
                       ELSE (SELECT e.id FROM release e
                              WHERE e.package_id = $1 AND ($2 <> 2 OR NOT e.prerelease)
                              ORDER BY e.yanked, e.version_key DESC, e.id DESC
                              LIMIT 1) END;

-- :name pypi_release_by_identity :one
-- A release by the canonical form of its version.
SELECT r.id, r.version, r.version_identity, r.version_key, r.prerelease, r.yanked, r.yank_message, r.published_at,
       r.description AS summary, y.requires_python, y.description, y.description_content_type,
       convert_to(y.metadata::text, 'UTF8') AS metadata
  FROM release r
  JOIN release_pypi y ON y.release_id = r.id
 WHERE r.package_id = $1 AND r.version_identity = $2;

-- :name pypi_releases :many
-- The newest releases of a project, descending.
SELECT r.id, r.version, r.version_identity, r.version_key, r.prerelease, r.yanked, r.yank_message, r.published_at,
       r.description AS summary, y.requires_python,
       NULL::text AS description, NULL::text AS description_content_type, NULL::bytea AS metadata
  FROM release r
  JOIN release_pypi y ON y.release_id = r.id
 WHERE r.package_id = $1
 ORDER BY r.version_key DESC, r.id DESC
 LIMIT $2;

-- :name pypi_release_files :many
-- The files of a release, by name.
SELECT * FROM pypi_file WHERE release_id = $1 ORDER BY filename;

-- :name pypi_file_by_name :one
-- A file by its name within a repository.
SELECT * FROM pypi_file WHERE repository_id = $1 AND kind IN ('sdist', 'wheel') AND filename = $2;

-- :name pypi_roles :many
-- Who owns and maintains a project.
SELECT o.role, a.name
  FROM owner o
  JOIN account a ON a.id = o.account_id
 WHERE o.package_id = $1
 ORDER BY o.role <> 'owner', a.name
 LIMIT 1000;
