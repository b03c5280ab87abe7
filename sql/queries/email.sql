-- E-mail addresses and their confirmation.

-- :name email_primary :one
-- The primary address of an account.
SELECT id, account_id, address, verified_at, verification_sent_at, is_public
  FROM email
 WHERE account_id = $1::bigint AND is_primary;

-- :name email_primary_lock :one
-- The same, kept from changing until the transaction ends.
SELECT id, account_id, address, verified_at, verification_sent_at, is_public
  FROM email
 WHERE account_id = $1::bigint AND is_primary
   FOR UPDATE;

-- :name email_delete_secondary :exec
-- Make room for an address that becomes the primary one.
DELETE FROM email
 WHERE account_id = $1::bigint AND lower(address) = lower($2::text) AND NOT is_primary;

-- :name email_insert :one
-- A primary address, unconfirmed.
INSERT INTO email (account_id, address, is_primary)
VALUES ($1::bigint, $2::text, true)
RETURNING id;

-- :name email_replace :exec
-- Another address in place of the primary one, unconfirmed.
UPDATE email
   SET address = $2::text, is_public = false, verified_at = NULL, verification_hash = NULL, verification_sent_at = NULL
 WHERE id = $1::bigint;

-- :name email_set_verification :exec
-- The token that will confirm it.
UPDATE email
   SET verification_hash = $2::bytea, verification_sent_at = $3::timestamptz
 WHERE id = $1::bigint;

-- :name email_by_verification :one
-- The address that a confirmation token was sent to.
SELECT id, account_id, address, verified_at, verification_sent_at, is_public
  FROM email
 WHERE verification_hash = $1::bytea
   FOR UPDATE;

-- :name email_is_taken :one
-- Whether another account has confirmed the address.
SELECT count(*) AS count
  FROM email
 WHERE lower(address) = lower($2::text) AND verified_at IS NOT NULL AND account_id <> $1::bigint;

-- :name email_verify :exec
-- The address is confirmed; its token is used up.
UPDATE email
   SET verified_at = coalesce(verified_at, now()), verification_hash = NULL
 WHERE id = $1::bigint;

-- :name email_is_verified :one
-- Whether an account has a confirmed primary address.
SELECT count(*) AS count
  FROM email
 WHERE account_id = $1::bigint AND is_primary AND verified_at IS NOT NULL;

-- :name email_set_public :exec
-- Show the primary address to everybody, or not.
UPDATE email SET is_public = $2::boolean WHERE account_id = $1::bigint AND is_primary;
