-- OAuth: applications that act for a user. A session is what a user approved
-- for one application; its refresh tokens are good for one use each, and its
-- access tokens are rows of token, so that every request looks in one place.

CREATE TABLE oauth_client (
	id             text   COLLATE "C" NOT NULL,
	name           text   NOT NULL,
	redirect_uris  text[] NOT NULL DEFAULT '{}',
	created_at     timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT oauth_client_pkey PRIMARY KEY (id),
	CONSTRAINT oauth_client_id_check CHECK (id ~ '^[A-Za-z0-9._-]{1,64}$'),
	CONSTRAINT oauth_client_name_check CHECK (octet_length(name) BETWEEN 1 AND 255),
	CONSTRAINT oauth_client_redirect_uris_check
		CHECK (cardinality(redirect_uris) <= 20 AND octet_length(array_to_string(redirect_uris, ' ')) <= 8192)
);

COMMENT ON TABLE oauth_client IS 'public clients, which have no secret';

-- What these programs have compiled in.
INSERT INTO oauth_client (id, name) VALUES
	('78ea6566-89fd-481e-a1d6-7d9d78eacca8', 'Hex CLI'),
	('877731e8-cb88-45e1-9b84-9214de7da421', 'Gleam');

CREATE TABLE oauth_session (
	id            bigint GENERATED ALWAYS AS IDENTITY,
	account_id    bigint      NOT NULL,
	client_id     text        COLLATE "C" NOT NULL,
	name          text,
	scopes        text[]      NOT NULL,
	created_at    timestamptz NOT NULL DEFAULT now(),
	last_used_at  timestamptz NOT NULL DEFAULT now(),
	expires_at    timestamptz NOT NULL,
	revoked_at    timestamptz,
	CONSTRAINT oauth_session_pkey PRIMARY KEY (id),
	CONSTRAINT oauth_session_account_id_fkey
		FOREIGN KEY (account_id) REFERENCES account ON DELETE CASCADE,
	CONSTRAINT oauth_session_client_id_fkey
		FOREIGN KEY (client_id) REFERENCES oauth_client ON DELETE CASCADE,
	CONSTRAINT oauth_session_name_check CHECK (octet_length(name) <= 255),
	CONSTRAINT oauth_session_scopes_check
		CHECK (cardinality(scopes) BETWEEN 1 AND 100 AND octet_length(array_to_string(scopes, ' ')) <= 8192)
);

COMMENT ON COLUMN oauth_session.scopes IS 'as they were approved: what stands for several is expanded with each token';

CREATE INDEX oauth_session_account_idx ON oauth_session (account_id, last_used_at) WHERE revoked_at IS NULL;
CREATE INDEX oauth_session_client_idx ON oauth_session (client_id);
CREATE INDEX oauth_session_expires_at_idx ON oauth_session (expires_at);

CREATE TABLE oauth_refresh (
	token_hash  bytea       NOT NULL,
	session_id  bigint      NOT NULL,
	used_at     timestamptz,
	CONSTRAINT oauth_refresh_pkey PRIMARY KEY (token_hash),
	CONSTRAINT oauth_refresh_session_id_fkey
		FOREIGN KEY (session_id) REFERENCES oauth_session ON DELETE CASCADE,
	CONSTRAINT oauth_refresh_token_hash_check CHECK (octet_length(token_hash) = 32)
);

COMMENT ON COLUMN oauth_refresh.used_at IS 'used again it was stolen: the session ends';

CREATE INDEX oauth_refresh_session_idx ON oauth_refresh (session_id);

-- A program without a browser waits for somebody to type its code elsewhere.
CREATE TABLE oauth_device (
	id           bigint GENERATED ALWAYS AS IDENTITY,
	device_hash  bytea       NOT NULL,
	user_code    text        COLLATE "C" NOT NULL,
	client_id    text        COLLATE "C" NOT NULL,
	name         text,
	scopes       text[]      NOT NULL,
	status       text        NOT NULL DEFAULT 'pending',
	account_id   bigint,
	ticket_hash  bytea,
	"interval"   bigint      NOT NULL DEFAULT 5,
	polled_at    timestamptz,
	created_at   timestamptz NOT NULL DEFAULT now(),
	expires_at   timestamptz NOT NULL,
	CONSTRAINT oauth_device_pkey PRIMARY KEY (id),
	CONSTRAINT oauth_device_device_hash_key UNIQUE (device_hash),
	CONSTRAINT oauth_device_user_code_key UNIQUE (user_code),
	CONSTRAINT oauth_device_client_id_fkey
		FOREIGN KEY (client_id) REFERENCES oauth_client ON DELETE CASCADE,
	CONSTRAINT oauth_device_account_id_fkey
		FOREIGN KEY (account_id) REFERENCES account ON DELETE CASCADE,
	CONSTRAINT oauth_device_device_hash_check CHECK (octet_length(device_hash) = 32),
	CONSTRAINT oauth_device_user_code_check CHECK (user_code ~ '^[23456789BCDFGHJKLMNPQRSTVWXYZ]{8}$'),
	CONSTRAINT oauth_device_name_check CHECK (octet_length(name) <= 255),
	CONSTRAINT oauth_device_scopes_check
		CHECK (cardinality(scopes) BETWEEN 1 AND 100 AND octet_length(array_to_string(scopes, ' ')) <= 8192),
	CONSTRAINT oauth_device_status_check CHECK (status IN ('pending', 'approved', 'denied')),
	CONSTRAINT oauth_device_account_check CHECK (status <> 'approved' OR account_id IS NOT NULL),
	CONSTRAINT oauth_device_ticket_hash_check CHECK (octet_length(ticket_hash) = 32)
);

COMMENT ON COLUMN oauth_device.ticket_hash IS 'of the form that asks account_id for its consent';

CREATE INDEX oauth_device_client_idx ON oauth_device (client_id);
CREATE INDEX oauth_device_account_idx ON oauth_device (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX oauth_device_expires_at_idx ON oauth_device (expires_at);
CREATE UNIQUE INDEX oauth_device_ticket_key ON oauth_device (ticket_hash) WHERE ticket_hash IS NOT NULL;

-- A browser carries a code back to the application. Until the user has
-- consented there is a ticket and no code.
CREATE TABLE oauth_code (
	id            bigint GENERATED ALWAYS AS IDENTITY,
	account_id    bigint      NOT NULL,
	client_id     text        COLLATE "C" NOT NULL,
	redirect_uri  text        NOT NULL,
	scopes        text[]      NOT NULL,
	challenge     text        COLLATE "C" NOT NULL,
	state         text,
	ticket_hash   bytea,
	code_hash     bytea,
	session_id    bigint,
	expires_at    timestamptz NOT NULL,
	CONSTRAINT oauth_code_pkey PRIMARY KEY (id),
	CONSTRAINT oauth_code_ticket_hash_key UNIQUE (ticket_hash),
	CONSTRAINT oauth_code_code_hash_key UNIQUE (code_hash),
	CONSTRAINT oauth_code_account_id_fkey
		FOREIGN KEY (account_id) REFERENCES account ON DELETE CASCADE,
	CONSTRAINT oauth_code_client_id_fkey
		FOREIGN KEY (client_id) REFERENCES oauth_client ON DELETE CASCADE,
	CONSTRAINT oauth_code_session_id_fkey
		FOREIGN KEY (session_id) REFERENCES oauth_session ON DELETE CASCADE,
	CONSTRAINT oauth_code_redirect_uri_check CHECK (octet_length(redirect_uri) BETWEEN 1 AND 2048),
	CONSTRAINT oauth_code_scopes_check
		CHECK (cardinality(scopes) BETWEEN 1 AND 100 AND octet_length(array_to_string(scopes, ' ')) <= 8192),
	CONSTRAINT oauth_code_challenge_check CHECK (challenge ~ '^[A-Za-z0-9_-]{43}$'),
	CONSTRAINT oauth_code_state_check CHECK (octet_length(state) <= 2048),
	CONSTRAINT oauth_code_hashes_check
		CHECK (octet_length(ticket_hash) = 32 AND octet_length(code_hash) = 32)
);

COMMENT ON COLUMN oauth_code.session_id IS 'what it was exchanged for: a code used again was stolen';

CREATE INDEX oauth_code_account_idx ON oauth_code (account_id);
CREATE INDEX oauth_code_client_idx ON oauth_code (client_id);
CREATE INDEX oauth_code_session_idx ON oauth_code (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX oauth_code_expires_at_idx ON oauth_code (expires_at);

ALTER TABLE token
	ADD COLUMN session_id bigint,
	ADD CONSTRAINT token_session_id_fkey FOREIGN KEY (session_id) REFERENCES oauth_session ON DELETE CASCADE;

COMMENT ON COLUMN token.session_id IS 'an access token of this session, not made by the user itself';

CREATE INDEX token_session_idx ON token (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX token_short_lived_idx ON token (expires_at) WHERE session_id IS NOT NULL OR parent_id IS NOT NULL;
