-- The lists of a Hex repository (/names, /versions) name every package and are
-- signed anew at every publish. They are kept as chunks, each with the entries
-- of some neighbouring packages, so that a publish touches one of them; the
-- file that clients fetch is begin, all chunks, end.

CREATE TABLE hex_list (
	repository_id  bigint      NOT NULL,
	list           text        COLLATE "C" NOT NULL,
	file_begin     bytea       NOT NULL,
	file_end       bytea       NOT NULL,
	etag           text        NOT NULL,
	modified       timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT hex_list_pkey PRIMARY KEY (repository_id, list),
	CONSTRAINT hex_list_repository_id_fkey
		FOREIGN KEY (repository_id) REFERENCES repository ON DELETE CASCADE,
	CONSTRAINT hex_list_list_check CHECK (list IN ('names', 'versions')),
	CONSTRAINT hex_list_etag_check CHECK (octet_length(etag) BETWEEN 1 AND 255)
) WITH (fillfactor = 50);

-- A chunk is small enough to lie in one page beside its deflated twin: what is
-- stored elsewhere costs several look-ups more whenever the list is signed.
CREATE TABLE hex_list_chunk (
	repository_id  bigint  NOT NULL,
	list           text    COLLATE "C" NOT NULL,
	first_name     text    COLLATE "C" NOT NULL,
	payload        bytea   NOT NULL,
	deflated       bytea   NOT NULL,
	crc32          bigint  NOT NULL,
	CONSTRAINT hex_list_chunk_pkey PRIMARY KEY (repository_id, list, first_name),
	CONSTRAINT hex_list_chunk_repository_id_fkey
		FOREIGN KEY (repository_id) REFERENCES repository ON DELETE CASCADE,
	CONSTRAINT hex_list_chunk_list_check CHECK (list IN ('names', 'versions')),
	CONSTRAINT hex_list_chunk_first_name_check CHECK (octet_length(first_name) <= 512),
	CONSTRAINT hex_list_chunk_crc32_check CHECK (crc32 BETWEEN 0 AND 4294967295)
) WITH (toast_tuple_target = 8160);

ALTER TABLE hex_list_chunk
	ALTER COLUMN payload SET STORAGE EXTERNAL,
	ALTER COLUMN deflated SET STORAGE EXTERNAL;

COMMENT ON COLUMN hex_list_chunk.first_name IS 'no package before it is in the chunk; empty for the first one';

-- A release as the registry's objects show it.
CREATE VIEW hex_registry_release AS
SELECT e.id, e.package_id, e.version, e.version_key, e.retirement_reason, e.published_at,
       CASE WHEN e.retirement_reason IS NOT NULL THEN e.yank_message END AS retirement_message,
       h.inner_checksum, f.sha256 AS outer_checksum
  FROM release e
  JOIN release_hex h ON h.release_id = e.id
  JOIN file f ON f.release_id = e.id AND f.kind = 'tarball';
