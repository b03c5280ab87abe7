-- What only one ecosystem's packages have, checked against its protocol:
-- satellite tables beside release, package and file, so that the shared tables
-- stay the same when a protocol moves in. Rare members that nothing queries are
-- in the meta column of the row they belong to.

-- A file that exists because of another: a wheel's metadata, a signature, a
-- source package's tarballs.
ALTER TABLE file ADD COLUMN parent_id bigint
	CONSTRAINT file_parent_id_fkey REFERENCES file ON DELETE CASCADE;
CREATE INDEX file_parent_idx ON file (parent_id) WHERE parent_id IS NOT NULL;

-- Hex: what the registry object and the release document need of the tarball's
-- metadata. The outer checksum is the SHA-256 of the file of kind tarball;
-- documentation is a file of kind docs.
CREATE TABLE release_hex (
	release_id      bigint NOT NULL,
	app             text   NOT NULL,
	elixir          text,
	build_tools     text[] NOT NULL DEFAULT '{}',
	inner_checksum  bytea  NOT NULL,
	CONSTRAINT release_hex_pkey PRIMARY KEY (release_id),
	CONSTRAINT release_hex_release_id_fkey
		FOREIGN KEY (release_id) REFERENCES release ON DELETE CASCADE,
	CONSTRAINT release_hex_app_check CHECK (octet_length(app) BETWEEN 1 AND 255),
	CONSTRAINT release_hex_elixir_check CHECK (octet_length(elixir) <= 1024),
	CONSTRAINT release_hex_inner_checksum_check CHECK (octet_length(inner_checksum) = 32)
);

-- PyPI: core metadata of the first file of the release, field by field as the
-- JSON API shows it; what the simple index repeats for every file is a column.
CREATE TABLE release_pypi (
	release_id                bigint NOT NULL,
	requires_python           text,
	description_content_type  text,
	classifiers               text[] NOT NULL DEFAULT '{}',
	metadata                  jsonb  NOT NULL DEFAULT '{}',
	CONSTRAINT release_pypi_pkey PRIMARY KEY (release_id),
	CONSTRAINT release_pypi_release_id_fkey
		FOREIGN KEY (release_id) REFERENCES release ON DELETE CASCADE,
	CONSTRAINT release_pypi_requires_python_check CHECK (octet_length(requires_python) <= 4096),
	CONSTRAINT release_pypi_description_content_type_check
		CHECK (octet_length(description_content_type) <= 255),
	CONSTRAINT release_pypi_metadata_check CHECK (jsonb_typeof(metadata) = 'object')
);

-- One project may not hold the same bytes under two names.
CREATE INDEX file_blake2b256_idx ON file (repository_id, blake2b256) WHERE blake2b256 IS NOT NULL;

-- Modrinth: a project and its versions. Status, downloads, body and team are
-- those of package, release and owner.
CREATE TABLE package_modrinth (
	package_id        bigint      NOT NULL,
	title             text        NOT NULL,
	project_type      text        NOT NULL DEFAULT 'project',
	requested_status  text,
	client_side       text        NOT NULL DEFAULT 'unknown',
	server_side       text        NOT NULL DEFAULT 'unknown',
	game_versions     text[]      NOT NULL DEFAULT '{}',
	loaders           text[]      NOT NULL DEFAULT '{}',
	followers         bigint      NOT NULL DEFAULT 0,
	color             integer,
	links             jsonb       NOT NULL DEFAULT '{}',
	gallery           jsonb       NOT NULL DEFAULT '[]',
	approved_at       timestamptz,
	queued_at         timestamptz,
	CONSTRAINT package_modrinth_pkey PRIMARY KEY (package_id),
	CONSTRAINT package_modrinth_package_id_fkey
		FOREIGN KEY (package_id) REFERENCES package ON DELETE CASCADE,
	CONSTRAINT package_modrinth_title_check CHECK (octet_length(title) BETWEEN 1 AND 512),
	CONSTRAINT package_modrinth_project_type_check CHECK (project_type ~ '^[a-z][a-z0-9_-]{0,31}$'),
	CONSTRAINT package_modrinth_requested_status_check
		CHECK (requested_status IN ('active', 'archived', 'unlisted', 'private', 'draft')),
	CONSTRAINT package_modrinth_sides_check
		CHECK (client_side IN ('required', 'optional', 'unsupported', 'unknown')
		   AND server_side IN ('required', 'optional', 'unsupported', 'unknown')),
	CONSTRAINT package_modrinth_followers_check CHECK (followers >= 0),
	CONSTRAINT package_modrinth_links_check CHECK (jsonb_typeof(links) = 'object'),
	CONSTRAINT package_modrinth_gallery_check CHECK (jsonb_typeof(gallery) = 'array')
);

CREATE INDEX package_modrinth_game_versions_idx ON package_modrinth USING gin (game_versions);
CREATE INDEX package_modrinth_loaders_idx ON package_modrinth USING gin (loaders);

CREATE TABLE release_modrinth (
	release_id        bigint  NOT NULL,
	title             text    NOT NULL,
	version_type      text    NOT NULL DEFAULT 'release',
	requested_status  text,
	featured          boolean NOT NULL DEFAULT false,
	game_versions     text[]  NOT NULL DEFAULT '{}',
	loaders           text[]  NOT NULL DEFAULT '{}',
	changelog         text,
	fields            jsonb   NOT NULL DEFAULT '{}',
	CONSTRAINT release_modrinth_pkey PRIMARY KEY (release_id),
	CONSTRAINT release_modrinth_release_id_fkey
		FOREIGN KEY (release_id) REFERENCES release ON DELETE CASCADE,
	CONSTRAINT release_modrinth_title_check CHECK (octet_length(title) BETWEEN 1 AND 512),
	CONSTRAINT release_modrinth_version_type_check CHECK (version_type IN ('release', 'beta', 'alpha')),
	CONSTRAINT release_modrinth_requested_status_check
		CHECK (requested_status IN ('listed', 'archived', 'unlisted', 'draft')),
	CONSTRAINT release_modrinth_changelog_check CHECK (octet_length(changelog) <= 1048576),
	CONSTRAINT release_modrinth_fields_check CHECK (jsonb_typeof(fields) = 'object')
);

-- Launchers identify what is installed by the digest of a file.
CREATE INDEX file_sha1_idx ON file (sha1) WHERE sha1 IS NOT NULL;
CREATE INDEX file_sha512_idx ON file (sha512) WHERE sha512 IS NOT NULL;

-- packagecloud: distributions have ids that clients have compiled in, so the
-- numbers are given, not drawn.
CREATE TABLE distribution (
	package_type  text COLLATE "C" NOT NULL,
	index_name    text COLLATE "C" NOT NULL,
	display_name  text NOT NULL,
	position      integer NOT NULL DEFAULT 0,
	CONSTRAINT distribution_pkey PRIMARY KEY (package_type, index_name)
);

CREATE TABLE distribution_version (
	id              bigint NOT NULL,
	package_type    text COLLATE "C" NOT NULL,
	distribution    text COLLATE "C" NOT NULL,
	index_name      text COLLATE "C",
	version_number  text COLLATE "C",
	display_name    text NOT NULL,
	CONSTRAINT distribution_version_pkey PRIMARY KEY (id),
	CONSTRAINT distribution_version_index_name_key UNIQUE (package_type, distribution, index_name),
	CONSTRAINT distribution_version_distribution_fkey
		FOREIGN KEY (package_type, distribution) REFERENCES distribution
);

-- A file of a distribution's version: the unit that is listed, promoted and
-- yanked. Its rendered index entry is kept, because an index of thousands of
-- packages is then a concatenation.
CREATE TABLE file_distribution (
	file_id                  bigint  NOT NULL,
	distribution_version_id  bigint,
	architecture             text    COLLATE "C",
	epoch                    integer,
	upstream_version         text    COLLATE "C" NOT NULL,
	revision                 text    COLLATE "C",
	component                text    COLLATE "C" NOT NULL DEFAULT 'main',
	indexed                  boolean NOT NULL DEFAULT false,
	index_entry              text,
	CONSTRAINT file_distribution_pkey PRIMARY KEY (file_id),
	CONSTRAINT file_distribution_file_id_fkey
		FOREIGN KEY (file_id) REFERENCES file ON DELETE CASCADE,
	CONSTRAINT file_distribution_distribution_version_id_fkey
		FOREIGN KEY (distribution_version_id) REFERENCES distribution_version,
	CONSTRAINT file_distribution_architecture_check CHECK (octet_length(architecture) <= 64),
	CONSTRAINT file_distribution_versions_check
		CHECK (octet_length(upstream_version) <= 512 AND octet_length(revision) <= 512)
);

CREATE INDEX file_distribution_version_idx
	ON file_distribution (distribution_version_id, architecture);

-- Secrets of a repository, not of an account: a master token makes read tokens
-- for machines. Unlike those of accounts they are shown again whenever the owner
-- asks, so the value is kept; the hash is what a request is looked up by.
CREATE TABLE repository_token (
	id             bigint GENERATED ALWAYS AS IDENTITY,
	repository_id  bigint      NOT NULL,
	master_id      bigint,
	name           text        NOT NULL,
	value          text        NOT NULL,
	secret_hash    bytea       NOT NULL,
	created_at     timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT repository_token_pkey PRIMARY KEY (id),
	CONSTRAINT repository_token_secret_hash_key UNIQUE (secret_hash),
	CONSTRAINT repository_token_repository_id_fkey
		FOREIGN KEY (repository_id) REFERENCES repository ON DELETE CASCADE,
	CONSTRAINT repository_token_master_id_fkey
		FOREIGN KEY (master_id) REFERENCES repository_token ON DELETE CASCADE,
	CONSTRAINT repository_token_name_check CHECK (octet_length(name) BETWEEN 1 AND 255),
	CONSTRAINT repository_token_value_check CHECK (value ~ '^[0-9a-f]{48}$'),
	CONSTRAINT repository_token_secret_hash_check CHECK (octet_length(secret_hash) = 32)
);

CREATE UNIQUE INDEX repository_token_name_key
	ON repository_token (repository_id, coalesce(master_id, 0), name);
CREATE INDEX repository_token_master_idx ON repository_token (master_id) WHERE master_id IS NOT NULL;

-- Large signed sets of index files. All files of a generation were rendered
-- from one snapshot; one row says which is served, so that no client ever sees
-- two mixed. Old ones stay a while for the clients in the middle of a download.
CREATE TABLE generation (
	id             bigint GENERATED ALWAYS AS IDENTITY,
	repository_id  bigint      NOT NULL,
	name           text        COLLATE "C" NOT NULL,
	serial         bigint      NOT NULL DEFAULT 0,
	created_at     timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT generation_pkey PRIMARY KEY (id),
	CONSTRAINT generation_repository_id_fkey
		FOREIGN KEY (repository_id) REFERENCES repository ON DELETE CASCADE,
	CONSTRAINT generation_name_check CHECK (octet_length(name) BETWEEN 1 AND 512)
);

COMMENT ON COLUMN generation.name IS 'which set: the directory the files are below, ubuntu/dists/jammy';

CREATE INDEX generation_repository_idx ON generation (repository_id, name, id DESC);

CREATE TABLE generation_file (
	generation_id  bigint NOT NULL,
	path           text   COLLATE "C" NOT NULL,
	sha256         bytea  NOT NULL,
	CONSTRAINT generation_file_pkey PRIMARY KEY (generation_id, path),
	CONSTRAINT generation_file_generation_id_fkey
		FOREIGN KEY (generation_id) REFERENCES generation ON DELETE CASCADE,
	CONSTRAINT generation_file_sha256_fkey FOREIGN KEY (sha256) REFERENCES blob,
	CONSTRAINT generation_file_path_check CHECK (octet_length(path) BETWEEN 1 AND 2048)
);

CREATE INDEX generation_file_sha256_idx ON generation_file (sha256);

CREATE TABLE generation_current (
	repository_id  bigint NOT NULL,
	name           text   COLLATE "C" NOT NULL,
	generation_id  bigint NOT NULL,
	CONSTRAINT generation_current_pkey PRIMARY KEY (repository_id, name),
	CONSTRAINT generation_current_repository_id_fkey
		FOREIGN KEY (repository_id) REFERENCES repository ON DELETE CASCADE,
	CONSTRAINT generation_current_generation_id_fkey FOREIGN KEY (generation_id) REFERENCES generation
);

CREATE UNIQUE INDEX generation_current_generation_key ON generation_current (generation_id);
