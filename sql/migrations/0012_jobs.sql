-- Work put off: claimed with FOR UPDATE SKIP LOCKED by whoever runs jobs here.
-- A claim is locked_until; when that passes, the job is free again.

CREATE TABLE job (
	id            bigint GENERATED ALWAYS AS IDENTITY,
	kind          text        NOT NULL,
	payload       jsonb       NOT NULL DEFAULT '{}',
	unique_key    text        COLLATE "C",
	run_at        timestamptz NOT NULL DEFAULT now(),
	attempts      integer     NOT NULL DEFAULT 0,
	max_attempts  integer     NOT NULL DEFAULT 10,
	locked_until  timestamptz,
	locked_by     text,
	last_error    text,
	created_at    timestamptz NOT NULL DEFAULT now(),
	finished_at   timestamptz,
	CONSTRAINT job_pkey PRIMARY KEY (id),
	CONSTRAINT job_kind_check CHECK (kind ~ '^[a-z][a-z0-9_.-]{0,63}$'),
	CONSTRAINT job_payload_check CHECK (jsonb_typeof(payload) = 'object'),
	CONSTRAINT job_unique_key_check CHECK (octet_length(unique_key) BETWEEN 1 AND 1024),
	CONSTRAINT job_attempts_check CHECK (attempts >= 0 AND max_attempts >= 1),
	CONSTRAINT job_locked_by_check CHECK (octet_length(locked_by) <= 255),
	CONSTRAINT job_last_error_check CHECK (octet_length(last_error) <= 65536)
) WITH (fillfactor = 70);

-- At most one waiting job per key. A running one does not count: what it has
-- already read may be old, so a change made meanwhile needs another run.
CREATE UNIQUE INDEX job_unique_key_key ON job (unique_key)
	WHERE finished_at IS NULL AND locked_until IS NULL;
CREATE INDEX job_claim_idx ON job (run_at, id) WHERE finished_at IS NULL;
CREATE INDEX job_finished_idx ON job (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE mail (
	id          bigint GENERATED ALWAYS AS IDENTITY,
	recipient   text        NOT NULL,
	subject     text        NOT NULL,
	body        text        NOT NULL,
	created_at  timestamptz NOT NULL DEFAULT now(),
	sent_at     timestamptz,
	attempts    integer     NOT NULL DEFAULT 0,
	last_error  text,
	CONSTRAINT mail_pkey PRIMARY KEY (id),
	-- line breaks in a header field would let a name add headers of its own
	CONSTRAINT mail_recipient_check
		CHECK (octet_length(recipient) BETWEEN 3 AND 320 AND recipient !~ '[[:cntrl:]]'),
	CONSTRAINT mail_subject_check CHECK (octet_length(subject) <= 998 AND subject !~ '[[:cntrl:]]'),
	CONSTRAINT mail_body_check CHECK (octet_length(body) <= 1048576),
	CONSTRAINT mail_attempts_check CHECK (attempts >= 0),
	CONSTRAINT mail_last_error_check CHECK (octet_length(last_error) <= 65536)
);

CREATE INDEX mail_waiting_idx ON mail (id) WHERE sent_at IS NULL;
