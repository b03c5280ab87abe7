-- What uploading to a Python project does beyond what every ecosystem does.

-- :name pypi_publish_similar :one
-- How many projects of another name have one that looks so.
SELECT count(*) AS count
  FROM package_pypi y
  JOIN package p ON p.id = y.package_id
 WHERE y.repository_id = $1 AND y.similar_name = $2 AND p.canonical_name <> $3;

-- :name pypi_publish_project_add :exec
-- What only a Python project has; nothing when another one's name looks so.
INSERT INTO package_pypi (package_id, repository_id, similar_name)
VALUES ($1, $2, $3)
ON CONFLICT ON CONSTRAINT package_pypi_similar_name_key DO NOTHING;

-- :name pypi_publish_rename :exec
-- The name is spelled as it was last.
UPDATE package SET name = $2 WHERE id = $1;

-- :name pypi_publish_known_file :one
-- A distribution of the same name, or else of the same bytes.
(SELECT r.package_id, f.filename, f.sha256, f.blake2b256
   FROM file f JOIN release r ON r.id = f.release_id
  WHERE f.repository_id = $1 AND f.kind IN ('sdist', 'wheel') AND f.filename = $2)
UNION ALL
(SELECT r.package_id, f.filename, f.sha256, f.blake2b256
   FROM file f JOIN release r ON r.id = f.release_id
  WHERE f.repository_id = $1 AND f.kind IN ('sdist', 'wheel') AND f.blake2b256 = $3
  LIMIT 1)
 LIMIT 1;

-- :name pypi_publish_deleted_file :one
-- Whether a deleted file had the name.
SELECT count(*) AS count FROM deleted_file WHERE repository_id = $1 AND filename = $2;

-- :name pypi_publish_largest :one
-- The largest limit for files that a project of a repository has.
SELECT max(max_upload_size) AS max FROM package WHERE repository_id = $1 AND max_upload_size IS NOT NULL;

-- :name pypi_publish_total :one
-- Bytes of all files of a project.
SELECT total_size FROM package_pypi WHERE package_id = $1;

-- :name pypi_publish_release :one
-- The release that a further file would join.
SELECT r.id, r.version, r.version_key, r.published_at,
       EXISTS (SELECT FROM file f WHERE f.release_id = r.id AND f.kind = 'sdist') AS has_sdist
  FROM release r
 WHERE r.package_id = $1 AND r.version_identity = $2;

-- :name pypi_publish_release_add :exec
-- What only a Python release has.
INSERT INTO release_pypi (release_id, requires_python, description_content_type, classifiers, metadata, description)
VALUES ($1, $2, $3, $4, $5::jsonb, $6);

-- :name pypi_publish_dependencies :exec
-- What a release needs; columns as arrays of one length, extras of each as a JSON array.
INSERT INTO dependency (release_id, position, package_name, target_package_id, requirement, platform, features, optional)
SELECT $1, d.n, d.name, p.id, d.requirement, d.marker,
       ARRAY(SELECT jsonb_array_elements_text(d.extras::jsonb)), d.optional = 1
  FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
       WITH ORDINALITY AS d (name, requirement, marker, extras, optional, n)
  LEFT JOIN package p ON p.repository_id = $2 AND p.canonical_name = d.name;

-- :name pypi_publish_provenance :exec
-- Who made a file, as it is served.
INSERT INTO provenance (file_id, body) VALUES ($1, $2);

-- :name pypi_publish_total_add :exec
-- A file has come.
UPDATE package_pypi SET total_size = total_size + $2 WHERE package_id = $1;
