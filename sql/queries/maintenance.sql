-- What gc may remove and what verify compares. Each check gives the subject
-- and what is wrong with it, a thousand of them at most, and sees one state of
-- the database: publishes may go on meanwhile.

-- :name gc_blob_count :one
-- What gc would remove.
SELECT count(*) AS count, coalesce(sum(b.size), 0)::bigint AS bytes
  FROM blob b
 WHERE b.created_at < $1::timestamptz
   AND NOT EXISTS (SELECT FROM file f WHERE f.sha256 = b.sha256);

-- :name verify_files :many
-- Files that disagree with their blob or with another file of the same bytes.
SELECT 'file-differs' AS kind, f.path AS subject,
       'size or digests disagree with the other rows of the same bytes' AS text
  FROM file f
  JOIN blob b ON b.sha256 = f.sha256
 WHERE f.size <> b.size
    OR EXISTS (SELECT FROM file o
                WHERE o.sha256 = f.sha256 AND o.id < f.id
                  AND (o.md5 <> f.md5 OR o.sha1 <> f.sha1 OR o.sha512 <> f.sha512 OR o.blake2b256 <> f.blake2b256))
 ORDER BY f.id
 LIMIT 1000;

-- :name verify_crates :many
-- Releases of crates without exactly one crate file.
SELECT 'file-missing' AS kind, p.name || ' ' || r.version AS subject,
       'has ' || (SELECT count(*) FROM file f WHERE f.release_id = r.id AND f.kind = 'crate') || ' crate files' AS text
  FROM release_crate c
  JOIN release r ON r.id = c.release_id
  JOIN package p ON p.id = r.package_id
 WHERE (SELECT count(*) FROM file f WHERE f.release_id = r.id AND f.kind = 'crate') <> 1
 ORDER BY r.id
 LIMIT 1000;

-- :name verify_packages :many
-- Packages whose default release, number of releases or yanked flag is not what
-- follows from their releases.
SELECT 'package-differs' AS kind, p.name AS subject,
       concat_ws(', ',
         CASE WHEN p.default_release_id IS DISTINCT FROM best.id
              THEN 'the default release is ' || coalesce(p.default_release_id::text, 'none') ||
                   ' instead of ' || coalesce(best.id::text, 'none') END,
         CASE WHEN p.all_yanked <> coalesce(best.yanked, false) THEN 'all_yanked is wrong' END,
         CASE WHEN p.release_count <> n.count
              THEN 'release_count is ' || p.release_count || ' instead of ' || n.count END) AS text
  FROM package p
  LEFT JOIN LATERAL (
       SELECT r.id, r.yanked FROM release r
        WHERE r.package_id = p.id
        ORDER BY r.yanked, r.prerelease, r.version_key DESC, r.id DESC
        LIMIT 1) best ON true
 CROSS JOIN LATERAL (SELECT count(*) AS count FROM release r WHERE r.package_id = p.id) n
 WHERE p.default_release_id IS DISTINCT FROM best.id
    OR p.all_yanked <> coalesce(best.yanked, false)
    OR p.release_count <> n.count
 ORDER BY p.id
 LIMIT 1000;

-- :name verify_counts :many
-- Counters beside what they count.
SELECT kind, subject, 'is ' || stored || ' instead of ' || counted AS text
  FROM (SELECT 'repository-count' AS kind, r.ecosystem || '/' || r.name AS subject, r.package_count AS stored,
               (SELECT count(*) FROM package p WHERE p.repository_id = r.id) AS counted
          FROM repository r
         UNION ALL
        SELECT 'keyword-count', k.name, k.package_count,
               (SELECT count(*) FROM package_keyword x WHERE x.keyword_id = k.id)
          FROM keyword k
         UNION ALL
        SELECT 'category-count', c.slug, c.package_count,
               (SELECT count(*) FROM package_category x WHERE x.category_id = c.id)
          FROM category c) AS counters
 WHERE stored <> counted
 ORDER BY kind, subject
 LIMIT 1000;

-- :name verify_downloads :many
-- Counts that were carried over to a release and did not arrive there.
SELECT 'download-count' AS kind, p.name || ' ' || r.version AS subject,
       'is ' || r.downloads || ', less than the ' || d.counted || ' of its days' AS text
  FROM (SELECT release_id, sum(counted)::bigint AS counted FROM download_day GROUP BY release_id) d
  JOIN release r ON r.id = d.release_id
  JOIN package p ON p.id = r.package_id
 WHERE r.downloads < d.counted
 ORDER BY r.id
 LIMIT 1000;

-- :name verify_reverse :many
-- Reverse dependencies that are missing, and such that should not be there.
SELECT 'reverse-dependency' AS kind,
       coalesce(have.package_id, want.package_id) || ' on ' || coalesce(have.target_package_id, want.target_package_id) AS subject,
       CASE WHEN have.package_id IS NULL THEN 'is missing'
            WHEN want.package_id IS NULL THEN 'should not be there'
            ELSE 'names another dependency' END AS text
  FROM reverse_dependency have
  FULL JOIN (
       SELECT DISTINCT ON (p.id, d.target_package_id) d.target_package_id, p.id AS package_id, d.id AS dependency_id
         FROM package p
         JOIN dependency d ON d.release_id = p.default_release_id
        WHERE NOT p.all_yanked AND d.target_package_id IS NOT NULL
        ORDER BY p.id, d.target_package_id, d.id) want
       ON want.package_id = have.package_id AND want.target_package_id = have.target_package_id
 WHERE have.dependency_id IS DISTINCT FROM want.dependency_id
 ORDER BY 2
 LIMIT 1000;

-- :name verify_owners :many
-- Packages that nobody may change; an account's repository is its own.
SELECT 'owner-missing' AS kind, p.name AS subject, 'nobody owns it' AS text
  FROM package p
  JOIN repository r ON r.id = p.repository_id AND r.owner_id IS NULL
 WHERE NOT EXISTS (SELECT FROM owner o WHERE o.package_id = p.id)
 ORDER BY p.id
 LIMIT 1000;

-- :name verify_projects :many
-- Python projects without their own row, with the sizes of their files added up wrongly, or behind their changes.
SELECT 'package-differs' AS kind, p.name AS subject,
       CASE WHEN y.package_id IS NULL THEN 'has no row in package_pypi'
            WHEN y.total_size <> n.size THEN 'total_size is ' || y.total_size || ' instead of ' || n.size
            ELSE 'last_serial is ' || y.last_serial || ' instead of ' || n.serial END AS text
  FROM repository o
  JOIN package p ON p.repository_id = o.id
  LEFT JOIN package_pypi y ON y.package_id = p.id
 CROSS JOIN LATERAL (
       SELECT (SELECT coalesce(sum(f.size), 0)
                 FROM release r JOIN file f ON f.release_id = r.id
                WHERE r.package_id = p.id AND f.kind IN ('sdist', 'wheel')) AS size,
              (SELECT coalesce(max(c.serial), 0) FROM change c WHERE c.package_id = p.id) AS serial) n
 WHERE o.ecosystem = 'pypi'
   AND (y.package_id IS NULL OR y.total_size <> n.size OR y.last_serial <> n.serial)
 ORDER BY p.id
 LIMIT 1000;

-- :name verify_distributions :many
-- Python releases without metadata, and files of them that lie where they do not belong.
SELECT 'file-differs' AS kind, f.path AS subject,
       CASE WHEN y.release_id IS NULL THEN 'its release has no row in release_pypi'
            WHEN f.kind = 'metadata' THEN 'does not lie beside its wheel'
            ELSE 'its path is not made of its BLAKE2b' END AS text
  FROM repository o
  JOIN file f ON f.repository_id = o.id
  LEFT JOIN release_pypi y ON y.release_id = f.release_id
  LEFT JOIN file w ON w.id = f.parent_id
 CROSS JOIN LATERAL (SELECT encode(f.blake2b256, 'hex') AS hex) b
 WHERE o.ecosystem = 'pypi'
   AND (y.release_id IS NULL
        OR CASE f.kind WHEN 'metadata' THEN f.path IS DISTINCT FROM w.path || '.metadata'
                       ELSE f.path IS DISTINCT FROM 'packages/' || left(b.hex, 2) || '/' || substr(b.hex, 3, 2) || '/'
                                                    || substr(b.hex, 5) || '/' || f.filename END)
 ORDER BY f.id
 LIMIT 1000;

-- :name verify_parts :many
-- Parts of index objects with the sum of other bytes.
SELECT 'index-differs' AS kind, path AS subject, 'one of its parts has the sum of other bytes' AS text
  FROM index_part
 WHERE sum <> sha256(body)
 ORDER BY repository_id, path, first_key
 LIMIT 1000;

-- :name verify_totals :one
-- How much there is to check.
SELECT (SELECT count(*) FROM file) AS files, (SELECT count(*) FROM package) AS packages;
