-- What publishing and the pages of the Python protocol need beyond 0032_pypi.sql.

-- A limit holds for all files of a project together; to add them up at every
-- upload would cost the more the larger the project is.
ALTER TABLE package_pypi ADD COLUMN total_size bigint NOT NULL DEFAULT 0;
ALTER TABLE package_pypi ADD CONSTRAINT package_pypi_total_size_check CHECK (total_size >= 0);
COMMENT ON COLUMN package_pypi.total_size IS 'bytes of all distributions, without what hangs on them';

DROP FUNCTION change_append(bigint, bigint, bigint, text, text);

-- As before; what is gone already when it is written down is called by its name.
CREATE FUNCTION change_append(in_repository_id bigint, in_package_id bigint, in_release_id bigint, in_kind text,
	in_subject text DEFAULT NULL, in_name text DEFAULT NULL, in_version text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	appended bigint;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtext('change_append'));
	INSERT INTO change (repository_id, package_id, release_id, kind, name, version, subject)
	VALUES (in_repository_id, in_package_id, in_release_id, in_kind,
	        coalesce(in_name, (SELECT p.name FROM package p WHERE p.id = in_package_id)),
	        coalesce(in_version, (SELECT r.version FROM release r WHERE r.id = in_release_id)), in_subject)
	RETURNING serial INTO appended;
	RETURN appended;
END
$$;

-- The release that a package shows, without looking at all of them. Builds an
-- index over all releases.
CREATE INDEX release_shown_idx ON release (package_id, yanked, prerelease, version_key DESC, id DESC);

COMMENT ON COLUMN index_part.first_key IS 'the entries from this key up to the next part''s, behind a byte that says which sequence of entries: 0 files or releases, 1 what is between both, 2 versions';

-- The largest file that any project of a repository may have.
CREATE INDEX package_max_upload_size_idx ON package (repository_id, max_upload_size) WHERE max_upload_size IS NOT NULL;

-- As long as specifier sets are read (version/pep440_spec.h).
ALTER TABLE release_pypi
	DROP CONSTRAINT release_pypi_requires_python_check,
	ADD CONSTRAINT release_pypi_requires_python_check CHECK (octet_length(requires_python) <= 8192);
