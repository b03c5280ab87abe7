-- What a release needs. The name is kept beside the reference, because the
-- target may live in another registry, or not exist yet, or be deleted.

CREATE TABLE dependency (
	id                 bigint GENERATED ALWAYS AS IDENTITY,
	release_id         bigint  NOT NULL,
	position           integer NOT NULL DEFAULT 0,
	package_name       text    COLLATE "C" NOT NULL,
	target_package_id  bigint,
	kind               text    NOT NULL DEFAULT 'normal',
	requirement        text    NOT NULL DEFAULT '',
	optional           boolean NOT NULL DEFAULT false,
	alias              text    COLLATE "C",
	platform           text,
	registry           text,
	features           text[]  NOT NULL DEFAULT '{}',
	default_features   boolean NOT NULL DEFAULT true,
	meta               jsonb   NOT NULL DEFAULT '{}',
	CONSTRAINT dependency_pkey PRIMARY KEY (id),
	CONSTRAINT dependency_release_id_fkey
		FOREIGN KEY (release_id) REFERENCES release ON DELETE CASCADE,
	CONSTRAINT dependency_target_package_id_fkey
		FOREIGN KEY (target_package_id) REFERENCES package ON DELETE SET NULL,
	CONSTRAINT dependency_package_name_check CHECK (octet_length(package_name) BETWEEN 1 AND 512),
	CONSTRAINT dependency_kind_check CHECK (kind ~ '^[a-z][a-z0-9_-]{0,31}$'),
	CONSTRAINT dependency_requirement_check CHECK (octet_length(requirement) <= 16384),
	CONSTRAINT dependency_alias_check CHECK (octet_length(alias) <= 512),
	CONSTRAINT dependency_platform_check CHECK (octet_length(platform) <= 16384),
	CONSTRAINT dependency_registry_check CHECK (octet_length(registry) <= 2048),
	CONSTRAINT dependency_features_check CHECK (octet_length(array_to_string(features, ' ')) <= 1048576),
	CONSTRAINT dependency_meta_check CHECK (jsonb_typeof(meta) = 'object')
);

COMMENT ON COLUMN dependency.platform IS 'cfg target or environment marker';
COMMENT ON COLUMN dependency.registry IS 'index address of a foreign registry';

CREATE INDEX dependency_release_idx ON dependency (release_id, position);
CREATE INDEX dependency_target_idx ON dependency (target_package_id) WHERE target_package_id IS NOT NULL;

-- One row per (target, dependent): who needs me, by downloads. Derived from the
-- default release of the dependent; rewritten for it when that release, its
-- yank flag or its dependencies change.
CREATE TABLE reverse_dependency (
	target_package_id  bigint NOT NULL,
	package_id         bigint NOT NULL,
	release_id         bigint NOT NULL,
	dependency_id      bigint NOT NULL,
	downloads          bigint NOT NULL DEFAULT 0,
	CONSTRAINT reverse_dependency_pkey PRIMARY KEY (target_package_id, package_id),
	CONSTRAINT reverse_dependency_target_package_id_fkey
		FOREIGN KEY (target_package_id) REFERENCES package ON DELETE CASCADE,
	CONSTRAINT reverse_dependency_package_id_fkey
		FOREIGN KEY (package_id) REFERENCES package ON DELETE CASCADE,
	CONSTRAINT reverse_dependency_release_id_fkey
		FOREIGN KEY (release_id) REFERENCES release ON DELETE CASCADE,
	CONSTRAINT reverse_dependency_dependency_id_fkey
		FOREIGN KEY (dependency_id) REFERENCES dependency ON DELETE CASCADE
);

CREATE INDEX reverse_dependency_downloads_idx
	ON reverse_dependency (target_package_id, downloads DESC, package_id DESC);
CREATE INDEX reverse_dependency_package_idx ON reverse_dependency (package_id);
CREATE INDEX reverse_dependency_release_idx ON reverse_dependency (release_id);
CREATE INDEX reverse_dependency_dependency_idx ON reverse_dependency (dependency_id);
