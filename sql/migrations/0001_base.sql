-- What every later migration stands on: the list of applied migrations, and
-- the pure functions that the schema and the queries share.

CREATE TABLE IF NOT EXISTS schema_migration (
	number      integer     NOT NULL,
	name        text        NOT NULL,
	applied_at  timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT schema_migration_pkey PRIMARY KEY (number)
);

-- The spelling under which a package name is unique in its repository. The
-- packagecloud ecosystem has several package types in one repository, so there
-- the caller passes "type/name" and gets it back.
CREATE FUNCTION canonical_package_name(ecosystem text, name text)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE ecosystem
	WHEN 'crates'   THEN replace(lower(name COLLATE "C"), '-', '_')
	WHEN 'pypi'     THEN regexp_replace(lower(name COLLATE "C"), '[-_.]+', '-', 'g')
	WHEN 'modrinth' THEN lower(name COLLATE "C")
	ELSE name
END;

-- The search document of a package: name before keywords before description
-- before readme. The readme is cut because a tsvector may not exceed a
-- megabyte, and whoever writes a readme could otherwise make the publish fail.
CREATE FUNCTION search_document(name text, keywords text, description text, readme text)
RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN setweight(to_tsvector('english', coalesce(name, '')), 'A')
	|| setweight(to_tsvector('english', coalesce(keywords, '')), 'B')
	|| setweight(to_tsvector('english', left(coalesce(description, ''), 16384)), 'C')
	|| setweight(to_tsvector('english', left(coalesce(readme, ''), 65536)), 'D');
