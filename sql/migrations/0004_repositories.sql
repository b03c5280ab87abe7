-- One ecosystem's name space. The four public ones have no owner and exist
-- from the start, with the ids 1 to 4 that the code may rely on.

CREATE TABLE repository (
	id              bigint GENERATED ALWAYS AS IDENTITY,
	ecosystem       text        NOT NULL,
	owner_id        bigint,
	name            text        COLLATE "C" NOT NULL,
	private         boolean     NOT NULL DEFAULT false,
	package_count   bigint      NOT NULL DEFAULT 0,
	download_count  bigint      NOT NULL DEFAULT 0,
	settings        jsonb       NOT NULL DEFAULT '{}',
	created_at      timestamptz NOT NULL DEFAULT now(),
	updated_at      timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT repository_pkey PRIMARY KEY (id),
	CONSTRAINT repository_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES account,
	CONSTRAINT repository_ecosystem_check
		CHECK (ecosystem IN ('crates', 'pypi', 'hex', 'modrinth', 'packagecloud')),
	CONSTRAINT repository_name_check CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'),
	CONSTRAINT repository_counts_check CHECK (package_count >= 0 AND download_count >= 0),
	CONSTRAINT repository_settings_check CHECK (jsonb_typeof(settings) = 'object')
) WITH (fillfactor = 50);

CREATE UNIQUE INDEX repository_name_key ON repository (ecosystem, coalesce(owner_id, 0), lower(name));
CREATE INDEX repository_owner_idx ON repository (owner_id);

INSERT INTO repository (id, ecosystem, name) OVERRIDING SYSTEM VALUE VALUES
	(1, 'crates', 'crates'),
	(2, 'pypi', 'pypi'),
	(3, 'hex', 'hexpm'),
	(4, 'modrinth', 'modrinth');

ALTER TABLE repository ALTER COLUMN id RESTART WITH 1000;

-- Members of a repository that is neither public nor an organization's.
CREATE TABLE collaborator (
	repository_id  bigint      NOT NULL,
	account_id     bigint      NOT NULL,
	role           text        NOT NULL DEFAULT 'read',
	created_at     timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT collaborator_pkey PRIMARY KEY (repository_id, account_id),
	CONSTRAINT collaborator_repository_id_fkey
		FOREIGN KEY (repository_id) REFERENCES repository ON DELETE CASCADE,
	CONSTRAINT collaborator_account_id_fkey
		FOREIGN KEY (account_id) REFERENCES account ON DELETE CASCADE,
	CONSTRAINT collaborator_role_check CHECK (role IN ('admin', 'write', 'read'))
);

CREATE INDEX collaborator_account_idx ON collaborator (account_id);
