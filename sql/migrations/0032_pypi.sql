-- What the Python protocol needs beyond 0018_ecosystems.sql.

-- A change may be about something smaller than a release: a file, a person.
ALTER TABLE change ADD COLUMN subject text COLLATE "C";
ALTER TABLE change ADD CONSTRAINT change_subject_check CHECK (octet_length(subject) <= 1024);
COMMENT ON COLUMN change.subject IS 'what else the change was about: a file''s name, a role and a user';

DROP FUNCTION change_append(bigint, bigint, bigint, text);

-- As in 0013_index.sql, with what the change was about.
CREATE FUNCTION change_append(in_repository_id bigint, in_package_id bigint, in_release_id bigint, in_kind text,
	in_subject text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	appended bigint;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtext('change_append'));
	INSERT INTO change (repository_id, package_id, release_id, kind, name, version, subject)
	VALUES (in_repository_id, in_package_id, in_release_id, in_kind,
	        (SELECT p.name FROM package p WHERE p.id = in_package_id),
	        (SELECT r.version FROM release r WHERE r.id = in_release_id), in_subject)
	RETURNING serial INTO appended;
	RETURN appended;
END
$$;

-- An index object that is too large to be written anew at every change: its
-- parts, each a range of entries, go into its body behind the first parts_at
-- bytes, in the order of their keys. The first part's key is empty.
ALTER TABLE index_object ADD COLUMN parts_at integer;
ALTER TABLE index_object ADD CONSTRAINT index_object_parts_at_check
	CHECK (parts_at BETWEEN 0 AND octet_length(body));

CREATE TABLE index_part (
	repository_id  bigint  NOT NULL,
	path           text    COLLATE "C" NOT NULL,
	first_key      bytea   NOT NULL,
	body           bytea   NOT NULL,
	sum            bytea   NOT NULL,
	CONSTRAINT index_part_pkey PRIMARY KEY (repository_id, path, first_key),
	CONSTRAINT index_part_path_fkey FOREIGN KEY (repository_id, path)
		REFERENCES index_object ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
	CONSTRAINT index_part_first_key_check CHECK (octet_length(first_key) <= 2600),
	CONSTRAINT index_part_sum_check CHECK (octet_length(sum) = 32)
) WITH (toast_tuple_target = 8160, fillfactor = 70);

ALTER TABLE index_part ALTER COLUMN body SET STORAGE EXTERNAL;
COMMENT ON COLUMN index_part.first_key IS 'the entries from this key up to the next part''s';
COMMENT ON COLUMN index_part.sum IS 'SHA-256 of the body: the object''s tag is made of these';

-- A project: names that look alike exclude each other; the serial of its last
-- change is shown with everything about it.
CREATE TABLE package_pypi (
	package_id     bigint NOT NULL,
	repository_id  bigint NOT NULL,
	similar_name   text   COLLATE "C",
	last_serial    bigint NOT NULL DEFAULT 0,
	status_reason  text,
	CONSTRAINT package_pypi_pkey PRIMARY KEY (package_id),
	CONSTRAINT package_pypi_package_id_fkey
		FOREIGN KEY (package_id) REFERENCES package ON DELETE CASCADE,
	CONSTRAINT package_pypi_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repository,
	CONSTRAINT package_pypi_similar_name_key UNIQUE (repository_id, similar_name),
	CONSTRAINT package_pypi_similar_name_check CHECK (octet_length(similar_name) <= 512),
	CONSTRAINT package_pypi_status_reason_check CHECK (octet_length(status_reason) <= 4096)
);
COMMENT ON COLUMN package_pypi.similar_name IS 'the name without . _ -, l L i I as 1, o O as 0, in lower case; null where names may look alike';

-- The long description is stored as it was sent.
ALTER TABLE release_pypi ADD COLUMN description text;
ALTER TABLE release_pypi ADD CONSTRAINT release_pypi_description_check CHECK (octet_length(description) <= 10485760);

-- PEP 740: the provenance object of a file, as it is served.
CREATE TABLE provenance (
	file_id  bigint NOT NULL,
	body     text   NOT NULL,
	CONSTRAINT provenance_pkey PRIMARY KEY (file_id),
	CONSTRAINT provenance_file_id_fkey FOREIGN KEY (file_id) REFERENCES file ON DELETE CASCADE,
	CONSTRAINT provenance_body_check CHECK (octet_length(body) <= 1048576)
);

-- A file is uploaded once under a name, whatever its bytes and its project.
CREATE UNIQUE INDEX file_pypi_filename_key ON file (repository_id, filename)
	WHERE kind IN ('sdist', 'wheel');
-- Who deleted a file keeps its name taken.
ALTER TABLE deleted_file ADD COLUMN filename text COLLATE "C";
CREATE INDEX deleted_file_filename_idx ON deleted_file (repository_id, filename) WHERE filename IS NOT NULL;

-- A distribution as the pages of its project show it.
CREATE VIEW pypi_file AS
SELECT f.id, f.repository_id, r.package_id, p.canonical_name AS project, f.release_id, r.version, r.version_key,
       y.requires_python, r.yanked OR f.yanked AS yanked,
       CASE WHEN r.yanked THEN r.yank_message ELSE f.yank_message END AS yank_message,
       f.filename, f.path, f.kind, f.size, f.md5, f.sha256, f.blake2b256,
       (SELECT m.sha256 FROM file m WHERE m.parent_id = f.id AND m.kind = 'metadata') AS metadata_sha256,
       EXISTS (SELECT FROM provenance v WHERE v.file_id = f.id) AS has_provenance,
       f.meta ->> 'python_version' AS python_version, f.meta ->> 'comment' AS comment, f.created_at AS uploaded_at
  FROM file f
  JOIN release r ON r.id = f.release_id
  JOIN package p ON p.id = r.package_id
  JOIN release_pypi y ON y.release_id = r.id
 WHERE f.kind IN ('sdist', 'wheel');
