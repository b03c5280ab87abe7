-- What a search of Hex packages looks at beside names and words. The indexes take
-- seconds on a registry with a million releases.

-- Any of the words, in the description.
CREATE FUNCTION search_description(given text)
RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(replace(search_query(given)::text, '&', '|'), '''([^'']+)''', '''\1'':C', 'g')::tsquery;

CREATE INDEX release_hex_build_tools_idx ON release_hex USING gin (build_tools)
	WITH (gin_pending_list_limit = 64);
CREATE INDEX release_extra_idx ON release USING gin ((meta -> 'extra') jsonb_path_ops)
	WITH (gin_pending_list_limit = 64)
	WHERE meta ? 'extra';
