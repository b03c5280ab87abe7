-- Packages and their releases. Names and versions sort by bytes in every
-- listing, whatever the locale of the cluster, hence the "C" collation.

CREATE TABLE package (
	id                  bigint GENERATED ALWAYS AS IDENTITY,
	repository_id       bigint      NOT NULL,
	name                text        COLLATE "C" NOT NULL,
	canonical_name      text        COLLATE "C" NOT NULL,
	status              text        NOT NULL DEFAULT 'active',
	description         text,
	homepage            text,
	documentation       text,
	source_url          text,
	license             text,
	readme              text,
	downloads           bigint      NOT NULL DEFAULT 0,
	recent_downloads    bigint      NOT NULL DEFAULT 0,
	default_release_id  bigint,
	release_count       integer     NOT NULL DEFAULT 0,
	all_yanked          boolean     NOT NULL DEFAULT false,
	max_upload_size     bigint,
	max_features        integer,
	meta                jsonb       NOT NULL DEFAULT '{}',
	created_at          timestamptz NOT NULL DEFAULT now(),
	updated_at          timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT package_pkey PRIMARY KEY (id),
	CONSTRAINT package_canonical_name_key UNIQUE (repository_id, canonical_name),
	CONSTRAINT package_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repository,
	CONSTRAINT package_name_check CHECK (octet_length(name) BETWEEN 1 AND 512),
	CONSTRAINT package_canonical_name_check CHECK (octet_length(canonical_name) BETWEEN 1 AND 576),
	CONSTRAINT package_status_check CHECK (status IN ('active', 'archived', 'deprecated', 'quarantined',
		'unlisted', 'private', 'draft', 'processing', 'scheduled', 'rejected', 'withheld', 'unknown')),
	CONSTRAINT package_description_check CHECK (octet_length(description) <= 65536),
	CONSTRAINT package_homepage_check CHECK (octet_length(homepage) <= 2048),
	CONSTRAINT package_documentation_check CHECK (octet_length(documentation) <= 2048),
	CONSTRAINT package_source_url_check CHECK (octet_length(source_url) <= 2048),
	CONSTRAINT package_license_check CHECK (octet_length(license) <= 65536),
	CONSTRAINT package_readme_check CHECK (octet_length(readme) <= 10485760),
	CONSTRAINT package_counts_check
		CHECK (downloads >= 0 AND recent_downloads >= 0 AND release_count >= 0),
	CONSTRAINT package_limits_check CHECK (max_upload_size > 0 AND max_features > 0),
	CONSTRAINT package_meta_check CHECK (jsonb_typeof(meta) = 'object')
);

COMMENT ON COLUMN package.readme IS 'source text of the latest publish';
COMMENT ON COLUMN package.all_yanked IS 'the default release is yanked';

CREATE TABLE release (
	id                 bigint GENERATED ALWAYS AS IDENTITY,
	package_id         bigint      NOT NULL,
	version            text        COLLATE "C" NOT NULL,
	version_identity   text        COLLATE "C" NOT NULL,
	version_key        bytea       NOT NULL,
	prerelease         boolean     NOT NULL DEFAULT false,
	status             text        NOT NULL DEFAULT 'listed',
	yanked             boolean     NOT NULL DEFAULT false,
	yank_message       text,
	retirement_reason  text,
	published_by       bigint,
	published_at       timestamptz NOT NULL DEFAULT now(),
	updated_at         timestamptz NOT NULL DEFAULT now(),
	downloads          bigint      NOT NULL DEFAULT 0,
	description        text,
	homepage           text,
	documentation      text,
	source_url         text,
	license            text,
	readme_html        text,
	meta               jsonb       NOT NULL DEFAULT '{}',
	CONSTRAINT release_pkey PRIMARY KEY (id),
	CONSTRAINT release_version_identity_key UNIQUE (package_id, version_identity),
	CONSTRAINT release_package_id_fkey
		FOREIGN KEY (package_id) REFERENCES package ON DELETE CASCADE,
	CONSTRAINT release_published_by_fkey
		FOREIGN KEY (published_by) REFERENCES account ON DELETE SET NULL,
	CONSTRAINT release_version_check CHECK (octet_length(version) BETWEEN 1 AND 512),
	CONSTRAINT release_version_identity_check CHECK (octet_length(version_identity) BETWEEN 1 AND 512),
	CONSTRAINT release_version_key_check CHECK (octet_length(version_key) BETWEEN 1 AND 2048),
	CONSTRAINT release_status_check
		CHECK (status IN ('listed', 'archived', 'unlisted', 'draft', 'scheduled', 'unknown')),
	CONSTRAINT release_yank_message_check CHECK (octet_length(yank_message) <= 4096
		AND (yanked OR retirement_reason IS NOT NULL OR yank_message IS NULL)),
	CONSTRAINT release_retirement_reason_check
		CHECK (retirement_reason IN ('other', 'invalid', 'security', 'deprecated', 'renamed')),
	CONSTRAINT release_downloads_check CHECK (downloads >= 0),
	CONSTRAINT release_description_check CHECK (octet_length(description) <= 65536),
	CONSTRAINT release_homepage_check CHECK (octet_length(homepage) <= 2048),
	CONSTRAINT release_documentation_check CHECK (octet_length(documentation) <= 2048),
	CONSTRAINT release_source_url_check CHECK (octet_length(source_url) <= 2048),
	CONSTRAINT release_license_check CHECK (octet_length(license) <= 65536),
	CONSTRAINT release_readme_html_check CHECK (octet_length(readme_html) <= 33554432),
	CONSTRAINT release_meta_check CHECK (jsonb_typeof(meta) = 'object')
);

COMMENT ON COLUMN release.version_identity IS 'what may exist once per package: the version without its build metadata';
COMMENT ON COLUMN release.version_key IS 'sorts by bytes as the ecosystem sorts versions';
COMMENT ON COLUMN release.yank_message IS 'why it was yanked, or the message of a retirement';

-- Not unique: equal texts have equal identities except where an ecosystem
-- allows one version text twice in a project.
CREATE INDEX release_version_idx ON release (package_id, version);
CREATE INDEX release_version_key_idx ON release (package_id, version_key DESC, id DESC);
CREATE INDEX release_published_at_idx ON release (package_id, published_at DESC, id DESC);

ALTER TABLE package ADD CONSTRAINT package_default_release_id_fkey
	FOREIGN KEY (default_release_id) REFERENCES release ON DELETE SET NULL
	DEFERRABLE INITIALLY DEFERRED;

-- One index per order of the package lists, so that a page is a short index scan.
CREATE INDEX package_name_idx ON package (repository_id, name);
CREATE INDEX package_downloads_idx ON package (repository_id, downloads DESC, id DESC);
CREATE INDEX package_recent_downloads_idx ON package (repository_id, recent_downloads DESC, id DESC);
CREATE INDEX package_updated_at_idx ON package (repository_id, updated_at DESC, id DESC);
CREATE INDEX package_created_at_idx ON package (repository_id, created_at DESC, id DESC);
CREATE INDEX package_letter_idx ON package (repository_id, left(canonical_name, 1), name);
-- Partial, or PostgreSQL would take the column for a key: to change it would then
-- wait for everybody who publishes something that depends on the package.
CREATE UNIQUE INDEX package_default_release_id_key ON package (default_release_id)
	WHERE default_release_id IS NOT NULL;

-- The canonical name follows from the name by the rule of the ecosystem.
CREATE FUNCTION package_canonical()
RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
	eco text;
BEGIN
	SELECT ecosystem INTO eco FROM repository WHERE id = NEW.repository_id;
	IF (eco = 'packagecloud' AND NEW.canonical_name !~ '^[a-z]+/.')
	OR (eco <> 'packagecloud' AND NEW.canonical_name <> canonical_package_name(eco, NEW.name)) THEN
		RAISE EXCEPTION 'canonical name "%" does not belong to "%"', NEW.canonical_name, NEW.name
			USING ERRCODE = 'check_violation', CONSTRAINT = 'package_canonical_name_check',
			      TABLE = 'package';
	END IF;
	RETURN NEW;
END
$$;

CREATE TRIGGER package_canonical
	BEFORE INSERT OR UPDATE OF name, canonical_name, repository_id ON package
	FOR EACH ROW EXECUTE FUNCTION package_canonical();

-- Counting per statement: a bulk load touches the repository row once.
CREATE FUNCTION package_count_added()
RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	UPDATE repository r SET package_count = r.package_count + n.count
	  FROM (SELECT repository_id, count(*) FROM added GROUP BY repository_id) n
	 WHERE r.id = n.repository_id;
	RETURN NULL;
END
$$;

CREATE FUNCTION package_count_removed()
RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	UPDATE repository r SET package_count = r.package_count - n.count
	  FROM (SELECT repository_id, count(*) FROM removed GROUP BY repository_id) n
	 WHERE r.id = n.repository_id;
	RETURN NULL;
END
$$;

CREATE TRIGGER package_count_added AFTER INSERT ON package
	REFERENCING NEW TABLE AS added
	FOR EACH STATEMENT EXECUTE FUNCTION package_count_added();
CREATE TRIGGER package_count_removed AFTER DELETE ON package
	REFERENCING OLD TABLE AS removed
	FOR EACH STATEMENT EXECUTE FUNCTION package_count_removed();

-- What only a crate's release has.
CREATE TABLE release_crate (
	release_id    bigint NOT NULL,
	features      jsonb  NOT NULL DEFAULT '{}',
	links         text,
	rust_version  text,
	edition       text,
	has_lib       boolean,
	bin_names     text[],
	authors       text[] NOT NULL DEFAULT '{}',
	index_line    text   NOT NULL,
	CONSTRAINT release_crate_pkey PRIMARY KEY (release_id),
	CONSTRAINT release_crate_release_id_fkey
		FOREIGN KEY (release_id) REFERENCES release ON DELETE CASCADE,
	CONSTRAINT release_crate_features_check CHECK (jsonb_typeof(features) = 'object'),
	CONSTRAINT release_crate_links_check CHECK (octet_length(links) <= 1024),
	CONSTRAINT release_crate_rust_version_check CHECK (octet_length(rust_version) <= 255),
	CONSTRAINT release_crate_edition_check CHECK (octet_length(edition) <= 255),
	CONSTRAINT release_crate_bin_names_check CHECK (octet_length(array_to_string(bin_names, ' ')) <= 1048576),
	CONSTRAINT release_crate_authors_check CHECK (octet_length(array_to_string(authors, ' ')) <= 1048576),
	CONSTRAINT release_crate_index_line_check CHECK (octet_length(index_line) <= 4194304)
);

COMMENT ON COLUMN release_crate.index_line IS 'line of the sparse index up to, not including, ,"yanked":…}';
