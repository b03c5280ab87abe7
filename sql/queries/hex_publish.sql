-- What publishing a Hex package does beyond what every ecosystem does.

-- :name hex_known_packages :many
-- Which of some packages exist in which of some repositories.
SELECT id, repository_id, name
  FROM package
 WHERE repository_id = ANY ($1::bigint[]) AND name = ANY ($2::text[]);

-- :name hex_release_put :exec
-- What only a Hex release has, and what it says beside, with what is known of a CI job that published it.
WITH said AS (
	UPDATE release SET meta = $6::jsonb || coalesce($7::jsonb, '{}') WHERE id = $1)
INSERT INTO release_hex (release_id, app, elixir, build_tools, inner_checksum)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT ON CONSTRAINT release_hex_pkey
DO UPDATE SET app = excluded.app, elixir = excluded.elixir, build_tools = excluded.build_tools,
              inner_checksum = excluded.inner_checksum;

-- :name hex_release_replace :exec
-- A release is published again: it keeps when it was first.
UPDATE release
   SET description = $2, license = $3, published_by = $4, updated_at = $5,
       retirement_reason = NULL, yank_message = NULL
 WHERE id = $1;

-- :name hex_dependencies_clear :exec
-- Forget what a release needed.
DELETE FROM dependency WHERE release_id = $1;

-- :name hex_dependencies_add :exec
-- What a release needs; columns as arrays of one length, a target of 0 is unknown.
INSERT INTO dependency (release_id, position, package_name, target_package_id, requirement, optional, alias, meta)
SELECT $1, d.n, d.name, nullif(d.target, 0), d.requirement, d.optional = 1, d.app,
       CASE WHEN d.repository IS NULL THEN '{}' ELSE jsonb_build_object('repository', d.repository) END
  FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[])
       WITH ORDINALITY AS d (name, target, requirement, optional, app, repository, n);

-- :name hex_package_meta :exec
-- What the release that was published last says about the package.
UPDATE package SET meta = meta || $2::jsonb WHERE id = $1;
