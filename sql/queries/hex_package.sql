-- Packages and releases as the Hex protocol shows them.

-- :name hex_package_by_name :one
-- A package of a repository.
SELECT * FROM hex_package WHERE repository_id = $1 AND name = $2;

-- :name hex_release_by_version :one
-- A release by its version.
SELECT * FROM hex_release WHERE package_id = $1 AND version = $2;

-- :name hex_release_list :many
-- The releases of some packages, by package and then the highest version first.
SELECT * FROM hex_release
 WHERE package_id = ANY ($1::bigint[])
 ORDER BY package_id, version_key DESC, id DESC;

-- :name hex_release_downloads :many
-- Downloads of a release by day or month (the form of a date), within two days.
SELECT to_char(day, $2) AS period, sum(count)::bigint AS downloads
  FROM download_day
 WHERE release_id = $1
   AND day BETWEEN ($3::timestamptz AT TIME ZONE 'UTC')::date AND ($4::timestamptz AT TIME ZONE 'UTC')::date
 GROUP BY period
 ORDER BY period
 LIMIT 10000;

-- :name hex_requirement_list :many
-- What a release needs, by name.
SELECT package_name, alias, requirement, optional, meta ->> 'repository' AS repository
  FROM dependency
 WHERE release_id = $1
 ORDER BY package_name;

-- :name hex_release_retire :exec
-- Retire a release, or change why.
UPDATE release SET retirement_reason = $2, yank_message = $3, updated_at = $4 WHERE id = $1;

-- :name hex_release_unretire :exec
-- Take a retirement back.
UPDATE release SET retirement_reason = NULL, yank_message = NULL, updated_at = $2
 WHERE id = $1 AND retirement_reason IS NOT NULL;

-- :name hex_release_delete :exec
-- Delete a release with its files; its version may be published again.
DELETE FROM release WHERE id = $1;

-- :name hex_package_dependent :one
-- Another package that needs this one.
SELECT p.name
  FROM dependency d
  JOIN release r ON r.id = d.release_id
  JOIN package p ON p.id = r.package_id
 WHERE d.target_package_id = $1 AND r.package_id <> $1
 ORDER BY d.id
 LIMIT 1;
