-- Where a candidate lies. A ranking reads its candidates a second time for
-- their words, by place rather than through the key's index: of a thousand that
-- is a quarter of the whole search. Only valid within one statement.
CREATE OR REPLACE VIEW package_candidate AS
SELECT s.package_id AS id, s.repository_id, s.name, s.canonical_name,
       (SELECT p.all_yanked FROM package p WHERE p.id = s.package_id) AS all_yanked,
       s.recent_downloads, s.canonical_name AS search_name, s.document, s.ctid AS row_at
  FROM package_search s;
