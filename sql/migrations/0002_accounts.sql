-- Who: users and organizations share one table and one name space, because
-- every protocol shows both in the same places (owners, repository paths).

CREATE TABLE account (
	id                     bigint GENERATED ALWAYS AS IDENTITY,
	kind                   text        NOT NULL DEFAULT 'user',
	name                   text        COLLATE "C" NOT NULL,
	canonical_name         text        COLLATE "C" NOT NULL
	                       GENERATED ALWAYS AS (lower(replace(name, '-', '_'))) STORED,
	full_name              text,
	avatar_url             text,
	url                    text,
	password_hash          text,
	is_admin               boolean     NOT NULL DEFAULT false,
	locked_until           timestamptz,
	lock_reason            text,
	publish_notifications  boolean     NOT NULL DEFAULT true,
	meta                   jsonb       NOT NULL DEFAULT '{}',
	created_at             timestamptz NOT NULL DEFAULT now(),
	updated_at             timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT account_pkey PRIMARY KEY (id),
	CONSTRAINT account_canonical_name_key UNIQUE (canonical_name),
	CONSTRAINT account_kind_check CHECK (kind IN ('user', 'organization')),
	CONSTRAINT account_name_check CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
	CONSTRAINT account_full_name_check CHECK (octet_length(full_name) <= 512),
	CONSTRAINT account_avatar_url_check CHECK (octet_length(avatar_url) <= 2048),
	CONSTRAINT account_url_check CHECK (octet_length(url) <= 2048),
	CONSTRAINT account_password_hash_check CHECK (octet_length(password_hash) <= 512),
	CONSTRAINT account_lock_reason_check CHECK (octet_length(lock_reason) <= 4096),
	CONSTRAINT account_meta_check CHECK (jsonb_typeof(meta) = 'object'),
	-- an organization is signed in to by its members, never itself
	CONSTRAINT account_organization_check
		CHECK (kind = 'user' OR (password_hash IS NULL AND NOT is_admin))
);

COMMENT ON COLUMN account.locked_until IS '''infinity'': until an administrator unlocks it';
COMMENT ON COLUMN account.meta IS 'profile members that one protocol has (handles, biography)';

CREATE TABLE email (
	id                    bigint GENERATED ALWAYS AS IDENTITY,
	account_id            bigint      NOT NULL,
	address               text        NOT NULL,
	verified_at           timestamptz,
	verification_hash     bytea,
	verification_sent_at  timestamptz,
	is_primary            boolean     NOT NULL DEFAULT false,
	is_public             boolean     NOT NULL DEFAULT false,
	created_at            timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT email_pkey PRIMARY KEY (id),
	CONSTRAINT email_account_id_fkey
		FOREIGN KEY (account_id) REFERENCES account ON DELETE CASCADE,
	CONSTRAINT email_address_check
		CHECK (octet_length(address) <= 320 AND address ~ '^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$'),
	CONSTRAINT email_verification_hash_check CHECK (octet_length(verification_hash) = 32)
);

-- Unverified claims do not keep the owner of an address from verifying it.
CREATE UNIQUE INDEX email_address_key ON email (lower(address)) WHERE verified_at IS NOT NULL;
CREATE UNIQUE INDEX email_account_address_key ON email (account_id, lower(address));
CREATE UNIQUE INDEX email_primary_key ON email (account_id) WHERE is_primary;
CREATE UNIQUE INDEX email_verification_hash_key ON email (verification_hash)
	WHERE verification_hash IS NOT NULL;

CREATE TABLE membership (
	organization_id  bigint      NOT NULL,
	account_id       bigint      NOT NULL,
	role             text        NOT NULL DEFAULT 'read',
	created_at       timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT membership_pkey PRIMARY KEY (organization_id, account_id),
	CONSTRAINT membership_organization_id_fkey
		FOREIGN KEY (organization_id) REFERENCES account ON DELETE CASCADE,
	CONSTRAINT membership_account_id_fkey
		FOREIGN KEY (account_id) REFERENCES account ON DELETE CASCADE,
	CONSTRAINT membership_role_check CHECK (role IN ('admin', 'write', 'read')),
	CONSTRAINT membership_self_check CHECK (organization_id <> account_id)
);

CREATE INDEX membership_account_idx ON membership (account_id);

-- Only organizations have members and only users are members; a CHECK cannot
-- look at another table.
CREATE FUNCTION membership_kinds()
RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM account WHERE id = NEW.organization_id AND kind = 'organization')
	OR NOT EXISTS (SELECT FROM account WHERE id = NEW.account_id AND kind = 'user') THEN
		RAISE EXCEPTION 'a membership joins a user to an organization'
			USING ERRCODE = 'check_violation', CONSTRAINT = 'membership_kinds_check',
			      TABLE = 'membership';
	END IF;
	RETURN NEW;
END
$$;

CREATE TRIGGER membership_kinds BEFORE INSERT OR UPDATE ON membership
	FOR EACH ROW EXECUTE FUNCTION membership_kinds();
