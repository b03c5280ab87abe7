-- Parts of the pages of Python projects may begin within a release (src/domain/pypi_parts.c). Rewrites the parts that
-- there are, and builds an index over all files.

-- The files of a release by name, some of them at a time; it does what the one before did, too.
CREATE INDEX file_release_filename_idx ON file (release_id, filename);
DROP INDEX file_release_idx;
-- A release has one; to look for it among thousands of wheels would cost the more the more there are.
CREATE INDEX file_sdist_idx ON file (release_id) WHERE kind = 'sdist';

-- A key is a version and a file's name, with a zero between them; that of the first part stays empty.
UPDATE index_part SET first_key = first_key || '\x00' WHERE octet_length(first_key) > 1;

-- What closes the list of a release is written by what follows, which may be more files of it.
UPDATE index_object SET body = substr(body, 1, parts_at) || ']' || substr(body, parts_at + 1)
 WHERE parts_at IS NOT NULL AND path LIKE 'json/%';
UPDATE index_part p
   SET body = n.body, sum = sha256(n.body)
  FROM (SELECT repository_id, path, first_key,
               CASE WHEN first_key = '\x00' THEN ''::bytea ELSE ']'::bytea END || substr(body, 1, octet_length(body) - 1) AS body
          FROM index_part WHERE path LIKE 'json/%') n
 WHERE p.repository_id = n.repository_id AND p.path = n.path AND p.first_key = n.first_key;

COMMENT ON COLUMN index_part.first_key IS 'the entries from this key up to the next part''s, behind a byte that says which sequence of entries: 0 files or releases, 1 what is between both, 2 versions or the files of one release';
