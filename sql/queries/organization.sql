-- Organizations and their members.

-- :name organization_name_reserved :one
-- Whether no Hex package, and so no repository, may have the name.
SELECT count(*) AS count FROM reserved_name WHERE ecosystem = 'hex' AND canonical_name = $1::text;

-- :name organization_set_seats :exec
-- How many members it may have; null: any number.
UPDATE account SET seats = $2::bigint, updated_at = now() WHERE id = $1::bigint;

-- :name member_add :exec
-- A new member; nothing when it is one.
INSERT INTO membership (organization_id, account_id, role)
VALUES ($1::bigint, $2::bigint, $3::text)
ON CONFLICT ON CONSTRAINT membership_pkey DO NOTHING;

-- :name member_set_role :exec
-- Another role for a member.
UPDATE membership SET role = $3::text WHERE organization_id = $1::bigint AND account_id = $2::bigint;

-- :name member_count :one
-- How many members it has.
SELECT count(*) AS count FROM membership WHERE organization_id = $1::bigint;

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
SELECT m.organization_id, m.account_id, o.name AS organization, a.name, a.full_name, m.role, e.address AS email,
       m.created_at
  FROM membership m
  JOIN account a ON a.id = m.account_id
  JOIN account o ON o.id = m.organization_id
  LEFT JOIN email e ON e.account_id = a.id AND e.is_primary AND e.is_public AND e.verified_at IS NOT NULL
 WHERE m.organization_id = $1::bigint
 ORDER BY a.canonical_name
 LIMIT 1000;

-- :name member_organizations :many
-- The organizations of a user by name.
SELECT m.organization_id, m.account_id, o.name AS organization, a.name, a.full_name, m.role, e.address AS email,
       m.created_at
  FROM membership m
  JOIN account a ON a.id = m.account_id
  JOIN account o ON o.id = m.organization_id
  LEFT JOIN email e ON e.account_id = a.id AND e.is_primary AND e.is_public AND e.verified_at IS NOT NULL
 WHERE m.account_id = $1::bigint
 ORDER BY o.canonical_name
 LIMIT 1000;

-- :name member_find :one
-- One member of an organization.
SELECT m.organization_id, m.account_id, o.name AS organization, a.name, a.full_name, m.role, e.address AS email,
       m.created_at
  FROM membership m
  JOIN account a ON a.id = m.account_id
  JOIN account o ON o.id = m.organization_id
  LEFT JOIN email e ON e.account_id = a.id AND e.is_primary AND e.is_public AND e.verified_at IS NOT NULL
 WHERE m.organization_id = $1::bigint AND m.account_id = $2::bigint;
