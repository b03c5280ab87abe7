-- :name release_by_version :one
-- One release by its exact version text.
SELECT * FROM crate_release WHERE package_id = $1 AND version = $2;

-- :name release_by_path :one
-- Where the file of a release is, by canonical package name and version.
SELECT f.id AS file_id, f.release_id, f.size, f.sha256, f.created_at
  FROM package p
  JOIN release r ON r.package_id = p.id
  JOIN file f ON f.release_id = r.id AND f.kind = 'crate'
 WHERE p.repository_id = $1 AND p.canonical_name = $2 AND r.version = $3;

-- :name release_readme :one
-- The rendered README of a release.
SELECT r.readme_html
  FROM package p JOIN release r ON r.package_id = p.id
 WHERE p.repository_id = $1 AND p.canonical_name = $2 AND r.version = $3;

-- :name release_list :many
-- All releases of a package, newest id first.
SELECT * FROM crate_release WHERE package_id = $1 ORDER BY id DESC;

-- :name release_list_by_semver :many
-- Releases, or those with the given version texts, highest version first, after a given one.
SELECT * FROM crate_release
 WHERE package_id = $1
   AND ($2::text[] IS NULL OR version = ANY ($2))
   AND ($3::bytea IS NULL OR (version_key, id) < ($3, $4::bigint))
 ORDER BY version_key DESC, id DESC
 LIMIT $5;

-- :name release_list_by_date :many
-- The same, latest first.
SELECT * FROM crate_release
 WHERE package_id = $1
   AND ($2::text[] IS NULL OR version = ANY ($2))
   AND ($3::timestamptz IS NULL OR (published_at, id) < ($3, $4::bigint))
 ORDER BY published_at DESC, id DESC
 LIMIT $5;

-- :name release_list_by_ids :many
-- Releases by their ids, within one repository.
SELECT * FROM crate_release
 WHERE id = ANY ($2::bigint[]) AND repository_id = $1
 ORDER BY id;

-- :name release_list_highest :many
-- The semver-highest releases, yanked ones too.
SELECT * FROM crate_release
 WHERE package_id = $1
 ORDER BY version_key DESC, id DESC
 LIMIT $2;

-- :name release_list_followed :many
-- The latest releases of the packages that an account follows.
SELECT v.*
  FROM follow w
  CROSS JOIN LATERAL (
	SELECT r.id FROM release r
	 WHERE r.package_id = w.package_id
	 ORDER BY r.published_at DESC, r.id DESC
	 LIMIT $3::bigint + $4::bigint) latest
  JOIN crate_release v ON v.id = latest.id
 WHERE w.account_id = $1 AND v.repository_id = $2
 ORDER BY v.published_at DESC, v.id DESC
 LIMIT $3 OFFSET $4;

-- :name release_count :one
-- How many releases a package has, or how many of those with the given version texts.
SELECT count(*) AS count FROM release
 WHERE package_id = $1 AND ($2::text[] IS NULL OR version = ANY ($2));

-- :name release_tracks :many
-- The versions, or those of the given texts, that can head a release track, highest first.
SELECT version FROM release
 WHERE package_id = $1 AND NOT yanked AND NOT prerelease
   AND ($2::text[] IS NULL OR version = ANY ($2))
 ORDER BY version_key DESC, id DESC;

-- :name release_key :one
-- Sort key of a version of a package.
SELECT version_key, published_at FROM release WHERE package_id = $1 AND id = $2;

-- :name release_audit :many
-- Who published and yanked the given releases, oldest first.
SELECT u.release_id, u.action, u.at,
       a.id AS account_id, a.name, a.full_name, a.avatar_url, a.url, a.created_at
  FROM audit u
  JOIN account a ON a.id = u.account_id
 WHERE u.release_id = ANY ($1::bigint[])
   AND u.action IN ('publish', 'yank', 'unyank')
 ORDER BY u.release_id, u.id;

-- :name release_yank :exec
-- Set the yank flag and its message; nothing when both are so already.
UPDATE release
   SET yanked = $2, yank_message = $3, updated_at = $4
 WHERE id = $1 AND (yanked <> $2 OR yank_message IS DISTINCT FROM $3);

-- :name release_authors :one
-- The authors named when a release was published.
SELECT c.authors
  FROM package p
  JOIN release r ON r.package_id = p.id
  JOIN release_crate c ON c.release_id = r.id
 WHERE p.repository_id = $1 AND p.canonical_name = $2 AND r.version = $3;
