-- The index that finds parts of names (domain/name_index.h).

-- :name name_index_lock :exec
-- Nobody else makes it before the transaction ends; making it may take longer than any request.
SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true),
       pg_advisory_xact_lock(hashtext('name_index'));

-- :name name_index_make :one
-- Make it unless it is there; null, or why it cannot be made.
SELECT name_index_make() AS obstacle;

-- :name name_index_state :one
-- Whether it is there, and what it needs.
SELECT to_regclass('package_search_name_idx') IS NOT NULL AS made,
       EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') AS extension,
       current_database() AS database;
