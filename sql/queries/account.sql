-- Users and organizations.

-- :name account_find :one
-- The account of a name in any spelling.
SELECT id, kind, name, full_name, avatar_url, url, is_admin, publish_notifications,
       locked_until, lock_reason, meta -> 'handles' AS handles, seats, created_at, updated_at
  FROM account
 WHERE canonical_name = lower(replace($1::text, '-', '_'));

-- :name account_find_id :one
-- The account of an id.
SELECT id, kind, name, full_name, avatar_url, url, is_admin, publish_notifications,
       locked_until, lock_reason, meta -> 'handles' AS handles, seats, created_at, updated_at
  FROM account
 WHERE id = $1::bigint;

-- :name account_find_ids :many
-- The accounts of several ids.
SELECT id, kind, name, full_name, avatar_url, url, is_admin, publish_notifications,
       locked_until, lock_reason, meta -> 'handles' AS handles, seats, created_at, updated_at
  FROM account
 WHERE id = ANY ($1::bigint[])
 ORDER BY id
 LIMIT 1000;

-- :name account_list :many
-- A page of accounts of one kind, or of both, in the order of their canonical names.
SELECT id, kind, name, full_name, avatar_url, url, is_admin, publish_notifications,
       locked_until, lock_reason, meta -> 'handles' AS handles, seats, created_at, updated_at
  FROM account
 WHERE ($1::text IS NULL OR kind = $1::text)
   AND canonical_name > lower(replace($2::text, '-', '_'))
 ORDER BY canonical_name
 LIMIT $3::bigint;

-- :name account_insert :one
-- A new account; nothing when the name is taken.
INSERT INTO account (kind, name, full_name, avatar_url, url, password_hash, is_admin)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::boolean)
ON CONFLICT ON CONSTRAINT account_canonical_name_key DO NOTHING
RETURNING id, kind, name, full_name, avatar_url, url, is_admin, publish_notifications,
          locked_until, lock_reason, meta -> 'handles' AS handles, seats, created_at, updated_at;

-- :name account_update :exec
-- Change what is given; the empty text clears.
UPDATE account
   SET full_name = CASE WHEN $2::text IS NULL THEN full_name ELSE nullif($2::text, '') END,
       avatar_url = CASE WHEN $3::text IS NULL THEN avatar_url ELSE nullif($3::text, '') END,
       url = CASE WHEN $4::text IS NULL THEN url ELSE nullif($4::text, '') END,
       is_admin = coalesce($5::boolean, is_admin),
       publish_notifications = coalesce($6::boolean, publish_notifications),
       updated_at = now()
 WHERE id = $1::bigint;

-- :name account_set_password :exec
-- The hash of a new password, or null.
UPDATE account
   SET password_hash = $2::text, updated_at = now()
 WHERE id = $1::bigint;

-- :name account_lock :exec
-- Lock until a time, which may be infinity, or unlock with null.
UPDATE account
   SET locked_until = $2::timestamptz,
       lock_reason = $3::text,
       updated_at = now()
 WHERE id = $1::bigint;

-- :name account_find_public_email :one
-- The user who shows this confirmed address to everybody.
SELECT a.id, a.kind, a.name, a.full_name, a.avatar_url, a.url, a.is_admin, a.publish_notifications,
       a.locked_until, a.lock_reason, a.meta -> 'handles' AS handles, a.seats, a.created_at, a.updated_at
  FROM account a
  JOIN email e ON e.account_id = a.id
 WHERE lower(e.address) = lower($1::text) AND e.verified_at IS NOT NULL AND e.is_public
   AND a.kind = 'user';

-- :name account_hold :one
-- Keep an account from changing, and from being given anything, until the transaction ends.
SELECT id FROM account WHERE id = $1::bigint FOR UPDATE;

-- :name account_abandoned :one
-- The held user, if it never confirmed its only address and has nothing: whoever registers it again may have it.
SELECT a.id
  FROM account a
  JOIN email e ON e.account_id = a.id AND e.is_primary
 WHERE a.id = $1::bigint AND a.kind = 'user' AND NOT a.is_admin
   AND lower(e.address) = lower($2::text) AND e.verified_at IS NULL
   AND NOT EXISTS (SELECT FROM token t WHERE t.account_id = a.id)
   AND NOT EXISTS (SELECT FROM owner o WHERE o.account_id = a.id)
   AND NOT EXISTS (SELECT FROM membership m WHERE m.account_id = a.id);

-- :name password_reset_insert :one
-- A new link for the account; none while the former is younger than five minutes.
INSERT INTO password_reset AS p (account_id, token_hash, created_at, expires_at)
VALUES ($1::bigint, $2::bytea, $3::timestamptz, $4::timestamptz)
ON CONFLICT ON CONSTRAINT password_reset_pkey
DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at, expires_at = excluded.expires_at
        WHERE p.created_at <= excluded.created_at - interval '5 minutes'
RETURNING account_id;

-- :name password_reset_find :one
-- The account that a mailed link belongs to, while it is good for anything.
SELECT a.id
  FROM password_reset p
  JOIN account a ON a.id = p.account_id
 WHERE p.token_hash = $1::bytea AND p.expires_at > $2::timestamptz
   AND a.canonical_name = lower(replace($3::text, '-', '_'));

-- :name password_reset_use :one
-- A link is good once: whoever deletes the row has used it.
DELETE FROM password_reset p
 USING account a
 WHERE p.token_hash = $1::bytea AND p.expires_at > $2::timestamptz AND a.id = p.account_id
   AND a.canonical_name = lower(replace($3::text, '-', '_'))
RETURNING p.account_id AS id;

-- :name password_reset_forget :exec
-- Links that nobody followed.
DELETE FROM password_reset WHERE expires_at < now();
