-- What Hex shows of people.

-- :name hex_owned_list :many
-- The packages that an account owns, as far as another may see them.
SELECT p.name, r.name AS repository, r.id AS repository_id
  FROM owner o
  JOIN package p ON p.id = o.package_id
  JOIN repository r ON r.id = p.repository_id
 WHERE o.account_id = $1::bigint AND r.ecosystem = 'hex'
   AND (NOT r.private OR r.owner_id = $2::bigint
        OR r.owner_id IN (SELECT m.organization_id FROM membership m WHERE m.account_id = $2::bigint))
 ORDER BY r.owner_id IS NOT NULL, r.name, p.name
 LIMIT 1000;
