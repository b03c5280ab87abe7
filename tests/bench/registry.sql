-- SPDX-License-Identifier: Apache-2.0
-- A synthetic registry: :crates crates with ten versions each, one with fifty,
-- made inside PostgreSQL by whole-table inserts. Words are drawn as in real
-- texts (the k-th most common one k times as rarely as the first), so a search
-- finds few or many crates depending on its word. Run by a superuser on a
-- freshly migrated, empty database.

\set ON_ERROR_STOP on
\timing off
SET synchronous_commit = off;
SET maintenance_work_mem = '256MB';
SET work_mem = '256MB';
-- Counts kept by triggers are set below; what is inserted fits together by construction.
SET session_replication_role = replica;

-- setseed() makes random() repeat itself, as long as no worker helps.
SET max_parallel_workers_per_gather = 0;
SELECT setseed(0.5) \g /dev/null

-- COUNT words of 20,000, the k-th with probability ~ 1/k (COMMON) or all alike.
-- A word is two of 2,000 syllables. SALT keeps PostgreSQL from drawing once for
-- all rows.
CREATE FUNCTION pg_temp.some_words(count integer, common boolean, salt bigint)
RETURNS text LANGUAGE sql VOLATILE AS
$$ SELECT string_agg(substr(c, 1 + n / 200000, 1) || substr('aeiou', 1 + n / 40000 % 5, 1) || substr(c, 1 + n / 2000 % 20, 1)
                     || substr(c, 1 + n / 100 % 20, 1) || substr('aeiou', 1 + n / 20 % 5, 1) || substr(c, 1 + n % 20, 1), ' ')
     FROM (SELECT 'bcdfghjklmnpqrstvwxz' AS c,
                  floor(CASE WHEN common THEN exp(random() * ln(20000)) ELSE 20000 * random() END)::integer
                  * 79193 % 4000000 AS n
             FROM generate_series(1, count) WHERE salt IS NOT NULL OFFSET 0) drawn $$;

INSERT INTO account (kind, name, full_name, avatar_url, url)
SELECT 'user', 'maker-' || k, 'Maker ' || k, 'https://pictures.example/' || k || '.png', 'https://makers.example/' || k
  FROM generate_series(1, 1000) k;

CREATE TEMPORARY TABLE maker AS
SELECT array_agg(id ORDER BY id) AS ids FROM account WHERE name LIKE 'maker-%';

-- ---- packages ----

CREATE TEMPORARY TABLE draft AS
SELECT k, pg_temp.some_words(1, false, k) || '-' || pg_temp.some_words(1, true, k) AS name,
       pg_temp.some_words(12, true, k) AS description,
       pg_temp.some_words(60, true, k) AS readme,
       pg_temp.some_words(3, true, k) AS keywords,
       (100 * (1 / (random() + 1e-5) - 1))::bigint AS recent,
       random() AS luck
  FROM generate_series(1, :crates) k;
-- Names drawn twice get a number.
UPDATE draft d SET name = d.name || '-' || d.k
  FROM (SELECT k, row_number() OVER (PARTITION BY name ORDER BY k) AS n FROM draft) t
 WHERE t.k = d.k AND t.n > 1;
UPDATE draft SET name = 'bench-fifty', keywords = keywords || ' bench' WHERE k = :crates;

INSERT INTO package (id, repository_id, name, canonical_name, description, homepage, documentation, source_url, license,
                     readme, downloads, recent_downloads, default_release_id, release_count, created_at, updated_at)
OVERRIDING SYSTEM VALUE
SELECT k, 1, name, canonical_package_name('crates', name), description, 'https://makers.example/' || name,
       'https://documents.example/' || name, 'https://sources.example/' || name, 'MIT OR Apache-2.0', readme,
       5 * recent, recent, CASE WHEN k = :crates THEN 10 * k + 40 ELSE 10 * k END,
       CASE WHEN k = :crates THEN 50 ELSE 10 END,
       timestamptz '2020-01-01' + k * interval '10 minutes', timestamptz '2022-01-01' + luck * interval '1000 days'
  FROM draft;

INSERT INTO package_search (package_id, repository_id, name, canonical_name, recent_downloads, document)
SELECT p.id, 1, p.name, p.canonical_name, p.recent_downloads,
       search_document(p.name, replace(d.keywords, ' ', ','), p.description, p.readme)
  FROM package p JOIN draft d ON d.k = p.id;

INSERT INTO owner (package_id, account_id)
SELECT k, ids[1 + k % 1000] FROM draft, maker;

INSERT INTO keyword (repository_id, name)
SELECT DISTINCT 1, n FROM draft, unnest(string_to_array(keywords, ' ')) n ORDER BY n;
INSERT INTO package_keyword (package_id, keyword_id)
SELECT DISTINCT d.k, t.id FROM draft d, unnest(string_to_array(d.keywords, ' ')) n
  JOIN keyword t ON t.repository_id = 1 AND t.name = n;
UPDATE keyword t SET package_count = n.count
  FROM (SELECT keyword_id, count(*) FROM package_keyword GROUP BY keyword_id) n WHERE n.keyword_id = t.id;

INSERT INTO package_category (package_id, category_id)
SELECT d.k, c.ids[1 + (d.luck * 1e6)::integer % cardinality(c.ids)]
  FROM draft d, (SELECT array_agg(id ORDER BY id) AS ids FROM category WHERE repository_id = 1) c;
UPDATE category t SET package_count = n.count
  FROM (SELECT category_id, count(*) FROM package_category GROUP BY category_id) n WHERE n.category_id = t.id;

-- ---- releases: ids 10 k - 9 … 10 k of crate k, forty more of the last ----

INSERT INTO release (id, package_id, version, version_identity, version_key, published_by, published_at, updated_at,
                     downloads, description, homepage, documentation, source_url, license)
OVERRIDING SYSTEM VALUE
SELECT 10 * (d.k - 1) + v, d.k, '0.' || v || '.0', '0.' || v || '.0',
       -- the key of 0.V.0 as semver_key() makes it: each number with its length before it
       '\x0130'::bytea || decode(lpad(to_hex(length(v::text)), 2, '0'), 'hex') || convert_to(v::text, 'UTF8')
       || '\x013003'::bytea,
       ids[1 + d.k % 1000], timestamptz '2020-01-01' + d.k * interval '10 minutes' + v * interval '20 days',
       timestamptz '2020-01-01' + d.k * interval '10 minutes' + v * interval '20 days',
       d.recent / 2, d.description, 'https://makers.example/' || d.name, 'https://documents.example/' || d.name,
       'https://sources.example/' || d.name, 'MIT OR Apache-2.0'
  FROM draft d CROSS JOIN maker, generate_series(1, CASE WHEN d.k = :crates THEN 50 ELSE 10 END) v;

INSERT INTO dependency (id, release_id, position, package_name, target_package_id, requirement)
OVERRIDING SYSTEM VALUE
SELECT 2 * r.id - 2 + n, r.id, n, p.name, p.id, '^0.' || 1 + n
  FROM release r, generate_series(1, 2) n
  JOIN LATERAL (SELECT 1 + (exp((r.package_id * 7919 + n * 104729) % 10007 / 10007.0 * ln(:crates - 1)))::bigint AS target) t ON true
  JOIN package p ON p.id = t.target;

INSERT INTO reverse_dependency (target_package_id, package_id, release_id, dependency_id, downloads)
SELECT DISTINCT ON (d.target_package_id, p.id) d.target_package_id, p.id, d.release_id, d.id, p.downloads
  FROM package p JOIN dependency d ON d.release_id = p.default_release_id
 ORDER BY d.target_package_id, p.id, d.id;

INSERT INTO release_crate (release_id, features, edition, has_lib, index_line)
SELECT r.id, '{"default":["std"],"std":[]}', '2021', true,
       '{"name":"' || p.name || '","vers":"' || r.version || '","deps":[' || d.deps || '],"cksum":"'
       || encode(sha256(convert_to(p.name || '-' || r.version, 'UTF8')), 'hex')
       || '","features":{"default":["std"],"std":[]},"pubtime":"'
       || to_char(r.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || '"'
  FROM release r
  JOIN package p ON p.id = r.package_id
  JOIN (SELECT release_id, string_agg('{"name":"' || package_name || '","req":"' || requirement
	|| '","features":[],"optional":false,"default_features":true,"target":null,"kind":"normal"}', ','
	ORDER BY package_name) AS deps
          FROM dependency GROUP BY release_id) d ON d.release_id = r.id;

-- ---- files ----

INSERT INTO blob (sha256, size)
SELECT sha256(convert_to(p.name || '-' || r.version, 'UTF8')), 20000
  FROM release r JOIN package p ON p.id = r.package_id;
INSERT INTO file (id, repository_id, release_id, path, filename, kind, content_type, size, sha256, downloads)
OVERRIDING SYSTEM VALUE
SELECT r.id, 1, r.id, p.name || '/' || p.name || '-' || r.version || '.crate', p.name || '-' || r.version || '.crate',
       'crate', 'application/gzip', 20000, sha256(convert_to(p.name || '-' || r.version, 'UTF8')), r.downloads
  FROM release r JOIN package p ON p.id = r.package_id;

INSERT INTO index_object (path, repository_id, package_id, content_type, etag, body)
SELECT CASE length(n) WHEN 1 THEN '1/' || n WHEN 2 THEN '2/' || n WHEN 3 THEN '3/' || left(n, 1) || '/' || n
	ELSE left(n, 2) || '/' || substr(n, 3, 2) || '/' || n END,
       1, b.package_id, 'text/plain; charset=utf-8', '"' || left(encode(sha256(b.body), 'hex'), 32) || '"', b.body
  FROM (SELECT r.package_id, lower(p.name) AS n,
               convert_to(string_agg(c.index_line || E',"yanked":false}\n', '' ORDER BY r.id), 'UTF8') AS body
          FROM release r JOIN release_crate c ON c.release_id = r.id JOIN package p ON p.id = r.package_id
         GROUP BY r.package_id, p.name) b;

-- ---- counts, sequences, statistics ----

UPDATE repository SET package_count = :crates,
       download_count = (SELECT sum(downloads) FROM package) WHERE id = 1;
SELECT setval(pg_get_serial_sequence('package', 'id'), max(id)) FROM package \g /dev/null
SELECT setval(pg_get_serial_sequence('release', 'id'), max(id)) FROM release \g /dev/null
SELECT setval(pg_get_serial_sequence('file', 'id'), max(id)) FROM file \g /dev/null
SELECT setval(pg_get_serial_sequence('dependency', 'id'), max(id)) FROM dependency \g /dev/null
VACUUM (ANALYZE);
