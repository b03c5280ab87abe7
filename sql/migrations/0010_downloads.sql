-- Downloads, counted in batches. A worker adds its counts to download_day every
-- few seconds; a job adds count - counted to the totals and sets counted.

CREATE TABLE download_day (
	file_id     bigint NOT NULL,
	release_id  bigint NOT NULL,
	day         date   NOT NULL,
	count       bigint NOT NULL,
	counted     bigint NOT NULL DEFAULT 0,
	CONSTRAINT download_day_pkey PRIMARY KEY (file_id, day),
	CONSTRAINT download_day_file_id_fkey
		FOREIGN KEY (file_id) REFERENCES file ON DELETE CASCADE,
	CONSTRAINT download_day_release_id_fkey
		FOREIGN KEY (release_id) REFERENCES release ON DELETE CASCADE,
	CONSTRAINT download_day_count_check CHECK (counted BETWEEN 0 AND count)
) WITH (fillfactor = 60);

CREATE INDEX download_day_release_idx ON download_day (release_id, day);
CREATE INDEX download_day_pending_idx ON download_day (day) WHERE count <> counted;

-- One row per download or install, for protocols that promise the detail.
CREATE TABLE download_event (
	id             bigint GENERATED ALWAYS AS IDENTITY,
	at             timestamptz NOT NULL DEFAULT now(),
	repository_id  bigint      NOT NULL,
	file_id        bigint,
	kind           text        NOT NULL DEFAULT 'download',
	source         text,
	remote_addr    text,
	user_agent     text,
	hostname       text,
	credential     text,
	distribution   text,
	CONSTRAINT download_event_pkey PRIMARY KEY (id),
	CONSTRAINT download_event_repository_id_fkey
		FOREIGN KEY (repository_id) REFERENCES repository ON DELETE CASCADE,
	CONSTRAINT download_event_file_id_fkey
		FOREIGN KEY (file_id) REFERENCES file ON DELETE CASCADE,
	CONSTRAINT download_event_kind_check CHECK (kind IN ('download', 'install')),
	CONSTRAINT download_event_source_check CHECK (source IN ('cli', 'web')),
	CONSTRAINT download_event_remote_addr_check CHECK (octet_length(remote_addr) <= 64),
	CONSTRAINT download_event_user_agent_check CHECK (octet_length(user_agent) <= 512),
	CONSTRAINT download_event_hostname_check CHECK (octet_length(hostname) <= 255),
	CONSTRAINT download_event_credential_check CHECK (octet_length(credential) <= 1024),
	CONSTRAINT download_event_distribution_check CHECK (octet_length(distribution) <= 255)
);

CREATE INDEX download_event_file_idx ON download_event (file_id, at) WHERE file_id IS NOT NULL;
CREATE INDEX download_event_repository_idx ON download_event (repository_id, kind, at);
