-- Second factors and recovery codes.

-- :name second_factor_find :one
-- The factor of an account, confirmed or not, and how many recovery codes are left.
SELECT f.secret, f.confirmed_at,
       (SELECT count(*) FROM recovery_code r WHERE r.account_id = f.account_id) AS recovery_codes
  FROM second_factor f
 WHERE f.account_id = $1::bigint;

-- :name second_factor_enrol :exec
-- A new secret; an unconfirmed one gives way, a confirmed one does not.
INSERT INTO second_factor AS f (account_id, secret, created_at)
VALUES ($1::bigint, $2::bytea, $3::timestamptz)
ON CONFLICT ON CONSTRAINT second_factor_pkey
DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at
        WHERE f.confirmed_at IS NULL;

-- :name second_factor_confirm :exec
-- A code was seen: it is asked for from now on.
UPDATE second_factor SET confirmed_at = $2::timestamptz WHERE account_id = $1::bigint AND confirmed_at IS NULL;

-- :name second_factor_remove :exec
-- Without it nothing is asked for.
DELETE FROM second_factor WHERE account_id = $1::bigint;

-- :name recovery_code_clear :exec
-- All codes are worth nothing.
DELETE FROM recovery_code WHERE account_id = $1::bigint;

-- :name recovery_code_insert :exec
-- One code.
INSERT INTO recovery_code (account_id, code_hash) VALUES ($1::bigint, $2::bytea);

-- :name recovery_code_use :exec
-- A code is good once.
DELETE FROM recovery_code WHERE account_id = $1::bigint AND code_hash = $2::bytea;
