-- What mirrors and scripts ask about a Python repository as a whole.

-- :name pypi_mirror_changes :many
-- The change log behind a serial.
SELECT name, version, at, kind, subject, serial
  FROM change
 WHERE repository_id = $1 AND serial > $2 AND name IS NOT NULL
 ORDER BY serial
 LIMIT 50000;

-- :name pypi_mirror_user :many
-- A user's projects and what he is to them.
SELECT o.role, p.name, NULL::text AS version
  FROM account a
  JOIN owner o ON o.account_id = a.id
  JOIN package p ON p.id = o.package_id
 WHERE a.canonical_name = lower(replace($2::text, '-', '_')) AND p.repository_id = $1 AND p.status <> 'quarantined'
 ORDER BY o.role <> 'owner', p.canonical_name
 LIMIT 10000;

-- :name pypi_mirror_browse :many
-- The releases that have all of some classifiers; a sort of them all would have no bound.
SELECT NULL::text AS role, f.name, f.version
  FROM (SELECT p.name, p.canonical_name, r.version, r.version_key
          FROM release_pypi y
          JOIN release r ON r.id = y.release_id
          JOIN package p ON p.id = r.package_id
         WHERE y.classifiers @> $2 AND p.repository_id = $1 AND p.status <> 'quarantined'
         LIMIT 10000) f
 ORDER BY f.canonical_name, f.version_key;
