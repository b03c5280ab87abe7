-- Who may do what with Hex repositories and packages.

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

-- :name hex_package_right :one
-- What an account may do with a package as its owner or as member of an
-- organization that owns it: 0 nothing, 2 publish, 3 everything.
SELECT coalesce(max(CASE
		WHEN o.account_id = $2 OR m.role = 'admin' THEN CASE o.role WHEN 'owner' THEN 3 ELSE 2 END
		WHEN m.role = 'write' THEN 2
		ELSE 0 END), 0)::bigint AS count
  FROM owner o
  LEFT JOIN membership m ON m.organization_id = o.account_id AND m.account_id = $2
 WHERE o.package_id = $1;
