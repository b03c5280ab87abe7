-- :name keyword_list_by_name :many
-- A page of keywords in alphabetical order.
SELECT id, name, package_count, created_at FROM keyword
 WHERE repository_id = $1 AND package_count > 0
 ORDER BY name LIMIT $2 OFFSET $3;

-- :name keyword_list_by_count :many
-- A page of keywords, the most used first.
SELECT id, name, package_count, created_at FROM keyword
 WHERE repository_id = $1 AND package_count > 0
 ORDER BY package_count DESC, name LIMIT $2 OFFSET $3;

-- :name keyword_count :one
-- How many keywords are in use.
SELECT count(*) AS count FROM keyword WHERE repository_id = $1 AND package_count > 0;

-- :name keyword_by_name :one
-- One keyword.
SELECT id, name, package_count, created_at FROM keyword WHERE repository_id = $1 AND name = $2;

-- :name keyword_of_package :many
-- The keywords of a package.
SELECT k.id, k.name, k.package_count, k.created_at
  FROM package_keyword pk JOIN keyword k ON k.id = pk.keyword_id
 WHERE pk.package_id = $1
 ORDER BY k.name;

-- :name keyword_ensure :exec
-- Bring keywords to life, in one order for everybody.
INSERT INTO keyword (repository_id, name)
SELECT $1, n FROM unnest($2::text[]) n ORDER BY n
ON CONFLICT ON CONSTRAINT keyword_name_key DO NOTHING;

-- :name keyword_unset :exec
-- Take the keywords from a package that are not among the given ones. Locks all
-- whose count will change, those that come next too, in one order for everybody.
WITH changing AS MATERIALIZED (
SELECT id FROM keyword
 WHERE id IN (SELECT pt.keyword_id FROM package_keyword pt JOIN keyword t ON t.id = pt.keyword_id
               WHERE pt.package_id = $1 AND NOT t.name = ANY ($2::text[])
               UNION ALL
              SELECT t.id FROM package p
                JOIN keyword t ON t.repository_id = p.repository_id AND t.name = ANY ($2::text[])
               WHERE p.id = $1
                 AND NOT EXISTS (SELECT FROM package_keyword pt
                                  WHERE pt.package_id = $1 AND pt.keyword_id = t.id))
 ORDER BY id
   FOR NO KEY UPDATE)
DELETE FROM package_keyword pt
 USING keyword t
 WHERE pt.package_id = $1 AND t.id = pt.keyword_id AND NOT t.name = ANY ($2::text[])
   AND (SELECT count(*) FROM changing) > 0;

-- :name keyword_set :exec
-- Give a package the keywords it does not have yet.
INSERT INTO package_keyword (package_id, keyword_id)
SELECT $1, k.id FROM keyword k WHERE k.repository_id = $2 AND k.name = ANY ($3::text[])
ON CONFLICT ON CONSTRAINT package_keyword_pkey DO NOTHING;

-- :name category_list_by_name :many
-- A page of top-level categories; counts include the subcategories.
SELECT c.id, c.slug, c.path, c.description, c.created_at, c.package_count
  FROM category_counted c
 WHERE c.repository_id = $1 AND position('::' IN c.slug) = 0
 ORDER BY lower(c.path), c.slug LIMIT $2 OFFSET $3;

-- :name category_list_by_count :many
-- The same, the fullest first.
SELECT c.id, c.slug, c.path, c.description, c.created_at, c.package_count
  FROM category_counted c
 WHERE c.repository_id = $1 AND position('::' IN c.slug) = 0
 ORDER BY package_count DESC, c.path LIMIT $2 OFFSET $3;

-- :name category_count :one
-- How many top-level categories there are.
SELECT count(*) AS count FROM category WHERE repository_id = $1 AND position('::' IN slug) = 0;

-- :name category_by_slug :one
-- One category with its own count.
SELECT id, slug, path, description, created_at, package_count FROM category
 WHERE repository_id = $1 AND slug = $2;

-- :name category_children :many
-- The direct subcategories of a category; counts include what is below them.
SELECT c.id, c.slug, c.path, c.description, c.created_at, c.package_count
  FROM category_counted c
 WHERE c.repository_id = $1 AND starts_with(c.slug, $2::text || '::')
   AND position('::' IN substr(c.slug, length($2::text) + 3)) = 0
 ORDER BY c.slug;

-- :name category_parents :many
-- The chain of categories above one, the root first.
SELECT c.id, c.slug, c.path, c.description, c.created_at, c.package_count
  FROM category_counted c
 WHERE c.repository_id = $1 AND starts_with($2::text, c.slug || '::')
 ORDER BY length(c.slug);

-- :name category_slugs :many
-- Every category in the order of slugs.
SELECT id, slug, path, description, created_at, package_count FROM category
 WHERE repository_id = $1
 ORDER BY slug;

-- :name category_of_package :many
-- The categories of a package.
SELECT c.id, c.slug, c.path, c.description, c.created_at, c.package_count
  FROM package_category pc JOIN category c ON c.id = pc.category_id
 WHERE pc.package_id = $1
 ORDER BY c.slug;

-- :name category_unknown :many
-- Which of the given slugs are no category.
SELECT s AS slug FROM unnest($2::text[]) WITH ORDINALITY AS given (s, n)
 WHERE NOT EXISTS (SELECT FROM category c WHERE c.repository_id = $1 AND c.slug = s)
 ORDER BY n;

-- :name category_unset :exec
-- Take the categories from a package that are not among the given ones. Locks all
-- whose count will change, those that come next too, in one order for everybody.
WITH changing AS MATERIALIZED (
SELECT id FROM category
 WHERE id IN (SELECT pt.category_id FROM package_category pt JOIN category t ON t.id = pt.category_id
               WHERE pt.package_id = $1 AND NOT t.slug = ANY ($2::text[])
               UNION ALL
              SELECT t.id FROM package p
                JOIN category t ON t.repository_id = p.repository_id AND t.slug = ANY ($2::text[])
               WHERE p.id = $1
                 AND NOT EXISTS (SELECT FROM package_category pt
                                  WHERE pt.package_id = $1 AND pt.category_id = t.id))
 ORDER BY id
   FOR NO KEY UPDATE)
DELETE FROM package_category pt
 USING category t
 WHERE pt.package_id = $1 AND t.id = pt.category_id AND NOT t.slug = ANY ($2::text[])
   AND (SELECT count(*) FROM changing) > 0;

-- :name category_set :exec
-- Give a package the categories it does not have yet.
INSERT INTO package_category (package_id, category_id)
SELECT $1, c.id FROM category c WHERE c.repository_id = $2 AND c.slug = ANY ($3::text[])
ON CONFLICT ON CONSTRAINT package_category_pkey DO NOTHING;
