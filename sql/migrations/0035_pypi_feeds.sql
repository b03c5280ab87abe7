-- Feeds show the newest releases of a repository.

-- Takes as long as reading the table of changes.
CREATE INDEX change_release_add_idx ON change (repository_id, serial DESC)
	WHERE kind = 'release.add' AND release_id IS NOT NULL;
