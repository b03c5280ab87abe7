-- The lists of packages are composed of these parts (domain/search.c): a page
-- of ids in one of the orders, narrowed by any number of conditions, joined to
-- what is shown. {name} is a parameter, numbered where it first occurs.

-- :name search_page_begin :part
-- The ids of one page …
WITH page AS (SELECT p.id, p.name, row_number() OVER () AS place FROM (
SELECT p.id, p.name FROM package_listed p WHERE p.repository_id = {repository};

-- :name search_found_begin :part
-- The same of few that match a text: what the indexes of words find, put in
-- order. The planner cannot tell that they are few, and would read packages in
-- that order until it has met a page of them.
WITH found AS MATERIALIZED (SELECT p.id FROM package_candidate p WHERE p.repository_id = {repository};

-- :name search_found_end :part
-- … with what the other parts ask about.
), page AS (SELECT p.id, p.name, row_number() OVER () AS place FROM (
SELECT p.id, p.name FROM found JOIN package_listed p USING (id) WHERE true;

-- :name search_page_end :part
-- … and what is shown of them.
) p)
SELECT v.*, v.canonical_name = coalesce({exact}, '') AS exact_match
  FROM page JOIN crate_package v ON v.id = page.id
 ORDER BY page.place;

-- :name search_count_matches_begin :part
-- How many match a text (with search_where_text or _short): reads what the
-- search reads, and every condition above fits.
SELECT count(*) AS count FROM package_candidate p WHERE p.repository_id = {repository};

-- :name search_few_begin :part
-- How many match a text …
SELECT count(*) AS count FROM (SELECT FROM package_candidate p WHERE p.repository_id = {repository};

-- :name search_few_end :part
-- … when it is less than the bound.
 LIMIT {bound}::bigint) p;

-- :name search_count_begin :part
-- How many there are without a text …
SELECT count(*) AS count FROM package_listed p WHERE p.repository_id = {repository};

-- :name search_where_not_yanked :part
-- Only packages with something to use.
 AND NOT p.all_yanked;

-- :name search_where_text :part
-- The words of the query, or its text within the name.
 AND (p.document @@ search_query({q}) OR p.search_name LIKE {pattern});

-- :name search_where_short :part
-- One or two letters: names with words like them.
 AND (p.document @@ search_query({q}) OR p.search_name LIKE {words_1} OR p.search_name LIKE {words_2}
      OR p.search_name LIKE {words_3} OR p.search_name LIKE {words_4});

-- :name search_match_text :part
-- The same for a ranked list. What stands in a SELECT of its own is unknown to
-- the planner: all searches get one plan, made once, the right one whatever is
-- looked for. Planning takes longer than most searches.
 AND (p.document @@ (SELECT search_query({q})) OR p.search_name LIKE (SELECT {pattern}::text));

-- :name search_match_short :part
-- The same of one or two letters.
 AND (p.document @@ (SELECT search_query({q}))
      OR p.search_name LIKE (SELECT {words_1}::text) OR p.search_name LIKE (SELECT {words_2}::text)
      OR p.search_name LIKE (SELECT {words_3}::text) OR p.search_name LIKE (SELECT {words_4}::text));

-- :name search_scan_begin :part
-- The same as any of them where no index finds parts of names
-- (domain/name_index.h): words are looked up, names are read, from an index
-- that has nothing else. Arrays, because the planner cannot tell how many match
-- and would look at the documents of all packages.
 AND p.id = ANY (ARRAY(
SELECT s.package_id FROM package_search s WHERE s.document @@ search_query({q})
 UNION ALL
SELECT m.id FROM package m
 WHERE m.repository_id = ANY ({repositories}::bigint[]) AND m.canonical_name = ANY (ARRAY(
SELECT n.canonical_name FROM package n WHERE n.repository_id = ANY ({repositories}::bigint[]);

-- :name search_scan_text :part
-- A text within the name …
 AND n.canonical_name LIKE {pattern};

-- :name search_scan_short :part
-- … or words like one or two letters.
 AND (n.canonical_name LIKE {words_1} OR n.canonical_name LIKE {words_2}
      OR n.canonical_name LIKE {words_3} OR n.canonical_name LIKE {words_4});

-- :name search_scan_end :part
-- That was it.
))));

-- :name search_where_category :part
-- A category or anything below it.
 AND EXISTS (SELECT FROM package_category pc JOIN category c ON c.id = pc.category_id
              WHERE pc.package_id = p.id AND c.repository_id = {repository}
                AND (c.slug = {category} OR starts_with(c.slug, {category} || '::')));

-- :name search_where_keywords :part
-- Every one of the keywords.
 AND p.id IN (SELECT pk.package_id FROM package_keyword pk JOIN keyword k ON k.id = pk.keyword_id
               WHERE k.repository_id = {repository} AND k.name = ANY ({keywords}::text[])
               GROUP BY pk.package_id
              HAVING count(*) = (SELECT count(DISTINCT n) FROM unnest({keywords}::text[]) n));

-- :name search_where_keyword :part
-- One keyword.
 AND EXISTS (SELECT FROM package_keyword pk
              WHERE pk.package_id = p.id
                AND pk.keyword_id = (SELECT k.id FROM keyword k
                                      WHERE k.repository_id = {repository} AND k.name = {keyword}));

-- :name search_where_letter :part
-- Names that begin with a character.
 AND left(p.canonical_name, 1) = {letter};

-- :name search_where_owner :part
-- Packages of one owner.
 AND p.id IN (SELECT o.package_id FROM owner o JOIN account a ON a.id = o.account_id
               WHERE o.account_id = {owner} AND a.kind = {owner_kind});

-- :name search_where_following :part
-- Packages that an account follows.
 AND p.id IN (SELECT w.package_id FROM follow w WHERE w.account_id = {account});

-- :name search_where_names :part
-- Packages by their exact names.
 AND p.name = ANY ({names}::text[]);

-- :name search_after_name :part
-- Behind a name.
 AND p.name > {after_name};

-- :name search_after_exact_name :part
-- Behind a name, the exact match being first of all.
 AND p.canonical_name <> {exact} AND ({after_exact}::boolean OR p.name > {after_name});

-- :name search_after_downloads :part
-- Behind a number of downloads.
 AND (p.downloads, p.id) < ({after_number}::bigint, {after_id}::bigint);

-- :name search_after_recent_downloads :part
-- Behind a number of recent downloads.
 AND (p.recent_downloads, p.id) < ({after_number}::bigint, {after_id}::bigint);

-- :name search_after_updated :part
-- Behind a time of change.
 AND (p.updated_at, p.id) < ({after_time}::timestamptz, {after_id}::bigint);

-- :name search_after_created :part
-- Behind a time of creation.
 AND (p.created_at, p.id) < ({after_time}::timestamptz, {after_id}::bigint);

-- :name search_order_name :part
-- By name.
 ORDER BY p.name;

-- :name search_order_exact_name :part
-- The exact match, then by name.
 ORDER BY p.canonical_name = {exact} DESC, p.name;

-- :name search_order_downloads :part
-- Most downloaded first.
 ORDER BY p.downloads DESC, p.id DESC;

-- :name search_order_recent_downloads :part
-- Most downloaded lately first.
 ORDER BY p.recent_downloads DESC, p.id DESC;

-- :name search_order_updated :part
-- Changed last first.
 ORDER BY p.updated_at DESC, p.id DESC;

-- :name search_order_created :part
-- Newest first.
 ORDER BY p.created_at DESC, p.id DESC;

-- :name search_limit :part
-- One page.
 LIMIT {limit}::bigint OFFSET {offset}::bigint;

-- :name search_relevance_begin :part
-- Only the matches with the most recent downloads, and the exact one, are
-- ranked: to rank all of them takes seconds for common words. How many match is
-- counted in passing, which costs less than asking again.
WITH popular AS MATERIALIZED (
SELECT p.row_at, count(*) OVER () AS match_count
  FROM package_candidate p WHERE p.repository_id = {repository};

-- :name search_relevance_middle :part
-- The exact match is always a candidate. Candidates are known by where their
-- rows lie, which within one statement is as good as a key and nearer.
 ORDER BY p.recent_downloads DESC, p.id DESC LIMIT {candidates}::bigint
), candidate AS MATERIALIZED (
SELECT row_at FROM popular
 UNION
SELECT s.ctid
  FROM package p JOIN package_search s ON s.package_id = p.id
 WHERE p.repository_id = {repository} AND p.canonical_name = {exact};

-- :name search_relevance_end :part
-- Ranked.
), page AS (SELECT p.id, row_number() OVER () AS place FROM (
SELECT p.id
  FROM candidate c JOIN package_candidate p ON p.row_at = c.row_at
 ORDER BY p.canonical_name = {exact} DESC,
          ts_rank_cd(p.document, (SELECT search_query({q}))) DESC,
          p.recent_downloads DESC, p.name
 LIMIT {limit}::bigint OFFSET {offset}::bigint) p)
SELECT v.*, v.canonical_name = {exact} AS exact_match,
       (SELECT match_count FROM popular LIMIT 1) AS match_count
  FROM page JOIN crate_package v ON v.id = page.id
 ORDER BY page.place;

-- :name search_total :one
-- How many packages and downloads a repository has.
SELECT package_count, download_count FROM repository WHERE id = $1;

-- :name search_updated_later :many
-- Packages changed after their creation, the latest first.
SELECT v.*, false AS exact_match
  FROM (SELECT id FROM package
         WHERE repository_id = $1 AND updated_at <> created_at
         ORDER BY updated_at DESC, id DESC LIMIT $2) page
  JOIN crate_package v ON v.id = page.id
 ORDER BY v.updated_at DESC, v.id DESC;
