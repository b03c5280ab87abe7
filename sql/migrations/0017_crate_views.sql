-- What the crates.io protocol shows of a package and of a release, so that
-- every listing reads the same columns.

CREATE VIEW crate_package AS
SELECT p.id,
       p.repository_id,
       p.name,
       p.canonical_name,
       p.description,
       p.homepage,
       p.documentation,
       p.source_url,
       greatest(p.downloads, p.recent_downloads) AS downloads,
       p.recent_downloads,
       p.default_release_id,
       p.release_count::bigint AS release_count,
       p.all_yanked,
       coalesce(p.max_upload_size, 0) AS max_upload_size,
       coalesce(p.max_features, 0)::bigint AS max_features,
       coalesce((p.meta ->> 'trustpub_only')::boolean, false) AS trustpub_only,
       p.created_at,
       p.updated_at,
       (SELECT r.version FROM release r WHERE r.id = p.default_release_id) AS default_version,
       (SELECT r.version FROM release r WHERE r.package_id = p.id AND NOT r.yanked
         ORDER BY r.version_key DESC, r.id DESC LIMIT 1) AS max_version,
       (SELECT r.version FROM release r WHERE r.package_id = p.id AND NOT r.yanked AND NOT r.prerelease
         ORDER BY r.version_key DESC, r.id DESC LIMIT 1) AS max_stable_version,
       (SELECT r.version FROM release r WHERE r.package_id = p.id AND NOT r.yanked
         ORDER BY r.published_at DESC, r.version_key DESC, r.id DESC LIMIT 1) AS newest_version
  FROM package p;

CREATE VIEW crate_release AS
SELECT r.id,
       r.package_id,
       p.repository_id,
       p.name AS package_name,
       p.canonical_name,
       r.version,
       r.version_key,
       r.prerelease,
       r.yanked,
       r.yank_message,
       r.published_at,
       r.updated_at,
       r.downloads,
       r.description,
       r.homepage,
       r.documentation,
       r.source_url,
       r.license,
       c.features,
       c.links,
       c.rust_version,
       c.edition,
       c.has_lib,
       c.bin_names,
       f.id AS file_id,
       f.size,
       f.sha256,
       a.id AS publisher_id,
       a.name AS publisher_name,
       a.full_name AS publisher_full_name,
       a.avatar_url AS publisher_avatar_url,
       a.url AS publisher_url,
       a.created_at AS publisher_created_at
  FROM release r
  JOIN package p ON p.id = r.package_id
  JOIN release_crate c ON c.release_id = r.id
  JOIN file f ON f.release_id = r.id AND f.kind = 'crate'
  LEFT JOIN account a ON a.id = r.published_by;
