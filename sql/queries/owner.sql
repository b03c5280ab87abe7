-- :name owner_list :many
-- Users that own a package by id, then organizations by id.
SELECT a.id, a.kind, a.name, a.full_name, a.avatar_url, a.url, a.created_at
  FROM owner o JOIN account a ON a.id = o.account_id
 WHERE o.package_id = $1
 ORDER BY a.kind = 'organization', a.id;

-- :name owner_rights :one
-- What an account may do with a package: as owner, or as member of an
-- organization that owns it.
SELECT EXISTS (SELECT FROM owner o WHERE o.package_id = $1 AND o.account_id = $2) AS is_owner,
       EXISTS (SELECT FROM owner o JOIN membership m ON m.organization_id = o.account_id
                WHERE o.package_id = $1 AND m.account_id = $2 AND m.role IN ('admin', 'write')) AS is_member;

-- :name owner_add :exec
-- Make an account an owner.
INSERT INTO owner (package_id, account_id, created_by) VALUES ($1, $2, $3)
ON CONFLICT ON CONSTRAINT owner_pkey DO NOTHING;

-- :name owner_remove :exec
-- Take an account's ownership.
DELETE FROM owner WHERE package_id = $1 AND account_id = $2;

-- :name owner_user_count :one
-- How many persons own a package.
SELECT count(*) AS count
  FROM owner o JOIN account a ON a.id = o.account_id
 WHERE o.package_id = $1 AND a.kind = 'user';

-- :name owner_packages :many
-- The packages of a repository that an account owns itself, by name.
SELECT p.id, p.name, o.email_notifications
  FROM owner o JOIN package p ON p.id = o.package_id
 WHERE o.account_id = $1 AND p.repository_id = $2
 ORDER BY p.name;

-- :name owner_notifications :exec
-- Whether an owner gets mail about a package.
UPDATE owner SET email_notifications = $3 WHERE account_id = $1 AND package_id = $2;

-- :name owner_mail_addresses :many
-- Verified addresses of the owners that want mail about a package.
SELECT e.address, a.name
  FROM owner o
  JOIN account a ON a.id = o.account_id
  JOIN email e ON e.account_id = a.id AND e.is_primary AND e.verified_at IS NOT NULL
 WHERE o.package_id = $1 AND o.email_notifications AND a.publish_notifications AND a.kind = 'user'
 ORDER BY a.id;

-- :name owner_verified_addresses :many
-- Verified addresses of all persons who own a package.
SELECT e.address, a.name
  FROM owner o
  JOIN account a ON a.id = o.account_id
  JOIN email e ON e.account_id = a.id AND e.is_primary AND e.verified_at IS NOT NULL
 WHERE o.package_id = $1 AND a.kind = 'user'
 ORDER BY a.id;

-- :name owner_downloads :one
-- Downloads of all packages of a repository that an account owns itself.
SELECT coalesce(sum(p.downloads), 0)::bigint AS count
  FROM owner o JOIN package p ON p.id = o.package_id
 WHERE o.account_id = $1 AND p.repository_id = $2;

-- :name invitation_add :exec
-- Invite an account; an expired invitation is replaced, a pending one stays.
INSERT INTO owner_invitation (package_id, account_id, invited_by, token_hash, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ON CONSTRAINT owner_invitation_pkey
DO UPDATE SET invited_by = excluded.invited_by, token_hash = excluded.token_hash,
              created_at = excluded.created_at, expires_at = excluded.expires_at
        WHERE owner_invitation.expires_at <= excluded.created_at;

-- :name invitation_by_package :one
-- An account's invitation to a package, expired or not.
SELECT i.package_id, i.account_id, i.invited_by, i.created_at, i.expires_at, p.name AS package_name,
       v.name AS inviter_name
  FROM owner_invitation i
  JOIN package p ON p.id = i.package_id
  LEFT JOIN account v ON v.id = i.invited_by
 WHERE i.package_id = $1 AND i.account_id = $2;

-- :name invitation_by_token :one
-- The invitation that a mailed secret belongs to.
SELECT i.package_id, i.account_id, i.invited_by, i.created_at, i.expires_at, p.name AS package_name,
       v.name AS inviter_name
  FROM owner_invitation i
  JOIN package p ON p.id = i.package_id
  LEFT JOIN account v ON v.id = i.invited_by
 WHERE i.token_hash = $1;

-- :name invitation_list_account :many
-- An account's pending invitations after a given package.
SELECT i.package_id, i.account_id, i.invited_by, i.created_at, i.expires_at, p.name AS package_name,
       v.name AS inviter_name
  FROM owner_invitation i
  JOIN package p ON p.id = i.package_id
  LEFT JOIN account v ON v.id = i.invited_by
 WHERE i.account_id = $1 AND i.expires_at > $2 AND i.package_id > $3
   AND p.repository_id = $5
 ORDER BY i.package_id
 LIMIT $4;

-- :name invitation_list_package :many
-- A package's pending invitations after a given account.
SELECT i.package_id, i.account_id, i.invited_by, i.created_at, i.expires_at, p.name AS package_name,
       v.name AS inviter_name
  FROM owner_invitation i
  JOIN package p ON p.id = i.package_id
  LEFT JOIN account v ON v.id = i.invited_by
 WHERE i.package_id = $1 AND i.expires_at > $2 AND i.account_id > $3
 ORDER BY i.account_id
 LIMIT $4;

-- :name invitation_remove :exec
-- Forget an invitation.
DELETE FROM owner_invitation WHERE package_id = $1 AND account_id = $2;

-- :name owner_accounts_by_ids :many
-- Accounts by their ids.
SELECT id, kind, name, full_name, avatar_url, url, created_at
  FROM account
 WHERE id = ANY ($1::bigint[])
 ORDER BY id;
