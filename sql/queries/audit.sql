-- :name audit_add :exec
-- One thing that somebody did, with what is known of a CI job that did it.
INSERT INTO audit (at, account_id, token_id, action, repository_id, package_id, release_id,
                   subject_account_id, details, remote_addr, user_agent, organization_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9::jsonb, '{}') || coalesce($13::jsonb, '{}'), left($10, 64),
        left($11, 128),
        coalesce($12::bigint, (SELECT owner_id FROM repository WHERE id = $5),
                 (SELECT id FROM account WHERE id = $8 AND kind = 'organization')));

-- :name audit_list_account :many
-- What an account did, newest first.
SELECT id, at, action, details, user_agent
  FROM audit
 WHERE account_id = $1::bigint
 ORDER BY id DESC
 LIMIT $2::bigint OFFSET $3::bigint;

-- :name audit_list_organization :many
-- What concerned an organization, newest first.
SELECT id, at, action, details, user_agent
  FROM audit
 WHERE organization_id = $1::bigint
 ORDER BY id DESC
 LIMIT $2::bigint OFFSET $3::bigint;

-- :name audit_list_package :many
-- What was done to a package, newest first.
SELECT id, at, action, details, user_agent
  FROM audit
 WHERE package_id = $1::bigint
 ORDER BY id DESC
 LIMIT $2::bigint OFFSET $3::bigint;
