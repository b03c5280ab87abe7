-- Hex repositories.

-- :name hex_repository_by_name :one
-- The registry's own repository, or that of the organization of the same name.
SELECT r.id, r.ecosystem, r.owner_id, a.name AS owner, r.name, r.private,
       r.package_count, r.download_count, r.settings, r.created_at
  FROM repository r
  LEFT JOIN account a ON a.id = r.owner_id
 WHERE r.ecosystem = 'hex' AND lower(r.name) = lower($1) AND r.name = $1
   AND (r.owner_id IS NULL OR a.name = r.name)
 ORDER BY r.owner_id NULLS FIRST
 LIMIT 1;

-- :name hex_repository_list :many
-- The public repositories, and the private ones an account is a member of.
SELECT r.id, r.ecosystem, r.owner_id, a.name AS owner, r.name, r.private,
       r.package_count, r.download_count, r.settings, r.created_at
  FROM repository r
  LEFT JOIN account a ON a.id = r.owner_id
 WHERE r.ecosystem = 'hex'
   AND (NOT r.private OR r.owner_id = $1
        OR r.owner_id IN (SELECT m.organization_id FROM membership m WHERE m.account_id = $1))
   AND (r.owner_id IS NULL OR a.name = r.name)
 ORDER BY r.owner_id IS NOT NULL, r.name
 LIMIT 1000;
