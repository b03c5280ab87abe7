-- Trusted publishing: CI jobs that publish without an account. A publisher is
-- a workflow of a repository elsewhere that may publish one package; a job
-- proves with a signed token of its provider that it is that workflow, and
-- gets a secret of ours for half an hour.

CREATE TABLE trusted_publisher (
	id            bigint GENERATED ALWAYS AS IDENTITY,
	package_id    bigint      NOT NULL,
	provider      text        NOT NULL,
	namespace     text        COLLATE "C" NOT NULL,
	namespace_id  text        COLLATE "C",
	project       text        COLLATE "C" NOT NULL,
	workflow      text        COLLATE "C" NOT NULL,
	environment   text        COLLATE "C",
	created_by    bigint,
	created_at    timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT trusted_publisher_pkey PRIMARY KEY (id),
	CONSTRAINT trusted_publisher_package_id_fkey
		FOREIGN KEY (package_id) REFERENCES package ON DELETE CASCADE,
	CONSTRAINT trusted_publisher_created_by_fkey
		FOREIGN KEY (created_by) REFERENCES account ON DELETE SET NULL,
	CONSTRAINT trusted_publisher_provider_check CHECK (provider IN ('github', 'gitlab')),
	CONSTRAINT trusted_publisher_namespace_check CHECK (octet_length(namespace) BETWEEN 1 AND 255),
	CONSTRAINT trusted_publisher_namespace_id_check CHECK (octet_length(namespace_id) BETWEEN 1 AND 64),
	CONSTRAINT trusted_publisher_project_check CHECK (octet_length(project) BETWEEN 1 AND 255),
	CONSTRAINT trusted_publisher_workflow_check CHECK (octet_length(workflow) BETWEEN 1 AND 255),
	CONSTRAINT trusted_publisher_environment_check CHECK (octet_length(environment) BETWEEN 1 AND 255)
);

COMMENT ON COLUMN trusted_publisher.namespace_id IS
	'the provider''s id of the namespace; null until it is known: a name can change hands, an id cannot';
COMMENT ON COLUMN trusted_publisher.environment IS 'null: any, or none';

CREATE INDEX trusted_publisher_package_idx ON trusted_publisher (package_id, id);
CREATE INDEX trusted_publisher_project_idx ON trusted_publisher (provider, lower(namespace), lower(project));

-- Every token of a provider is good for one exchange.
CREATE TABLE used_jwt (
	issuer      text        COLLATE "C" NOT NULL,
	jti         text        COLLATE "C" NOT NULL,
	used_at     timestamptz NOT NULL DEFAULT now(),
	expires_at  timestamptz NOT NULL,
	CONSTRAINT used_jwt_pkey PRIMARY KEY (issuer, jti),
	CONSTRAINT used_jwt_issuer_check CHECK (octet_length(issuer) BETWEEN 1 AND 1024),
	CONSTRAINT used_jwt_jti_check CHECK (octet_length(jti) BETWEEN 1 AND 255)
);

CREATE INDEX used_jwt_expires_at_idx ON used_jwt (expires_at);

CREATE TABLE trusted_token (
	id           bigint GENERATED ALWAYS AS IDENTITY,
	secret_hash  bytea       NOT NULL,
	package_ids  bigint[]    NOT NULL,
	data         jsonb       NOT NULL,
	created_at   timestamptz NOT NULL DEFAULT now(),
	expires_at   timestamptz NOT NULL,
	CONSTRAINT trusted_token_pkey PRIMARY KEY (id),
	CONSTRAINT trusted_token_secret_hash_key UNIQUE (secret_hash),
	CONSTRAINT trusted_token_secret_hash_check CHECK (octet_length(secret_hash) = 32),
	CONSTRAINT trusted_token_package_ids_check CHECK (cardinality(package_ids) BETWEEN 1 AND 10000),
	CONSTRAINT trusted_token_data_check
		CHECK (jsonb_typeof(data) = 'object' AND octet_length(data::text) <= 8192)
);

COMMENT ON COLUMN trusted_token.package_ids IS 'what it may publish; without references: ids are never used again';
COMMENT ON COLUMN trusted_token.data IS 'who it was given to; releases published with it keep a copy';

CREATE INDEX trusted_token_expires_at_idx ON trusted_token (expires_at);

-- As in 0017, and what a trusted publisher left in the release.
CREATE OR REPLACE VIEW crate_release AS
SELECT r.id,
       r.package_id,
       p.repository_id,
       p.name AS package_name,
       p.canonical_name,
       r.version,
       r.version_key,
       r.prerelease,
       r.yanked,
       r.yank_message,
       r.published_at,
       r.updated_at,
       r.downloads,
       r.description,
       r.homepage,
       r.documentation,
       r.source_url,
       r.license,
       c.features,
       c.links,
       c.rust_version,
       c.edition,
       c.has_lib,
       c.bin_names,
       f.id AS file_id,
       f.size,
       f.sha256,
       a.id AS publisher_id,
       a.name AS publisher_name,
       a.full_name AS publisher_full_name,
       a.avatar_url AS publisher_avatar_url,
       a.url AS publisher_url,
       a.created_at AS publisher_created_at,
       r.meta -> 'trustpub_data' AS trustpub_data
  FROM release r
  JOIN package p ON p.id = r.package_id
  JOIN release_crate c ON c.release_id = r.id
  JOIN file f ON f.release_id = r.id AND f.kind = 'crate'
  LEFT JOIN account a ON a.id = r.published_by;
