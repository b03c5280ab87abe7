-- What the Hex protocol shows of a package and of a release, so that every
-- listing reads the same columns. Downloads by day and week are those that the
-- totals have, too.

CREATE VIEW hex_package AS
SELECT p.id,
       p.repository_id,
       p.name,
       p.description,
       p.meta,
       p.downloads,
       p.recent_downloads,
       p.created_at,
       p.updated_at,
       h.app,
       (SELECT r.version FROM release r WHERE r.package_id = p.id
         ORDER BY r.version_key DESC, r.id DESC LIMIT 1) AS latest_version,
       (SELECT r.version FROM release r WHERE r.package_id = p.id AND NOT r.prerelease
         ORDER BY r.version_key DESC, r.id DESC LIMIT 1) AS latest_stable_version,
       (SELECT r.version FROM release r JOIN file f ON f.release_id = r.id AND f.kind = 'docs'
         WHERE r.package_id = p.id
         ORDER BY r.prerelease, r.version_key DESC, r.id DESC LIMIT 1) AS docs_version,
       (SELECT coalesce(sum(d.counted), 0)::bigint FROM release r JOIN download_day d ON d.release_id = r.id
         WHERE r.package_id = p.id AND d.day > (now() AT TIME ZONE 'UTC')::date - 7) AS week_downloads,
       (SELECT coalesce(sum(d.counted), 0)::bigint FROM release r JOIN download_day d ON d.release_id = r.id
         WHERE r.package_id = p.id AND d.day > (now() AT TIME ZONE 'UTC')::date - 1) AS day_downloads
  FROM package p
  LEFT JOIN release_hex h ON h.release_id = p.default_release_id;

CREATE VIEW hex_release AS
SELECT r.id,
       r.package_id,
       p.repository_id,
       p.name AS package_name,
       r.version,
       r.version_key,
       r.prerelease,
       r.retirement_reason,
       r.yank_message AS retirement_message,
       r.published_at,
       r.updated_at,
       r.downloads,
       r.meta,
       h.app,
       h.elixir,
       h.build_tools,
       h.inner_checksum,
       f.id AS file_id,
       f.sha256 AS outer_checksum,
       EXISTS (SELECT FROM file d WHERE d.release_id = r.id AND d.kind = 'docs') AS has_docs,
       a.name AS publisher
  FROM release r
  JOIN package p ON p.id = r.package_id
  JOIN release_hex h ON h.release_id = r.id
  JOIN file f ON f.release_id = r.id AND f.kind = 'tarball'
  LEFT JOIN account a ON a.id = r.published_by;
