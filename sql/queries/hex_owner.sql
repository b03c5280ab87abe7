-- Owners of Hex packages and their levels: "owner" is called full there.

-- :name hex_owner_list :many
-- Who owns a package, by name, with the address that everybody may see.
SELECT a.id, a.kind, a.name, a.full_name, a.meta -> 'handles' AS handles, a.created_at, a.updated_at, o.role,
       (SELECT e.address FROM email e
         WHERE e.account_id = a.id AND e.is_primary AND e.is_public AND e.verified_at IS NOT NULL) AS email
  FROM owner o JOIN account a ON a.id = o.account_id
 WHERE o.package_id = $1
 ORDER BY a.name;

-- :name hex_owner_by_address :one
-- The user who confirmed an address.
SELECT a.id, a.kind, a.name, a.full_name, a.avatar_url, a.url, a.is_admin, a.publish_notifications,
       a.locked_until, a.lock_reason, a.meta -> 'handles' AS handles, a.seats, a.created_at, a.updated_at
  FROM account a
  JOIN email e ON e.account_id = a.id
 WHERE lower(e.address) = lower($1::text) AND e.verified_at IS NOT NULL
   AND a.kind = 'user';

-- :name hex_owner_put :exec
-- Make an account an owner, or change its level.
INSERT INTO owner (package_id, account_id, role, created_by) VALUES ($1, $2, $3, $4)
ON CONFLICT ON CONSTRAINT owner_pkey DO UPDATE SET role = excluded.role;

-- :name hex_owner_remove_others :exec
-- Leave one owner only.
DELETE FROM owner WHERE package_id = $1 AND account_id <> $2;
