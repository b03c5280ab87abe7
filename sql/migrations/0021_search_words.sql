-- Only words are searched for. PostgreSQL's parser also looks for tags, hosts,
-- addresses and paths, and goes back over the text for each of them: 64 kB of
-- "<!--" took it 22 seconds, 4 kB of "1@a" one and a half, and everybody may
-- send those. Blanks in the place of punctuation keep it linear. Rewrites every
-- search document: takes minutes on a registry of a million packages.
CREATE FUNCTION search_words(given text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(given, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32));

CREATE OR REPLACE FUNCTION search_document(name text, keywords text, description text, readme text)
RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN setweight(to_tsvector('english', search_words(coalesce(name, ''))), 'A')
	|| setweight(to_tsvector('english', search_words(coalesce(keywords, ''))), 'B')
	|| setweight(to_tsvector('english', search_words(left(coalesce(description, ''), 16384))), 'C')
	|| setweight(to_tsvector('english', search_words(left(coalesce(readme, ''), 65536))), 'D');

-- What a client asks for. Nobody types more; a ranking compares each candidate
-- with every word.
CREATE FUNCTION search_query(given text)
RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN plainto_tsquery('english', search_words(left(given, 512)));

UPDATE package_search s
   SET document = search_document(p.name,
           (SELECT string_agg(k.name, ',' ORDER BY k.name)
              FROM package_keyword pk JOIN keyword k ON k.id = pk.keyword_id
             WHERE pk.package_id = p.id),
           p.description, p.readme)
  FROM package p
 WHERE p.id = s.package_id;
