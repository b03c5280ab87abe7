-- Users and organizations.

-- :name account_find :one
-- The account of a name in any spelling.
SELECT id, kind, name, full_name, avatar_url, url, is_admin, publish_notifications,
       locked_until, lock_reason, created_at, updated_at
  FROM account
 WHERE canonical_name = lower(replace($1::text, '-', '_'));

-- :name account_find_id :one
-- The account of an id.
SELECT id, kind, name, full_name, avatar_url, url, is_admin, publish_notifications,
       locked_until, lock_reason, created_at, updated_at
  FROM account
 WHERE id = $1::bigint;

-- :name account_find_ids :many
-- The accounts of several ids.
SELECT id, kind, name, full_name, avatar_url, url, is_admin, publish_notifications,
       locked_until, lock_reason, created_at, updated_at
  FROM account
 WHERE id = ANY ($1::bigint[])
 ORDER BY id
 LIMIT 1000;

-- :name account_list :many
-- A page of accounts of one kind, or of both, in the order of their canonical names.
SELECT id, kind, name, full_name, avatar_url, url, is_admin, publish_notifications,
       locked_until, lock_reason, created_at, updated_at
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
          locked_until, lock_reason, created_at, updated_at;

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
