-- Who may change a package, who was asked to, who watches it. An organization
-- as owner lets its members act; which role may what is domain code.

CREATE TABLE owner (
	package_id           bigint      NOT NULL,
	account_id           bigint      NOT NULL,
	role                 text        NOT NULL DEFAULT 'owner',
	created_by           bigint,
	created_at           timestamptz NOT NULL DEFAULT now(),
	email_notifications  boolean     NOT NULL DEFAULT true,
	meta                 jsonb       NOT NULL DEFAULT '{}',
	CONSTRAINT owner_pkey PRIMARY KEY (package_id, account_id),
	CONSTRAINT owner_package_id_fkey
		FOREIGN KEY (package_id) REFERENCES package ON DELETE CASCADE,
	-- an account that owns something is not deleted by accident
	CONSTRAINT owner_account_id_fkey FOREIGN KEY (account_id) REFERENCES account,
	CONSTRAINT owner_created_by_fkey
		FOREIGN KEY (created_by) REFERENCES account ON DELETE SET NULL,
	CONSTRAINT owner_role_check CHECK (role IN ('owner', 'maintainer')),
	CONSTRAINT owner_meta_check CHECK (jsonb_typeof(meta) = 'object')
);

CREATE INDEX owner_account_idx ON owner (account_id);

CREATE TABLE owner_invitation (
	package_id  bigint      NOT NULL,
	account_id  bigint      NOT NULL,
	role        text        NOT NULL DEFAULT 'owner',
	invited_by  bigint,
	token_hash  bytea       NOT NULL,
	meta        jsonb       NOT NULL DEFAULT '{}',
	created_at  timestamptz NOT NULL DEFAULT now(),
	expires_at  timestamptz NOT NULL,
	CONSTRAINT owner_invitation_pkey PRIMARY KEY (package_id, account_id),
	CONSTRAINT owner_invitation_token_hash_key UNIQUE (token_hash),
	CONSTRAINT owner_invitation_package_id_fkey
		FOREIGN KEY (package_id) REFERENCES package ON DELETE CASCADE,
	CONSTRAINT owner_invitation_account_id_fkey
		FOREIGN KEY (account_id) REFERENCES account ON DELETE CASCADE,
	CONSTRAINT owner_invitation_invited_by_fkey
		FOREIGN KEY (invited_by) REFERENCES account ON DELETE SET NULL,
	CONSTRAINT owner_invitation_role_check CHECK (role IN ('owner', 'maintainer')),
	CONSTRAINT owner_invitation_token_hash_check CHECK (octet_length(token_hash) = 32),
	CONSTRAINT owner_invitation_meta_check CHECK (jsonb_typeof(meta) = 'object')
);

CREATE INDEX owner_invitation_account_idx ON owner_invitation (account_id, package_id);

CREATE TABLE follow (
	account_id  bigint      NOT NULL,
	package_id  bigint      NOT NULL,
	created_at  timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT follow_pkey PRIMARY KEY (account_id, package_id),
	CONSTRAINT follow_account_id_fkey
		FOREIGN KEY (account_id) REFERENCES account ON DELETE CASCADE,
	CONSTRAINT follow_package_id_fkey
		FOREIGN KEY (package_id) REFERENCES package ON DELETE CASCADE
);

CREATE INDEX follow_package_idx ON follow (package_id);
