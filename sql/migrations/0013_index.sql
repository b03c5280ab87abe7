-- What clients fetch all day, rendered when it changes; and the serial of
-- changes, which mirrors and feeds follow.

CREATE TABLE index_object (
	path           text        COLLATE "C" NOT NULL,
	repository_id  bigint      NOT NULL,
	package_id     bigint,
	content_type   text        NOT NULL,
	etag           text        NOT NULL,
	body           bytea       NOT NULL,
	modified       timestamptz NOT NULL DEFAULT now(),
	serial         bigint      NOT NULL DEFAULT 0,
	CONSTRAINT index_object_pkey PRIMARY KEY (path),
	CONSTRAINT index_object_repository_id_fkey
		FOREIGN KEY (repository_id) REFERENCES repository ON DELETE CASCADE,
	CONSTRAINT index_object_package_id_fkey
		FOREIGN KEY (package_id) REFERENCES package ON DELETE CASCADE,
	CONSTRAINT index_object_path_check CHECK (octet_length(path) BETWEEN 1 AND 2048),
	CONSTRAINT index_object_content_type_check CHECK (octet_length(content_type) <= 255),
	CONSTRAINT index_object_etag_check CHECK (octet_length(etag) BETWEEN 1 AND 255)
) WITH (toast_tuple_target = 8160, fillfactor = 70);

-- Not compressed: decompressing at every read costs more than the space.
ALTER TABLE index_object ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE INDEX index_object_package_idx ON index_object (package_id) WHERE package_id IS NOT NULL;
CREATE INDEX index_object_repository_idx ON index_object (repository_id);

CREATE SEQUENCE change_serial_seq AS bigint;

CREATE TABLE change (
	serial         bigint      NOT NULL DEFAULT nextval('change_serial_seq'),
	repository_id  bigint      NOT NULL,
	package_id     bigint,
	release_id     bigint,
	kind           text        NOT NULL,
	name           text        COLLATE "C",
	version        text        COLLATE "C",
	at             timestamptz NOT NULL DEFAULT clock_timestamp(),
	CONSTRAINT change_pkey PRIMARY KEY (serial),
	CONSTRAINT change_repository_id_fkey
		FOREIGN KEY (repository_id) REFERENCES repository ON DELETE CASCADE,
	CONSTRAINT change_package_id_fkey
		FOREIGN KEY (package_id) REFERENCES package ON DELETE SET NULL,
	CONSTRAINT change_release_id_fkey
		FOREIGN KEY (release_id) REFERENCES release ON DELETE SET NULL,
	CONSTRAINT change_kind_check CHECK (kind ~ '^[a-z][a-z0-9_.-]{0,63}$')
);

ALTER SEQUENCE change_serial_seq OWNED BY change.serial;

COMMENT ON COLUMN change.name IS 'package and version as they were called: a feed names them after their deletion too';

CREATE INDEX change_repository_idx ON change (repository_id, serial);
CREATE INDEX change_package_idx ON change (package_id, serial) WHERE package_id IS NOT NULL;
CREATE INDEX change_release_idx ON change (release_id) WHERE release_id IS NOT NULL;

-- Appends a change and returns its serial. A reader that has seen serial n must
-- never find a smaller one appear later, so serials are drawn under a lock that
-- ends with the transaction: call it as the last statement before COMMIT.
CREATE FUNCTION change_append(in_repository_id bigint, in_package_id bigint, in_release_id bigint, in_kind text)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	appended bigint;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtext('change_append'));
	INSERT INTO change (repository_id, package_id, release_id, kind, name, version)
	VALUES (in_repository_id, in_package_id, in_release_id, in_kind,
	        (SELECT p.name FROM package p WHERE p.id = in_package_id),
	        (SELECT r.version FROM release r WHERE r.id = in_release_id))
	RETURNING serial INTO appended;
	RETURN appended;
END
$$;
