-- SPDX-License-Identifier: Apache-2.0
-- A synthetic Hex repository: :packages packages with five releases each, each
-- of which needs another package, made by whole-table inserts. Whatever is
-- signed is computed from it afterwards. Run by a superuser on a
-- freshly migrated, empty database.

\set ON_ERROR_STOP on
SET synchronous_commit = off;
-- Counts kept by triggers are set below; what is inserted fits together by construction.
SET session_replication_role = replica;

INSERT INTO account (kind, name)
SELECT 'user', 'maker-' || k FROM generate_series(1, 100) k;
CREATE TEMPORARY TABLE maker AS
SELECT array_agg(id ORDER BY id) AS ids FROM account WHERE name LIKE 'maker-%';

INSERT INTO package (id, repository_id, name, canonical_name, description, license, meta, release_count,
                     default_release_id, created_at, updated_at)
OVERRIDING SYSTEM VALUE
SELECT k, 3, 'made_' || k, 'made_' || k, 'Number ' || k || ' of the packages that are there already', 'MIT',
       '{"licenses": ["MIT"], "links": {"Home": "https://makers.example/"}, "maintainers": []}', 5, 5 * k,
       timestamptz '2020-01-01' + k * interval '10 minutes', timestamptz '2022-01-01' + k * interval '10 minutes'
  FROM generate_series(1, :packages) k;
INSERT INTO owner (package_id, account_id)
SELECT p.id, ids[1 + p.id % 100] FROM package p, maker;

INSERT INTO release (id, package_id, version, version_identity, version_key, published_by, published_at, updated_at,
                     description, license)
OVERRIDING SYSTEM VALUE
SELECT 5 * (p.id - 1) + v, p.id, '0.' || v || '.0', '0.' || v || '.0',
       -- the key of 0.V.0 as semver_key() makes it: each number with its length before it
       '\x013001'::bytea || convert_to(v::text, 'UTF8') || '\x013003'::bytea,
       ids[1 + p.id % 100], p.created_at + v * interval '20 days', p.created_at + v * interval '20 days',
       p.description, 'MIT'
  FROM package p CROSS JOIN maker, generate_series(1, 5) v;
INSERT INTO release_hex (release_id, app, build_tools, inner_checksum)
SELECT r.id, p.name, '{mix}', sha256(convert_to('inner' || r.id, 'UTF8'))
  FROM release r JOIN package p ON p.id = r.package_id;
INSERT INTO dependency (id, release_id, position, package_name, target_package_id, requirement)
OVERRIDING SYSTEM VALUE
SELECT r.id, r.id, 1, p.name, p.id, '~> 0.1'
  FROM release r JOIN package p ON p.id = 1 + r.package_id * 7919 % :packages;

INSERT INTO blob (sha256, size)
SELECT sha256(convert_to('outer' || id, 'UTF8')), 20000 FROM release;
INSERT INTO file (id, repository_id, release_id, path, filename, kind, content_type, size, sha256)
OVERRIDING SYSTEM VALUE
SELECT r.id, 3, r.id, 'tarballs/' || p.name || '-' || r.version || '.tar', p.name || '-' || r.version || '.tar',
       'tarball', 'application/octet-stream', 20000, sha256(convert_to('outer' || r.id, 'UTF8'))
  FROM release r JOIN package p ON p.id = r.package_id;

-- ---- counts, sequences, statistics ----

UPDATE repository SET package_count = :packages WHERE id = 3;
SELECT setval(pg_get_serial_sequence('package', 'id'), 1 + 5 * :packages) \g /dev/null
SELECT setval(pg_get_serial_sequence('release', 'id'), 1 + 5 * :packages) \g /dev/null
SELECT setval(pg_get_serial_sequence('file', 'id'), 1 + 5 * :packages) \g /dev/null
SELECT setval(pg_get_serial_sequence('dependency', 'id'), 1 + 5 * :packages) \g /dev/null
VACUUM (ANALYZE);
