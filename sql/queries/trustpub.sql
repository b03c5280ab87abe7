-- Trusted publishers and what their jobs are given. Looking a temporary
-- token up by its secret is in auth.sql.

-- :name trustpub_package :one
-- The package that somebody calls so.
SELECT id AS package_id, name AS package_name
  FROM package
 WHERE repository_id = $1 AND canonical_name = canonical_package_name($2, $3);

-- :name trustpub_publisher_add :one
-- Let a workflow publish a package.
INSERT INTO trusted_publisher (package_id, provider, namespace, namespace_id, project, workflow, environment,
                               created_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING id;

-- :name trustpub_publisher_count :one
-- How many publishers of a provider a package has.
SELECT count(*) AS count FROM trusted_publisher WHERE package_id = $1 AND provider = $2;

-- :name trustpub_publisher_any :one
-- Whether a provider's workflows may publish anything at all.
SELECT count(*) AS count
  FROM (SELECT FROM trusted_publisher WHERE provider = $1 LIMIT 1) AS first;

-- :name trustpub_publisher_list :many
-- Publishers of some packages by id, behind a given one.
SELECT t.id, t.package_id, p.name AS package_name, t.namespace, t.namespace_id, t.project, t.workflow,
       t.environment, t.created_at
  FROM trusted_publisher t JOIN package p ON p.id = t.package_id
 WHERE t.package_id = ANY ($1::bigint[]) AND t.provider = $2 AND t.id > $3
 ORDER BY t.id
 LIMIT $4;

-- :name trustpub_publisher_list_count :one
-- How many publishers some packages have altogether.
SELECT count(*) AS count FROM trusted_publisher WHERE package_id = ANY ($1::bigint[]) AND provider = $2;

-- :name trustpub_publisher_find :one
-- One publisher of a repository's package.
SELECT t.id, t.package_id, p.name AS package_name, t.namespace, t.namespace_id, t.project, t.workflow,
       t.environment, t.created_at
  FROM trusted_publisher t JOIN package p ON p.id = t.package_id
 WHERE t.id = $1 AND t.provider = $2 AND p.repository_id = $3;

-- :name trustpub_publisher_delete :exec
-- A workflow may no longer publish.
DELETE FROM trusted_publisher WHERE id = $1;

-- :name trustpub_publisher_match :many
-- All publishers of a project elsewhere, whose case does not matter, for a repository or one package of it.
SELECT t.id, t.package_id, p.name AS package_name, t.namespace, t.namespace_id, t.project, t.workflow,
       t.environment, t.created_at
  FROM trusted_publisher t JOIN package p ON p.id = t.package_id
 WHERE t.provider = $1 AND lower(t.namespace) = lower($2) AND lower(t.project) = lower($3)
   AND p.repository_id = $4 AND ($5::bigint IS NULL OR p.id = $5)
 ORDER BY t.id
 LIMIT 10000;

-- :name trustpub_publisher_pin :exec
-- From now on only the namespace of that id is meant.
UPDATE trusted_publisher SET namespace_id = $2
 WHERE id = ANY ($1::bigint[]) AND namespace_id IS NULL;

-- :name trustpub_jwt_use :exec
-- Use up a provider's token; nothing happens when it was used before.
INSERT INTO used_jwt (issuer, jti, used_at, expires_at) VALUES ($1, $2, $3, $4)
ON CONFLICT ON CONSTRAINT used_jwt_pkey DO NOTHING;

-- :name trustpub_token_add :exec
-- A temporary token, known by the SHA-256 of its secret.
INSERT INTO trusted_token (secret_hash, package_ids, data, created_at, expires_at, ecosystem, grants)
VALUES ($1, $2::bigint[], $3::jsonb, $4, $5, $6, $7::text[]);

-- :name trustpub_token_revoke :exec
-- End a temporary token.
DELETE FROM trusted_token WHERE secret_hash = $1;

-- :name trustpub_forget_jwts :exec
-- A token that has expired cannot be used again anyway.
DELETE FROM used_jwt WHERE expires_at < now();

-- :name trustpub_forget_tokens :exec
-- Nor can a temporary one of ours.
DELETE FROM trusted_token WHERE expires_at < now();
