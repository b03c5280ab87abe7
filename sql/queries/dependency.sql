-- :name dependency_list :many
-- What a release depends on, in the order of the crates.io API.
SELECT id, release_id, package_name, requirement, optional, default_features, features,
       platform, kind, alias, registry, 0::bigint AS downloads
  FROM dependency
 WHERE release_id = $1
 ORDER BY optional, package_name, id;

-- :name dependency_list_published :many
-- The same in the order of publishing, for the index.
SELECT id, release_id, package_name, requirement, optional, default_features, features,
       platform, kind, alias, registry, 0::bigint AS downloads
  FROM dependency
 WHERE release_id = $1
 ORDER BY position, id;

-- :name dependency_reverse :many
-- A page of the packages whose default release depends on a package.
SELECT d.id, d.release_id, t.name AS package_name, d.requirement, d.optional, d.default_features, d.features,
       d.platform, d.kind, d.alias, d.registry, r.downloads
  FROM (SELECT * FROM reverse_dependency
         WHERE target_package_id = $1
         ORDER BY downloads DESC, package_id DESC
         LIMIT $2 OFFSET $3) r
  JOIN dependency d ON d.id = r.dependency_id
  JOIN package t ON t.id = r.target_package_id
 ORDER BY r.downloads DESC, r.package_id DESC;

-- :name dependency_reverse_count :one
-- How many packages depend on one.
SELECT count(*) AS count FROM reverse_dependency WHERE target_package_id = $1;
