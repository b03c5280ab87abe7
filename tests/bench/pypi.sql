-- SPDX-License-Identifier: Apache-2.0
-- A synthetic Python repository, made by whole-table inserts: :packages
-- projects with 100 releases of one wheel each, one ("large") with 5,000, one
-- ("wide") with a release of 5,000 wheels, and as many as :packages ("small-…") with one. Pages are computed from it afterwards.
-- Run by a superuser on a freshly migrated, empty database.

\set ON_ERROR_STOP on
SET synchronous_commit = off;
-- Counts kept by triggers are set below; what is inserted fits together by construction.
SET session_replication_role = replica;

INSERT INTO account (kind, name) VALUES ('user', 'maker');
CREATE TEMPORARY TABLE maker AS SELECT id FROM account WHERE name = 'maker';
INSERT INTO email (account_id, address, verified_at, is_primary)
SELECT id, 'maker@makers.example', now(), true FROM maker;

CREATE TEMPORARY TABLE made (id bigint, name text, releases integer, builds integer DEFAULT 1);
INSERT INTO made
SELECT k, 'made-' || k, 100, 1 FROM generate_series(1, :packages) k UNION ALL
SELECT :packages + k, 'small-' || k, 1, 1 FROM generate_series(1, :packages) k UNION ALL
SELECT 2 * :packages + 1, 'large', 5000, 1 UNION ALL
SELECT 2 * :packages + 2, 'wide', 1, 5000;

INSERT INTO package (id, repository_id, name, canonical_name, description, release_count, created_at, updated_at)
OVERRIDING SYSTEM VALUE
SELECT id, 2, name, name, 'Number ' || id || ' of the projects that are there already', releases,
       timestamptz '2020-01-01' + id * interval '10 minutes', timestamptz '2022-01-01' + id * interval '10 minutes'
  FROM made;
INSERT INTO package_pypi (package_id, repository_id, last_serial, total_size)
SELECT id, 2, 0, 20000 * releases * builds FROM made;
INSERT INTO owner (package_id, account_id) SELECT p.id, m.id FROM made p, maker m;

CREATE TEMPORARY TABLE version AS
SELECT row_number() OVER (ORDER BY m.id, v) AS id, m.id AS package_id, m.name, v, '0.' || v || '.1' AS version
  FROM made m, generate_series(1, m.releases) v;

INSERT INTO release (id, package_id, version, version_identity, version_key, published_by, published_at, updated_at,
                     description)
OVERRIDING SYSTEM VALUE
SELECT v.id, v.package_id, v.version, v.version,
       -- the key of 0.V.1 as pep440_key() makes it: each number with its length before it
       '\x0130010130'::bytea || '\x01'::bytea || set_byte('\x00', 0, length(v.v::text)) || convert_to(v.v::text, 'UTF8')
       || '\x01013100040001'::bytea,
       m.id, p.created_at + v.v * interval '1 day', p.created_at + v.v * interval '1 day', p.description
  FROM version v JOIN package p ON p.id = v.package_id, maker m;
INSERT INTO release_pypi (release_id, requires_python, description_content_type, classifiers, metadata, description)
SELECT id, '>=3.8', 'text/markdown', '{"Programming Language :: Python :: 3"}',
       jsonb_build_object('author', 'Bench', 'author_email', 'bench@makers.example',
                          'classifiers', '["Programming Language :: Python :: 3"]'::jsonb,
                          'requires_dist', '["lemon>=0.1", "plum; extra == \"loud\""]'::jsonb,
                          'provides_extra', '["loud"]'::jsonb),
       repeat('A description that somebody has written with care. ', 40)
  FROM version;
UPDATE package p SET default_release_id = v.id
  FROM version v WHERE v.package_id = p.id AND v.v = p.release_count;

CREATE TEMPORARY TABLE wheel AS
SELECT row_number() OVER (ORDER BY v.id, b) AS id, v.id AS release_id,
       replace(v.name, '-', '_') || '-' || v.version || CASE WHEN m.builds > 1 THEN '-' || b ELSE '' END
       || '-py3-none-any.whl' AS filename
  FROM version v JOIN made m ON m.id = v.package_id, generate_series(1, m.builds) b;
INSERT INTO blob (sha256, size)
SELECT sha256(convert_to(kind || id, 'UTF8')), CASE kind WHEN 'wheel' THEN 20000 ELSE 500 END
  FROM wheel, (VALUES ('wheel'), ('metadata')) k (kind);
INSERT INTO file (id, repository_id, release_id, path, filename, kind, content_type, size, sha256, md5, blake2b256,
                  meta, created_at)
OVERRIDING SYSTEM VALUE
SELECT f.id, 2, f.release_id, 'packages/' || substr(h, 1, 2) || '/' || substr(h, 3, 2) || '/' || substr(h, 5) || '/'
       || f.filename, f.filename,
       'wheel', 'application/octet-stream', 20000, sha256(convert_to('wheel' || f.id, 'UTF8')),
       decode(md5('wheel' || f.id), 'hex'), decode(h, 'hex'), '{"python_version": "py3"}',
       timestamptz '2020-01-01' + f.id * interval '1 minute'
  FROM (SELECT *, encode(sha256(convert_to('blake' || id, 'UTF8')), 'hex') AS h FROM wheel) f;
INSERT INTO file (id, repository_id, release_id, parent_id, path, filename, kind, content_type, size, sha256)
OVERRIDING SYSTEM VALUE
SELECT 1000000 + id, 2, release_id, id, path || '.metadata', filename || '.metadata', 'metadata', 'text/plain', 500,
       sha256(convert_to('metadata' || id, 'UTF8'))
  FROM file WHERE kind = 'wheel';

-- ---- counts, sequences, statistics ----

UPDATE repository SET package_count = 2 * :packages + 2 WHERE id = 2;
SELECT setval(pg_get_serial_sequence('package', 'id'), 10 * :packages + 10) \g /dev/null
SELECT setval(pg_get_serial_sequence('release', 'id'), 2000000) \g /dev/null
SELECT setval(pg_get_serial_sequence('file', 'id'), 2000000) \g /dev/null
VACUUM (ANALYZE);
