-- How packages are found: keywords, which come to life with the first package
-- that uses them; categories, a fixed list; and full text.

CREATE TABLE keyword (
	id             bigint GENERATED ALWAYS AS IDENTITY,
	repository_id  bigint      NOT NULL,
	name           text        COLLATE "C" NOT NULL,
	package_count  bigint      NOT NULL DEFAULT 0,
	created_at     timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT keyword_pkey PRIMARY KEY (id),
	CONSTRAINT keyword_name_key UNIQUE (repository_id, name),
	CONSTRAINT keyword_repository_id_fkey
		FOREIGN KEY (repository_id) REFERENCES repository ON DELETE CASCADE,
	CONSTRAINT keyword_name_check CHECK (octet_length(name) BETWEEN 1 AND 512),
	CONSTRAINT keyword_package_count_check CHECK (package_count >= 0)
);

CREATE INDEX keyword_package_count_idx ON keyword (repository_id, package_count DESC, name);

CREATE TABLE category (
	id             bigint GENERATED ALWAYS AS IDENTITY,
	repository_id  bigint      NOT NULL,
	slug           text        COLLATE "C" NOT NULL,
	path           text        COLLATE "C" NOT NULL,
	description    text        NOT NULL DEFAULT '',
	package_count  bigint      NOT NULL DEFAULT 0,
	meta           jsonb       NOT NULL DEFAULT '{}',
	created_at     timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT category_pkey PRIMARY KEY (id),
	CONSTRAINT category_slug_key UNIQUE (repository_id, slug),
	CONSTRAINT category_repository_id_fkey
		FOREIGN KEY (repository_id) REFERENCES repository ON DELETE CASCADE,
	CONSTRAINT category_slug_check CHECK (octet_length(slug) BETWEEN 1 AND 512),
	CONSTRAINT category_path_check CHECK (octet_length(path) BETWEEN 1 AND 512),
	CONSTRAINT category_description_check CHECK (octet_length(description) <= 4096),
	CONSTRAINT category_package_count_check CHECK (package_count >= 0),
	CONSTRAINT category_meta_check CHECK (jsonb_typeof(meta) = 'object')
);

COMMENT ON COLUMN category.path IS 'display names from the root, joined by ::';

CREATE TABLE package_keyword (
	package_id  bigint NOT NULL,
	keyword_id  bigint NOT NULL,
	CONSTRAINT package_keyword_pkey PRIMARY KEY (package_id, keyword_id),
	CONSTRAINT package_keyword_package_id_fkey
		FOREIGN KEY (package_id) REFERENCES package ON DELETE CASCADE,
	CONSTRAINT package_keyword_keyword_id_fkey
		FOREIGN KEY (keyword_id) REFERENCES keyword ON DELETE CASCADE
);

CREATE INDEX package_keyword_keyword_idx ON package_keyword (keyword_id, package_id);

CREATE TABLE package_category (
	package_id   bigint NOT NULL,
	category_id  bigint NOT NULL,
	CONSTRAINT package_category_pkey PRIMARY KEY (package_id, category_id),
	CONSTRAINT package_category_package_id_fkey
		FOREIGN KEY (package_id) REFERENCES package ON DELETE CASCADE,
	CONSTRAINT package_category_category_id_fkey
		FOREIGN KEY (category_id) REFERENCES category ON DELETE CASCADE
);

CREATE INDEX package_category_category_idx ON package_category (category_id, package_id);

-- The counted rows are locked in the order of their ids before they change:
-- two publishes with the same keywords in another order would else deadlock.
CREATE FUNCTION taxonomy_count()
RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF TG_TABLE_NAME = 'package_keyword' THEN
		PERFORM FROM keyword WHERE id IN (SELECT keyword_id FROM changed)
			ORDER BY id FOR NO KEY UPDATE;
		UPDATE keyword k
		   SET package_count = k.package_count + CASE TG_OP WHEN 'INSERT' THEN n.count ELSE -n.count END
		  FROM (SELECT keyword_id, count(*) FROM changed GROUP BY keyword_id) n
		 WHERE k.id = n.keyword_id;
	ELSE
		PERFORM FROM category WHERE id IN (SELECT category_id FROM changed)
			ORDER BY id FOR NO KEY UPDATE;
		UPDATE category c
		   SET package_count = c.package_count + CASE TG_OP WHEN 'INSERT' THEN n.count ELSE -n.count END
		  FROM (SELECT category_id, count(*) FROM changed GROUP BY category_id) n
		 WHERE c.id = n.category_id;
	END IF;
	RETURN NULL;
END
$$;

CREATE TRIGGER package_keyword_added AFTER INSERT ON package_keyword
	REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION taxonomy_count();
CREATE TRIGGER package_keyword_removed AFTER DELETE ON package_keyword
	REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION taxonomy_count();
CREATE TRIGGER package_category_added AFTER INSERT ON package_category
	REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION taxonomy_count();
CREATE TRIGGER package_category_removed AFTER DELETE ON package_category
	REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION taxonomy_count();

-- What a search reads. Apart from package, because rolled-up download counts
-- rewrite package rows all day, and inserting each row's hundreds of words into
-- the inverted index again would cost ten times what the count does (measured).
-- Name and recent_downloads are copies that rank without a join; the latter has
-- no index, so that changing it stays within the row's page.
CREATE TABLE package_search (
	package_id        bigint   NOT NULL,
	repository_id     bigint   NOT NULL,
	name              text     COLLATE "C" NOT NULL,
	canonical_name    text     COLLATE "C" NOT NULL,
	recent_downloads  bigint   NOT NULL,
	document          tsvector NOT NULL,
	CONSTRAINT package_search_pkey PRIMARY KEY (package_id),
	CONSTRAINT package_search_package_id_fkey
		FOREIGN KEY (package_id) REFERENCES package ON DELETE CASCADE
) WITH (fillfactor = 70);

-- A short pending list: every search reads all of it, and whoever fills it up
-- has to wait until it is merged.
CREATE INDEX package_search_document_idx ON package_search USING gin (document)
	WITH (gin_pending_list_limit = 64);
-- The index of names needs an extension that may be missing: name_index_make().

CREATE FUNCTION package_search_downloads()
RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	UPDATE package_search s SET recent_downloads = n.recent_downloads
	  FROM after n JOIN before o ON o.id = n.id
	 WHERE n.recent_downloads <> o.recent_downloads AND s.package_id = n.id;
	RETURN NULL;
END
$$;

CREATE TRIGGER package_search_downloads AFTER UPDATE ON package
	REFERENCING OLD TABLE AS before NEW TABLE AS after
	FOR EACH STATEMENT EXECUTE FUNCTION package_search_downloads();

-- Two relations with the same columns, so that one condition narrows either.
-- Lists: every package; the join disappears from the plan unless the text is
-- asked for. Candidates: only what a ranking needs, without touching package.
CREATE VIEW package_listed AS
SELECT p.id, p.repository_id, p.name, p.canonical_name, p.all_yanked, p.downloads,
       p.recent_downloads, p.created_at, p.updated_at, s.canonical_name AS search_name, s.document
  FROM package p
  LEFT JOIN package_search s ON s.package_id = p.id;

CREATE VIEW package_candidate AS
SELECT s.package_id AS id, s.repository_id, s.name, s.canonical_name,
       (SELECT p.all_yanked FROM package p WHERE p.id = s.package_id) AS all_yanked,
       s.recent_downloads, s.canonical_name AS search_name, s.document
  FROM package_search s;
