-- :name package_by_name :one
-- A package as the crates.io protocol shows it.
SELECT * FROM crate_package WHERE repository_id = $1 AND canonical_name = $2;

-- :name package_by_id :one
-- The same by id.
SELECT * FROM crate_package WHERE id = $1;

-- :name package_settings :exec
-- Change whether only trusted publishing may publish.
UPDATE package
   SET meta = jsonb_set(meta, '{trustpub_only}', to_jsonb($2::boolean)), updated_at = now()
 WHERE id = $1;

-- :name package_reserved_kind :one
-- What kind of reserved name it is: 0 none, 1 a name, 2 a module of the language.
SELECT coalesce(max(CASE kind WHEN 'module' THEN 2 ELSE 1 END), 0)::bigint AS count FROM reserved_name
 WHERE ecosystem = $1 AND canonical_name = canonical_package_name($1, $2);

-- :name package_deleted_until :one
-- Until when a deleted package's name stays blocked.
SELECT available_at, name FROM deleted_package
 WHERE repository_id = $1 AND canonical_name = $2 AND available_at > $3;

-- :name package_delete_monthly :one
-- Downloads of the last 30 days (deletion is for packages that nobody uses).
SELECT coalesce(sum(d.count), 0)::bigint AS count
  FROM release r JOIN download_day d ON d.release_id = r.id
 WHERE r.package_id = $1 AND d.day > ($2::timestamptz AT TIME ZONE 'UTC')::date - 30;

-- :name package_delete_dependent :one
-- One release of another package that depends on this one.
SELECT p.name, r.version
  FROM dependency d
  JOIN release r ON r.id = d.release_id
  JOIN package p ON p.id = r.package_id
 WHERE d.target_package_id = $1 AND r.package_id <> $1
 ORDER BY d.id
 LIMIT 1;

-- :name package_delete_remember_releases :exec
-- A deleted version never comes back with other bytes.
INSERT INTO deleted_release (repository_id, canonical_name, version_identity, sha256, deleted_by)
SELECT p.repository_id, p.canonical_name, r.version_identity, (array_agg(f.sha256 ORDER BY f.id))[1], $2
  FROM package p
  JOIN release r ON r.package_id = p.id
  LEFT JOIN file f ON f.release_id = r.id
 WHERE p.id = $1
 GROUP BY p.repository_id, p.canonical_name, r.version_identity
ON CONFLICT ON CONSTRAINT deleted_release_pkey DO NOTHING;

-- :name package_delete_remember :exec
-- The name stays blocked for a while.
INSERT INTO deleted_package (repository_id, canonical_name, name, deleted_by, message, available_at)
SELECT repository_id, canonical_name, name, $2, $3, $4 FROM package WHERE id = $1
ON CONFLICT ON CONSTRAINT deleted_package_pkey
DO UPDATE SET name = excluded.name, deleted_by = excluded.deleted_by, message = excluded.message,
              deleted_at = now(), available_at = excluded.available_at;

-- :name package_delete_lock :one
-- Lock a package that is about to be deleted against whoever refers to it, and
-- its repository, whose count will change: in the order of everybody else.
WITH counted AS MATERIALIZED (
	SELECT id FROM repository WHERE id = $1 FOR NO KEY UPDATE)
SELECT p.id
  FROM counted o JOIN package p ON p.repository_id = o.id
 WHERE p.id = $2
   FOR UPDATE OF p;

-- :name package_delete :exec
-- Delete a package with all that hangs on it.
DELETE FROM package WHERE id = $1;

-- :name package_lock :one
-- Serialize everything that changes one package.
SELECT id FROM package WHERE id = $1 FOR NO KEY UPDATE;

-- :name package_refresh_default :exec
-- Recompute what a package shows of its releases: the default release, how
-- many there are, and whether all are yanked.
UPDATE package p
   SET default_release_id = d.id,
       all_yanked = coalesce(d.yanked, false),
       release_count = (SELECT count(*) FROM release r WHERE r.package_id = p.id)
  FROM (SELECT $1::bigint AS package_id) one
  LEFT JOIN LATERAL (
	SELECT r.id, r.yanked FROM release r
	 WHERE r.package_id = one.package_id
	 ORDER BY r.yanked, r.prerelease, r.version_key DESC, r.id DESC
	 LIMIT 1) d ON true
 WHERE p.id = one.package_id;

-- :name package_refresh_reverse_delete :exec
-- Forget what a package's default release depends on. Each target is held
-- before its row is: who deletes it takes the two in this order, too.
DELETE FROM reverse_dependency r
 USING (SELECT p.id
          FROM package p
         WHERE p.id IN (SELECT h.target_package_id FROM reverse_dependency h WHERE h.package_id = $1)
         ORDER BY p.id
           FOR KEY SHARE) target
 WHERE r.package_id = $1 AND r.target_package_id = target.id;

-- :name package_refresh_reverse_insert :exec
-- Note what the default release, if it is not yanked, depends on: one row per
-- target, the first dependency of several.
INSERT INTO reverse_dependency (target_package_id, package_id, release_id, dependency_id, downloads)
SELECT DISTINCT ON (d.target_package_id)
       d.target_package_id, p.id, d.release_id, d.id, p.downloads
  FROM package p
  JOIN dependency d ON d.release_id = p.default_release_id
 WHERE p.id = $1 AND NOT p.all_yanked AND d.target_package_id IS NOT NULL
 ORDER BY d.target_package_id, d.id;

-- :name package_touch :exec
-- A package has changed.
UPDATE package SET updated_at = $2 WHERE id = $1;
