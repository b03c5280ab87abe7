-- Lists of Hex packages are composed of these parts (domain/hex_search.c),
-- narrowed by any number of conditions. Without words: the first packages of
-- each repository in one of the orders, and of all those a page; so much of a
-- repository as the page could need is read in the order of an index. With
-- words: what the indexes of words find, put in order, unless that is so much
-- that the same walk in the order of an index meets enough of it soon. The
-- planner cannot tell how rare words are within a repository, so they are
-- counted first, up to a bound. What stands in a SELECT of its own is unknown to
-- it, and computed once.

-- :name hex_search_begin :part
-- Of each repository …
WITH page AS (SELECT p.id, row_number() OVER () AS place FROM (
SELECT p.*
  FROM unnest({repositories}::bigint[]) AS r (id)
 CROSS JOIN LATERAL (
SELECT p.id, p.name, p.downloads, p.recent_downloads, p.created_at, p.updated_at
  FROM;

-- :name hex_search_all :part
-- … everything …
 package_listed p
 WHERE p.repository_id = r.id;

-- :name hex_search_common_begin :part
-- … or what has the words, which are looked for in each row: from there no index leads to them …
 (SELECT l.* FROM package_listed l
  WHERE l.repository_id = r.id
    AND (SELECT true FROM package_candidate p WHERE p.id = l.id;

-- :name hex_search_common_end :part
-- … whatever else it is …
)) p
 WHERE true;

-- :name hex_search_count_begin :part
-- How many packages have the words …
SELECT count(*) AS count FROM (SELECT
  FROM package_candidate p
 WHERE p.repository_id = ANY ({repositories}::bigint[]);

-- :name hex_search_count_end :part
-- … when it is less than the bound.
 LIMIT {bound}::bigint) p;

-- :name hex_search_found_begin :part
-- What has the words …
WITH found AS MATERIALIZED (
SELECT p.id
  FROM package_candidate p
 WHERE p.repository_id = ANY ({repositories}::bigint[]);

-- :name hex_search_found_end :part
-- … and fits the other conditions …
), page AS (SELECT p.id, row_number() OVER () AS place FROM (
SELECT p.id
  FROM found f JOIN package_listed p ON p.id = f.id
 WHERE true;

-- :name hex_search_reach :part
-- … as many as the page could need …
 LIMIT {reach}::bigint) p;

-- :name hex_search_end :part
-- … and what is shown of the page.
 LIMIT {limit}::bigint OFFSET {offset}::bigint) p)
SELECT v.*
  FROM page JOIN hex_package v ON v.id = page.id
 ORDER BY page.place;

-- :name hex_search_name :part
-- One name.
 AND p.name = {name};

-- :name hex_search_name_like :part
-- A part of the name.
 AND p.search_name LIKE {name_pattern};

-- :name hex_search_text :part
-- A part of the name, or words of it and of the description.
 AND (p.document @@ (SELECT search_query({q})) OR p.search_name LIKE {pattern});

-- :name hex_search_short :part
-- The same of what is too short for a part: the whole name.
 AND (p.document @@ (SELECT search_query({q})) OR p.search_name = {q});

-- :name hex_search_scan_short :part
-- The same between search_scan_begin and search_scan_end.
 AND n.canonical_name = {q};

-- :name hex_search_description :part
-- Any of the words, in the description.
 AND p.document @@ (SELECT search_description({description}));

-- :name hex_search_extra :part
-- What the latest release says beside.
 AND p.id IN (SELECT d.id FROM release e JOIN package d ON d.default_release_id = e.id
               WHERE e.meta ? 'extra' AND e.meta -> 'extra' @> {extra}::jsonb);

-- :name hex_search_depends :part
-- Packages whose latest release needs another one.
 AND p.id IN (SELECT n.package_id FROM reverse_dependency n JOIN package t ON t.id = n.target_package_id
               WHERE t.repository_id = ANY ({depends_in}::bigint[]) AND t.name = {depends});

-- :name hex_search_build_tool :part
-- Packages whose latest release is built by a tool.
 AND p.id IN (SELECT d.id FROM release_hex h JOIN package d ON d.default_release_id = h.release_id
               WHERE h.build_tools @> ARRAY[{build_tool}::text]);

-- :name hex_search_updated_after :part
-- Packages that have changed since.
 AND p.updated_at >= {updated_after}::timestamptz;

-- :name hex_search_order_name :part
-- By name.
 ORDER BY p.name, p.id;

-- :name hex_search_order_downloads :part
-- Most downloaded first.
 ORDER BY p.downloads DESC, p.id DESC;

-- :name hex_search_order_recent_downloads :part
-- Most downloaded lately first.
 ORDER BY p.recent_downloads DESC, p.id DESC;

-- :name hex_search_order_created :part
-- Newest first.
 ORDER BY p.created_at DESC, p.id DESC;

-- :name hex_search_order_updated :part
-- Changed last first.
 ORDER BY p.updated_at DESC, p.id DESC;

-- :name hex_search_order_updated_first :part
-- Changed first first, so that a crawler can go on.
 ORDER BY p.updated_at, p.id;
