-- OAuth: clients, sessions, devices, codes.

-- :name oauth_client_find :one
-- A client by its id.
SELECT id, name, redirect_uris FROM oauth_client WHERE id = $1::text;

-- :name oauth_client_list :many
-- All clients by name.
SELECT id, name, redirect_uris FROM oauth_client ORDER BY name, id LIMIT 1000;

-- :name oauth_client_insert :exec
-- A client of the administrator's.
INSERT INTO oauth_client (id, name, redirect_uris) VALUES ($1::text, $2::text, $3::text[]);

-- :name oauth_client_delete :exec
-- A client goes with its sessions.
DELETE FROM oauth_client WHERE id = $1::text;

-- :name oauth_repositories :many
-- The Hex repositories that an account may read, as scopes: public ones, its own, those of its organizations.
SELECT 'repository:' || r.name AS scope
  FROM repository r
  LEFT JOIN account a ON a.id = r.owner_id
 WHERE r.ecosystem = 'hex'
   AND (NOT r.private OR r.owner_id = $1::bigint
        OR r.owner_id IN (SELECT m.organization_id FROM membership m WHERE m.account_id = $1::bigint))
   AND (r.owner_id IS NULL OR a.name = r.name)
 ORDER BY r.owner_id IS NOT NULL, r.name
 LIMIT 500;

-- :name oauth_session_insert :one
-- What a user approved for a client.
INSERT INTO oauth_session (account_id, client_id, name, scopes, created_at, last_used_at, expires_at)
VALUES ($1::bigint, $2::text, $3::text, $4::text[], $5::timestamptz, $5::timestamptz, $6::timestamptz)
RETURNING id;

-- :name oauth_session_excess :many
-- The sessions of an account behind the so many that were used last.
SELECT id
  FROM oauth_session
 WHERE account_id = $1::bigint AND revoked_at IS NULL
 ORDER BY last_used_at DESC, id DESC
OFFSET $2::bigint
 LIMIT 1000;

-- :name oauth_session_list :many
-- The live sessions of an account.
SELECT id
  FROM oauth_session
 WHERE account_id = $1::bigint AND revoked_at IS NULL
 ORDER BY id
 LIMIT 1000;

-- :name oauth_session_revoke :exec
-- A session ends; its refresh tokens are worth nothing then.
UPDATE oauth_session SET revoked_at = now() WHERE id = $1::bigint AND revoked_at IS NULL;

-- :name oauth_session_revoke_tokens :exec
-- Its access tokens end with it.
UPDATE token SET revoked_at = now(), updated_at = now() WHERE session_id = $1::bigint AND revoked_at IS NULL;

-- :name oauth_session_used :exec
-- When it was used, so that the least used one goes first.
UPDATE oauth_session SET last_used_at = $2::timestamptz WHERE id = $1::bigint;

-- :name oauth_access_insert :one
-- An access token of a session, or one exchanged for a key.
INSERT INTO token (account_id, name, secret_hash, grants, expires_at, session_id, parent_id)
VALUES ($1::bigint, $2::text, $3::bytea, $4::text[], $5::timestamptz, $6::bigint, $7::bigint)
RETURNING id;

-- :name oauth_key_hold :one
-- A key that opens something still, kept from being revoked until the transaction ends.
SELECT id FROM token WHERE id = $1::bigint AND revoked_at IS NULL FOR SHARE;

-- :name oauth_access_session :one
-- The session that an access token of a client belongs to.
SELECT s.id
  FROM token t
  JOIN oauth_session s ON s.id = t.session_id
 WHERE t.secret_hash = $1::bytea AND s.client_id = $2::text;

-- :name oauth_exchanged_revoke :exec
-- A token that was exchanged for a key ends.
UPDATE token SET revoked_at = now(), updated_at = now()
 WHERE secret_hash = $1::bytea AND parent_id IS NOT NULL AND revoked_at IS NULL;

-- :name oauth_refresh_insert :exec
-- A refresh token of a session.
INSERT INTO oauth_refresh (token_hash, session_id) VALUES ($1::bytea, $2::bigint);

-- :name oauth_refresh_lock :one
-- A refresh token and its session; whoever uses it at the same time waits.
SELECT r.used_at, s.id AS session_id, s.account_id, s.client_id, s.scopes, s.name, s.expires_at, s.revoked_at,
       a.locked_until
  FROM oauth_refresh r
  JOIN oauth_session s ON s.id = r.session_id
  JOIN account a ON a.id = s.account_id
 WHERE r.token_hash = $1::bytea
   FOR UPDATE OF r, s;

-- :name oauth_refresh_used :exec
-- It is good once.
UPDATE oauth_refresh SET used_at = $2::timestamptz WHERE token_hash = $1::bytea;

-- :name oauth_device_insert :one
-- A program waits; nothing when the user's code is taken.
INSERT INTO oauth_device (device_hash, user_code, client_id, name, scopes, "interval", created_at, expires_at)
VALUES ($1::bytea, $2::text, $3::text, $4::text, $5::text[], $6::bigint, $7::timestamptz, $8::timestamptz)
ON CONFLICT ON CONSTRAINT oauth_device_user_code_key DO NOTHING
RETURNING id;

-- :name oauth_device_lock :one
-- The waiting program by its own code.
SELECT d.id, d.client_id, c.name AS client, d.name, d.scopes, d.status, d.account_id, d."interval",
       d.polled_at, d.expires_at
  FROM oauth_device d
  JOIN oauth_client c ON c.id = d.client_id
 WHERE d.device_hash = $1::bytea
   FOR UPDATE OF d;

-- :name oauth_device_by_user_code :one
-- The waiting program by the code that the user types.
SELECT d.id, d.client_id, c.name AS client, d.name, d.scopes, d.status, d.account_id, d."interval",
       d.polled_at, d.expires_at
  FROM oauth_device d
  JOIN oauth_client c ON c.id = d.client_id
 WHERE d.user_code = $1::text AND d.status = 'pending' AND d.expires_at > $2::timestamptz;

-- :name oauth_device_polled :exec
-- It asked; too often, when the interval grows.
UPDATE oauth_device SET polled_at = $2::timestamptz, "interval" = $3::bigint WHERE id = $1::bigint;

-- :name oauth_device_ticket :exec
-- The user who is asked for consent, and the ticket of the form.
UPDATE oauth_device SET account_id = $2::bigint, ticket_hash = $3::bytea
 WHERE id = $1::bigint AND status = 'pending';

-- :name oauth_device_decide :one
-- The user said yes or no; a ticket is good once.
UPDATE oauth_device SET status = $2::text, ticket_hash = NULL
 WHERE ticket_hash = $1::bytea AND status = 'pending' AND expires_at > $3::timestamptz
RETURNING id;

-- :name oauth_device_delete :exec
-- It has its tokens.
DELETE FROM oauth_device WHERE id = $1::bigint;

-- :name oauth_code_insert :exec
-- A user who logged in is asked for consent.
INSERT INTO oauth_code (account_id, client_id, redirect_uri, scopes, challenge, state, ticket_hash, expires_at)
VALUES ($1::bigint, $2::text, $3::text, $4::text[], $5::text, $6::text, $7::bytea, $8::timestamptz);

-- :name oauth_code_decide :one
-- The user said yes (a code) or no (null).
UPDATE oauth_code
   SET ticket_hash = NULL, code_hash = $2::bytea, expires_at = $3::timestamptz
 WHERE ticket_hash = $1::bytea AND expires_at > $4::timestamptz
RETURNING id, account_id, client_id, redirect_uri, scopes, challenge, state, session_id, expires_at;

-- :name oauth_code_lock :one
-- What a code stands for.
SELECT id, account_id, client_id, redirect_uri, scopes, challenge, state, session_id, expires_at
  FROM oauth_code
 WHERE code_hash = $1::bytea
   FOR UPDATE;

-- :name oauth_code_used :exec
-- The session that it was exchanged for.
UPDATE oauth_code SET session_id = $2::bigint WHERE id = $1::bigint;

-- :name oauth_forget_devices :exec
-- Programs that nobody let in.
DELETE FROM oauth_device WHERE expires_at < now() - interval '1 hour';

-- :name oauth_forget_codes :exec
-- Codes that are good for nothing.
DELETE FROM oauth_code WHERE expires_at < now() - interval '1 hour';

-- :name oauth_forget_sessions :exec
-- Sessions that are over, with all their tokens.
DELETE FROM oauth_session WHERE expires_at < now() - interval '1 day';

-- :name oauth_forget_tokens :exec
-- Access tokens that opened something an hour ago.
DELETE FROM token
 WHERE expires_at < now() - interval '1 day' AND (session_id IS NOT NULL OR parent_id IS NOT NULL);
