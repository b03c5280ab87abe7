-- Organizations and their members.

-- :name member_set :exec
-- Add a member or change its role.
INSERT INTO membership (organization_id, account_id, role)
VALUES ($1::bigint, $2::bigint, $3::text)
ON CONFLICT ON CONSTRAINT membership_pkey DO UPDATE SET role = excluded.role;

-- :name member_lock :many
-- The administrators of an organization, kept from changing until the transaction ends.
SELECT organization_id, account_id, role
  FROM membership
 WHERE organization_id = $1::bigint AND role = 'admin'
 ORDER BY account_id
   FOR UPDATE;

-- :name member_remove :exec
-- Take a member out.
DELETE FROM membership
 WHERE organization_id = $1::bigint AND account_id = $2::bigint;

-- :name member_role :one
-- The role of an account in an organization.
SELECT role
  FROM membership
 WHERE organization_id = $1::bigint AND account_id = $2::bigint;

-- :name member_list :many
-- The members of an organization by name.
SELECT m.organization_id, m.account_id, o.name AS organization, a.name, a.full_name, m.role, m.created_at
  FROM membership m
  JOIN account a ON a.id = m.account_id
  JOIN account o ON o.id = m.organization_id
 WHERE m.organization_id = $1::bigint
 ORDER BY a.canonical_name
 LIMIT 1000;

-- :name member_organizations :many
-- The organizations of a user by name.
SELECT m.organization_id, m.account_id, o.name AS organization, a.name, a.full_name, m.role, m.created_at
  FROM membership m
  JOIN account a ON a.id = m.account_id
  JOIN account o ON o.id = m.organization_id
 WHERE m.account_id = $1::bigint
 ORDER BY o.canonical_name
 LIMIT 1000;
