-- :name auth_token_by_hash :one
-- The account behind a token, revoked or not, with what decides about both.
SELECT t.id AS token_id,
       t.scopes,
       t.resources,
       t.grants,
       t.last_used_at,
       t.expires_at,
       t.revoked_at,
       a.id AS account_id,
       a.name,
       a.is_admin,
       a.kind = 'organization' AS is_organization,
       t.session_id IS NOT NULL AS oauth,
       t.session_id IS NOT NULL
           AND EXISTS (SELECT FROM second_factor f
                        WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL) AS has_second_factor,
       a.locked_until,
       a.lock_reason
  FROM token t
  JOIN account a ON a.id = t.account_id
 WHERE t.secret_hash = $1;

-- :name auth_token_used :exec
-- Note a token's use; skipped when another request holds the row.
UPDATE token
   SET last_used_at = $2, last_used_addr = left($3, 64), last_used_agent = left($4, 128)
 WHERE id = (SELECT id FROM token WHERE id = $1 FOR UPDATE SKIP LOCKED);

-- :name auth_account_by_login :one
-- The account that a person logs in to, by name or verified address.
SELECT a.id AS account_id,
       a.name,
       a.is_admin,
       a.password_hash,
       a.locked_until,
       a.lock_reason
  FROM account a
 WHERE a.kind = 'user'
   AND (a.canonical_name = lower(replace($1, '-', '_'))
        OR a.id = (SELECT e.account_id FROM email e
                    WHERE lower(e.address) = lower($1) AND e.verified_at IS NOT NULL))
 ORDER BY a.canonical_name = lower(replace($1, '-', '_')) DESC
 LIMIT 1;

-- :name auth_trusted_by_hash :one
-- The job behind a temporary token.
SELECT t.ecosystem,
       t.package_ids::text[] AS packages,
       t.grants,
       t.data,
       concat_ws(' ', t.data ->> 'provider', coalesce(t.data ->> 'repository', t.data ->> 'project_path')) AS name,
       t.expires_at
  FROM trusted_token t
 WHERE t.secret_hash = $1;
