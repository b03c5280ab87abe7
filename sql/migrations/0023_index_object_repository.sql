-- The path of an index object counts below its repository: private Hex
-- repositories each have a `names` of their own. Rewrites no row, but reads
-- all of them to build the key.

ALTER TABLE index_object
	DROP CONSTRAINT index_object_pkey,
	ADD CONSTRAINT index_object_pkey PRIMARY KEY (repository_id, path);

-- The key serves it.
DROP INDEX index_object_repository_idx;
