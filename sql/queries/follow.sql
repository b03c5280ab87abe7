-- :name follow_add :exec
-- Follow a package; once is enough.
INSERT INTO follow (account_id, package_id) VALUES ($1, $2)
ON CONFLICT ON CONSTRAINT follow_pkey DO NOTHING;

-- :name follow_remove :exec
-- Follow it no longer.
DELETE FROM follow WHERE account_id = $1 AND package_id = $2;

-- :name follow_exists :one
-- Whether an account follows a package.
SELECT count(*) AS count FROM follow WHERE account_id = $1 AND package_id = $2;
