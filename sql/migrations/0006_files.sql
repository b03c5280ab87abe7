-- Bytes and the names they go by. A blob is what the blob store holds under
-- its SHA-256; a file is a name, a place and digests for it.

CREATE TABLE blob (
	sha256      bytea       NOT NULL,
	size        bigint      NOT NULL,
	created_at  timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT blob_pkey PRIMARY KEY (sha256),
	CONSTRAINT blob_sha256_check CHECK (octet_length(sha256) = 32),
	CONSTRAINT blob_size_check CHECK (size >= 0)
);

CREATE TABLE file (
	id             bigint GENERATED ALWAYS AS IDENTITY,
	repository_id  bigint      NOT NULL,
	release_id     bigint      NOT NULL,
	path           text        COLLATE "C" NOT NULL,
	filename       text        COLLATE "C" NOT NULL,
	kind           text        NOT NULL,
	content_type   text        NOT NULL DEFAULT 'application/octet-stream',
	size           bigint      NOT NULL,
	sha256         bytea       NOT NULL,
	md5            bytea,
	sha1           bytea,
	sha512         bytea,
	blake2b256     bytea,
	yanked         boolean     NOT NULL DEFAULT false,
	yank_message   text,
	downloads      bigint      NOT NULL DEFAULT 0,
	meta           jsonb       NOT NULL DEFAULT '{}',
	uploaded_by    bigint,
	created_at     timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT file_pkey PRIMARY KEY (id),
	CONSTRAINT file_path_key UNIQUE (repository_id, path),
	CONSTRAINT file_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repository,
	CONSTRAINT file_release_id_fkey
		FOREIGN KEY (release_id) REFERENCES release ON DELETE CASCADE,
	CONSTRAINT file_sha256_fkey FOREIGN KEY (sha256) REFERENCES blob,
	CONSTRAINT file_uploaded_by_fkey
		FOREIGN KEY (uploaded_by) REFERENCES account ON DELETE SET NULL,
	CONSTRAINT file_path_check CHECK (octet_length(path) BETWEEN 1 AND 2048
		AND path !~ '(^|/)(\.\.?)?(/|$)'),
	CONSTRAINT file_filename_check CHECK (octet_length(filename) BETWEEN 1 AND 512
		AND position('/' IN filename) = 0 AND filename NOT IN ('.', '..')),
	CONSTRAINT file_kind_check CHECK (kind ~ '^[a-z][a-z0-9_-]{0,31}$'),
	CONSTRAINT file_content_type_check CHECK (octet_length(content_type) <= 255),
	CONSTRAINT file_size_check CHECK (size >= 0),
	CONSTRAINT file_digests_check CHECK (octet_length(md5) = 16 AND octet_length(sha1) = 20
		AND octet_length(sha512) = 64 AND octet_length(blake2b256) = 32),
	CONSTRAINT file_yank_message_check
		CHECK (octet_length(yank_message) <= 4096 AND (yanked OR yank_message IS NULL)),
	CONSTRAINT file_downloads_check CHECK (downloads >= 0),
	CONSTRAINT file_meta_check CHECK (jsonb_typeof(meta) = 'object')
);

COMMENT ON COLUMN file.path IS 'where clients fetch it, below its repository';
COMMENT ON COLUMN file.kind IS 'crate, sdist, wheel, metadata, tarball, docs, mod, deb, rpm, gem, …';

CREATE INDEX file_release_idx ON file (release_id);
CREATE INDEX file_sha256_idx ON file (sha256);

-- What a name once meant, so that it never means other bytes later: lock files
-- pin digests. No foreign key to the package: that may be gone too.
CREATE TABLE deleted_release (
	repository_id     bigint      NOT NULL,
	canonical_name    text        COLLATE "C" NOT NULL,
	version_identity  text        COLLATE "C" NOT NULL,
	sha256            bytea,
	deleted_by        bigint,
	deleted_at        timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT deleted_release_pkey PRIMARY KEY (repository_id, canonical_name, version_identity),
	CONSTRAINT deleted_release_repository_id_fkey
		FOREIGN KEY (repository_id) REFERENCES repository ON DELETE CASCADE,
	CONSTRAINT deleted_release_deleted_by_fkey
		FOREIGN KEY (deleted_by) REFERENCES account ON DELETE SET NULL,
	CONSTRAINT deleted_release_sha256_check CHECK (octet_length(sha256) = 32)
);

CREATE TABLE deleted_file (
	repository_id  bigint      NOT NULL,
	path           text        COLLATE "C" NOT NULL,
	sha256         bytea       NOT NULL,
	deleted_by     bigint,
	deleted_at     timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT deleted_file_pkey PRIMARY KEY (repository_id, path),
	CONSTRAINT deleted_file_repository_id_fkey
		FOREIGN KEY (repository_id) REFERENCES repository ON DELETE CASCADE,
	CONSTRAINT deleted_file_deleted_by_fkey
		FOREIGN KEY (deleted_by) REFERENCES account ON DELETE SET NULL,
	CONSTRAINT deleted_file_path_check CHECK (octet_length(path) BETWEEN 1 AND 2048),
	CONSTRAINT deleted_file_sha256_check CHECK (octet_length(sha256) = 32)
);

CREATE TABLE deleted_package (
	repository_id   bigint      NOT NULL,
	canonical_name  text        COLLATE "C" NOT NULL,
	name            text        COLLATE "C" NOT NULL,
	deleted_by      bigint,
	message         text,
	deleted_at      timestamptz NOT NULL DEFAULT now(),
	available_at    timestamptz NOT NULL,
	CONSTRAINT deleted_package_pkey PRIMARY KEY (repository_id, canonical_name),
	CONSTRAINT deleted_package_repository_id_fkey
		FOREIGN KEY (repository_id) REFERENCES repository ON DELETE CASCADE,
	CONSTRAINT deleted_package_deleted_by_fkey
		FOREIGN KEY (deleted_by) REFERENCES account ON DELETE SET NULL,
	CONSTRAINT deleted_package_message_check CHECK (octet_length(message) <= 65536)
);
