-- Tokens of an account. Looking one up by its secret is in auth.sql.

-- :name token_insert :one
-- A new token, known by the SHA-256 of its secret.
INSERT INTO token (account_id, name, secret_hash, scopes, resources, grants, expires_at)
VALUES ($1::bigint, $2::text, $3::bytea, $4::text[], $5::text[], $6::text[], $7::timestamptz)
RETURNING id, account_id, name, scopes, resources, grants, created_at, updated_at,
       last_used_at, last_used_addr, last_used_agent, expires_at, revoked_at;

-- :name token_list :many
-- Tokens that are not revoked and were not expired at a time, newest first.
SELECT id, account_id, name, scopes, resources, grants, created_at, updated_at,
       last_used_at, last_used_addr, last_used_agent, expires_at, revoked_at
  FROM token
 WHERE account_id = $1::bigint
   AND revoked_at IS NULL
   AND parent_id IS NULL AND session_id IS NULL
   AND ($2::timestamptz IS NULL OR expires_at IS NULL OR expires_at > $2::timestamptz)
 ORDER BY id DESC
 LIMIT 1000;

-- :name token_find :one
-- One token of an account.
SELECT id, account_id, name, scopes, resources, grants, created_at, updated_at,
       last_used_at, last_used_addr, last_used_agent, expires_at, revoked_at
  FROM token
 WHERE id = $2::bigint AND account_id = $1::bigint;

-- :name token_find_name :one
-- The newest live token of a name.
SELECT id, account_id, name, scopes, resources, grants, created_at, updated_at,
       last_used_at, last_used_addr, last_used_agent, expires_at, revoked_at
  FROM token
 WHERE account_id = $1::bigint AND name = $2::text AND revoked_at IS NULL AND parent_id IS NULL AND session_id IS NULL
   AND (expires_at IS NULL OR expires_at > $3::timestamptz)
 ORDER BY id DESC
 LIMIT 1;

-- :name token_free_name :one
-- A name that no live token of the account has: the given one, or with a number behind it.
SELECT name
  FROM (SELECT n, CASE WHEN n = 1 THEN $2::text ELSE $2::text || '-' || n END AS name
          FROM generate_series(1, 1 + (SELECT count(*) FROM token
                                        WHERE account_id = $1::bigint AND revoked_at IS NULL
                                          AND parent_id IS NULL AND session_id IS NULL)) AS n) AS candidate
 WHERE NOT EXISTS (SELECT FROM token t
                    WHERE t.account_id = $1::bigint AND t.name = candidate.name AND t.revoked_at IS NULL
                      AND t.parent_id IS NULL AND t.session_id IS NULL)
 ORDER BY n
 LIMIT 1;

-- :name token_revoke :many
-- Revoke one of the account, or all. A revoked token stays as a row: the audit names it.
UPDATE token
   SET revoked_at = now(), updated_at = now()
 WHERE account_id = $1::bigint AND ($2::bigint IS NULL OR id = $2::bigint)
   AND revoked_at IS NULL AND parent_id IS NULL AND session_id IS NULL
RETURNING id, account_id, name, scopes, resources, grants, created_at, updated_at,
       last_used_at, last_used_addr, last_used_agent, expires_at, revoked_at;

-- :name token_revoke_children :exec
-- What was exchanged for it goes with a token.
UPDATE token
   SET revoked_at = now(), updated_at = now()
 WHERE parent_id IN (SELECT id FROM token
                      WHERE account_id = $1::bigint AND ($2::bigint IS NULL OR id = $2::bigint))
   AND revoked_at IS NULL;

-- :name token_count_live :one
-- How many tokens of an account still open something.
SELECT count(*) AS count
  FROM token
 WHERE account_id = $1::bigint
   AND revoked_at IS NULL
   AND parent_id IS NULL AND session_id IS NULL
   AND (expires_at IS NULL OR expires_at > $2::timestamptz);

-- :name token_lock_account :one
-- Makes those who create tokens of one account at once wait for each other, so that the limit holds.
SELECT id FROM account WHERE id = $1::bigint FOR NO KEY UPDATE;
