-- The files of Python distributions as they are fetched.

-- :name pypi_download_find :one
-- A file by its path, unless its project is in quarantine.
SELECT f.id, f.kind IN ('sdist', 'wheel') AS distribution, f.content_type, f.size, f.sha256, f.created_at
  FROM file f
  JOIN release r ON r.id = f.release_id
  JOIN package p ON p.id = r.package_id
 WHERE f.repository_id = $1 AND f.path = $2 AND p.status <> 'quarantined';

-- :name pypi_download_path :one
-- The path of a project's distribution by one of its names, the first one that is found.
SELECT f.path
  FROM unnest($3::text[]) WITH ORDINALITY AS n (filename, place)
  JOIN file f ON f.repository_id = $1 AND f.filename = n.filename AND f.kind IN ('sdist', 'wheel')
  JOIN release r ON r.id = f.release_id
  JOIN package p ON p.id = r.package_id
 WHERE p.canonical_name = $2 AND p.status <> 'quarantined'
 ORDER BY n.place
 LIMIT 1;

-- :name pypi_provenance_find :one
-- What is known of a distribution's origin, null when nothing is.
SELECT f.filename, convert_to(v.body, 'UTF8') AS body
  FROM file f
  JOIN release r ON r.id = f.release_id
  JOIN package p ON p.id = r.package_id
  LEFT JOIN provenance v ON v.file_id = f.id
 WHERE f.repository_id = $1 AND p.canonical_name = $2 AND r.version_identity = $3 AND f.filename = $4
   AND f.kind IN ('sdist', 'wheel') AND p.status <> 'quarantined';
