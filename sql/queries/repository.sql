-- Repositories.

-- :name repository_find :one
-- By ecosystem, owner's name (empty: the registry's own) and name.
SELECT r.id, r.ecosystem, r.owner_id, a.name AS owner, r.name, r.private,
       r.package_count, r.download_count, r.settings, r.created_at
  FROM repository r
  LEFT JOIN account a ON a.id = r.owner_id
 WHERE r.ecosystem = $1::text
   AND lower(r.name) = lower($3::text)
   AND coalesce(r.owner_id, 0) = CASE WHEN $2::text = '' THEN 0
       ELSE (SELECT id FROM account WHERE canonical_name = lower(replace($2::text, '-', '_'))) END;

-- :name repository_find_id :one
-- The repository of an id.
SELECT r.id, r.ecosystem, r.owner_id, a.name AS owner, r.name, r.private,
       r.package_count, r.download_count, r.settings, r.created_at
  FROM repository r
  LEFT JOIN account a ON a.id = r.owner_id
 WHERE r.id = $1::bigint;

-- :name repository_list :many
-- A page of repositories by id, of one ecosystem and owner or of all.
SELECT r.id, r.ecosystem, r.owner_id, a.name AS owner, r.name, r.private,
       r.package_count, r.download_count, r.settings, r.created_at
  FROM repository r
  LEFT JOIN account a ON a.id = r.owner_id
 WHERE ($1::text IS NULL OR r.ecosystem = $1::text)
   AND ($2::bigint IS NULL OR r.owner_id = $2::bigint)
   AND r.id > $3::bigint
 ORDER BY r.id
 LIMIT $4::bigint;

-- :name repository_insert :one
-- A new repository; nothing when the name is taken.
INSERT INTO repository (ecosystem, owner_id, name, private)
VALUES ($1::text, $2::bigint, $3::text, $4::boolean)
ON CONFLICT (ecosystem, coalesce(owner_id, 0), lower(name)) DO NOTHING
RETURNING id;

-- :name repository_set_private :exec
-- Hide it from strangers, or show it.
UPDATE repository
   SET private = $2::boolean, updated_at = now()
 WHERE id = $1::bigint;
