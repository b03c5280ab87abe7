-- Tokens of an account. Looking one up by its secret is in auth.sql.

-- :name token_insert :one
-- A new token, known by the SHA-256 of its secret.
INSERT INTO token (account_id, name, secret_hash, scopes, resources, expires_at)
VALUES ($1::bigint, $2::text, $3::bytea, $4::text[], $5::text[], $6::timestamptz)
RETURNING id, account_id, name, scopes, resources, created_at, last_used_at, expires_at, revoked_at;

-- :name token_list :many
-- Tokens that are not revoked and were not expired at a time, newest first.
SELECT id, account_id, name, scopes, resources, created_at, last_used_at, expires_at, revoked_at
  FROM token
 WHERE account_id = $1::bigint
   AND revoked_at IS NULL
   AND ($2::timestamptz IS NULL OR expires_at IS NULL OR expires_at > $2::timestamptz)
 ORDER BY id DESC
 LIMIT 1000;

-- :name token_find :one
-- One token of an account.
SELECT id, account_id, name, scopes, resources, created_at, last_used_at, expires_at, revoked_at
  FROM token
 WHERE id = $2::bigint AND account_id = $1::bigint;

-- :name token_revoke :exec
-- A revoked token stays as a row: the audit names it.
UPDATE token
   SET revoked_at = now(), updated_at = now()
 WHERE id = $2::bigint AND account_id = $1::bigint AND revoked_at IS NULL;

-- :name token_count_live :one
-- How many tokens of an account still open something.
SELECT count(*) AS count
  FROM token
 WHERE account_id = $1::bigint
   AND revoked_at IS NULL
   AND (expires_at IS NULL OR expires_at > $2::timestamptz);

-- :name token_lock_account :one
-- Makes those who create tokens of one account at once wait for each other, so that the limit holds.
SELECT id FROM account WHERE id = $1::bigint FOR NO KEY UPDATE;
