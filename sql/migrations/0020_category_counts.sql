-- Categories with the packages of everything below them counted too.
CREATE VIEW category_counted AS
SELECT c.id,
       c.repository_id,
       c.slug,
       c.path,
       c.description,
       c.created_at,
       (SELECT sum(s.package_count)::bigint
          FROM category s
         WHERE s.repository_id = c.repository_id
           AND (s.slug = c.slug OR starts_with(s.slug, c.slug || '::'))) AS package_count
  FROM category c;
