-- Who may do what with repositories and packages.

-- :name access_package :one
-- What an account may do with a package as its owner or as member of an
-- organization that owns it: 0 nothing, 2 publish, 3 everything.
SELECT coalesce(max(CASE
		WHEN o.account_id = $2 OR m.role = 'admin' THEN CASE o.role WHEN 'owner' THEN 3 ELSE 2 END
		WHEN m.role = 'write' THEN 2
		ELSE 0 END), 0)::bigint AS count
  FROM owner o
  LEFT JOIN membership m ON m.organization_id = o.account_id AND m.account_id = $2
 WHERE o.package_id = $1;
