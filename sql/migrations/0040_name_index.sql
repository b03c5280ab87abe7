-- The index that finds parts of names. It needs PostgreSQL's extension pg_trgm,
-- which not every role may create, so it may be missing: searches then read the
-- names one by one. Every "entrepot-admin migrate" calls this, and so makes it
-- once the extension is there. Takes seconds on a registry of a million packages;
-- meanwhile nobody publishes.

-- Whatever objects to the extension is the answer; null: the index is there.
-- The extension may be in any schema. Nothing but the index refers to it: LIKE and ~
-- are the server's own.
CREATE FUNCTION name_index_make()
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	place name;
BEGIN
	IF to_regclass('package_search_name_idx') IS NOT NULL THEN
		RETURN NULL;
	END IF;
	BEGIN
		IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
			CREATE EXTENSION pg_trgm;
		END IF;
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLERRM;
	END;
	SELECT n.nspname INTO STRICT place
	  FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
	 WHERE e.extname = 'pg_trgm';
	-- A short pending list, as of package_search_document_idx.
	EXECUTE format('CREATE INDEX package_search_name_idx ON package_search'
		' USING gin (canonical_name %I.gin_trgm_ops) WITH (gin_pending_list_limit = 64)', place);
	RETURN NULL;
EXCEPTION WHEN insufficient_privilege THEN
	RETURN SQLERRM;
END
$$;
