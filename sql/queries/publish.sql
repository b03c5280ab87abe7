-- :name publish_package_add :one
-- Take a new name; no row when it is taken already.
INSERT INTO package (repository_id, name, canonical_name, created_at, updated_at)
VALUES ($1, $2, $3, $4, $4)
ON CONFLICT ON CONSTRAINT package_canonical_name_key DO NOTHING
RETURNING id;

-- :name publish_package_lock :one
-- The package under a name, locked until the end of the transaction.
SELECT id, name, coalesce(max_upload_size, 0) AS max_upload_size
  FROM package
 WHERE repository_id = $1 AND canonical_name = $2
   FOR NO KEY UPDATE;

-- :name publish_package_update :exec
-- What the latest publish says about the package, and how a search finds it.
WITH changed AS (
UPDATE package
   SET description = $2, homepage = $3, documentation = $4, source_url = $5, license = $6, readme = $7,
       updated_at = $9
 WHERE id = $1
RETURNING id, repository_id, name, canonical_name, recent_downloads)
INSERT INTO package_search AS s (package_id, repository_id, name, canonical_name, recent_downloads, document)
SELECT p.id, p.repository_id, p.name, p.canonical_name, p.recent_downloads,
       search_document(p.name, $8, $2, $7)
  FROM changed p
    ON CONFLICT ON CONSTRAINT package_search_pkey DO UPDATE
   SET name = excluded.name, canonical_name = excluded.canonical_name, document = excluded.document
 WHERE (s.name, s.canonical_name, s.document)
       IS DISTINCT FROM (excluded.name, excluded.canonical_name, excluded.document);

-- :name publish_deleted_version :one
-- Whether the version existed and was deleted.
SELECT count(*) AS count FROM deleted_release
 WHERE repository_id = $1 AND canonical_name = $2 AND version_identity = $3;

-- :name publish_version_exists :one
-- Whether a package has a version.
SELECT count(*) AS count FROM release WHERE package_id = $1 AND version_identity = $2;

-- :name publish_count_since :one
-- How many releases a package got since a time.
SELECT count(*) AS count FROM release WHERE package_id = $1 AND published_at > $2;

-- :name publish_release_add :one
-- The release; no row when its version exists.
INSERT INTO release (package_id, version, version_identity, version_key, prerelease, published_by,
                     published_at, updated_at, description, homepage, documentation, source_url, license,
                     readme_html, meta)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11, $12, $13, coalesce($14::jsonb, '{}'))
ON CONFLICT ON CONSTRAINT release_version_identity_key DO NOTHING
RETURNING id;

-- :name publish_file_add :one
-- The file of a release.
INSERT INTO file (repository_id, release_id, path, filename, kind, content_type, size, sha256, uploaded_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
RETURNING id;

-- :name publish_dependencies_add :exec
-- All dependencies of a release at once; columns as arrays of one length,
-- features of each as a JSON array.
INSERT INTO dependency (release_id, position, package_name, target_package_id, kind, requirement, optional,
                        alias, platform, registry, features, default_features)
SELECT $1, d.n, d.name, p.id, d.kind, d.requirement, d.optional = 1, d.alias, d.platform, d.registry,
       ARRAY(SELECT jsonb_array_elements_text(d.features::jsonb)), d.default_features = 1
  FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[],
              $10::text[], $11::bigint[])
       WITH ORDINALITY AS d (name, kind, requirement, optional, alias, platform, registry,
                             features, default_features, n)
  LEFT JOIN package p ON d.registry IS NULL AND p.repository_id = $2 AND p.name = d.name
 ORDER BY d.n;

-- :name publish_dependencies_unknown :one
-- The first dependency on this registry that does not exist under exactly that name.
SELECT d.name
  FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS d (name, registry, n)
 WHERE d.registry IS NULL
   AND NOT EXISTS (SELECT FROM package p WHERE p.repository_id = $1 AND p.name = d.name)
 ORDER BY d.n
 LIMIT 1;

-- :name publish_crate_add :exec
-- What only a crate's release has.
INSERT INTO release_crate (release_id, features, links, rust_version, edition, has_lib, bin_names, authors, index_line)
VALUES ($1, $2::jsonb, $3, $4, $5, $6, $7, $8, $9);

-- :name change_add :one
-- The serial of a change; the last statement of a transaction, because it
-- holds everybody else's up until the commit.
SELECT change_append($1, $2, $3, $4) AS serial;
