-- :name download_lock_packages :many
-- Lock the packages of some files against deletion, in the order of their ids.
-- A statement of its own, so that the next one sees what is gone.
SELECT id FROM package
 WHERE id IN (SELECT r.package_id FROM file f JOIN release r ON r.id = f.release_id
               WHERE f.id = ANY ($1::bigint[]))
 ORDER BY id
   FOR KEY SHARE;

-- :name download_add :exec
-- Add counts of one worker to files of locked packages: files, their releases
-- and the days, all in the order of the key, so that two workers cannot
-- deadlock. Files deleted in the meantime are left out.
INSERT INTO download_day (file_id, release_id, day, count)
SELECT n.file_id, f.release_id, n.day, n.count
  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS given (file_id, day_number, count)
 CROSS JOIN LATERAL (SELECT given.file_id, date '1970-01-01' + given.day_number::integer AS day, given.count) n
  JOIN file f ON f.id = n.file_id
 ORDER BY n.file_id, n.day
ON CONFLICT ON CONSTRAINT download_day_pkey
DO UPDATE SET count = download_day.count + excluded.count;

-- :name download_rollup_lock :one
-- One roll-up at a time, on any machine: 1 when it is ours.
SELECT pg_try_advisory_xact_lock(hashtext('download_rollup'))::integer AS count;

-- :name download_rollup_packages :many
-- Lock the repositories and packages that a batch of pending counts belongs to,
-- in the order of publishes and deletions. A statement of its own, so that the
-- next one sees what those who held the locks have committed.
WITH pending AS MATERIALIZED (
	SELECT release_id FROM download_day WHERE count <> counted ORDER BY file_id, day LIMIT $1
), counted AS MATERIALIZED (
	SELECT id FROM repository
	 WHERE id IN (SELECT p.repository_id FROM pending n
	                JOIN release r ON r.id = n.release_id JOIN package p ON p.id = r.package_id)
	 ORDER BY id
	   FOR NO KEY UPDATE
)
SELECT id FROM package
 WHERE id IN (SELECT r.package_id FROM pending n JOIN release r ON r.id = n.release_id)
   AND (SELECT count(*) FROM counted) > 0
 ORDER BY id
   FOR NO KEY UPDATE;

-- :name download_rollup_releases :one
-- Carry pending counts of locked packages over to files, releases, packages and
-- repositories; at most a batch of day rows at once. Gives how many were carried.
-- A count that a worker adds while its row is waited for is in "pending" but not
-- in what the update reads first, and a constraint is checked on that too: both
-- columns are set from the locked row.
WITH pending AS MATERIALIZED (
	SELECT file_id, release_id, day, count, count - counted AS more
	  FROM download_day
	 WHERE count <> counted
	   AND release_id IN (SELECT r.id FROM release r WHERE r.package_id = ANY ($2::bigint[]))
	 ORDER BY file_id, day
	 LIMIT $1
	   FOR UPDATE
), marked AS (
	UPDATE download_day d SET count = p.count, counted = p.count
	  FROM pending p
	 WHERE d.file_id = p.file_id AND d.day = p.day
	RETURNING 1
), by_file AS (
	UPDATE file f SET downloads = f.downloads + n.more
	  FROM (SELECT file_id, sum(more)::bigint AS more FROM pending GROUP BY file_id) n
	 WHERE f.id = n.file_id
), by_release AS (
	UPDATE release r SET downloads = r.downloads + n.more
	  FROM (SELECT release_id, sum(more)::bigint AS more FROM pending GROUP BY release_id) n
	 WHERE r.id = n.release_id
	RETURNING r.package_id, n.more
), by_package AS (
	UPDATE package p SET downloads = p.downloads + n.more, recent_downloads = p.recent_downloads + n.more
	  FROM (SELECT package_id, sum(more)::bigint AS more FROM by_release GROUP BY package_id) n
	 WHERE p.id = n.package_id
	RETURNING p.id, p.repository_id, p.downloads, n.more
), by_dependent AS (
	UPDATE reverse_dependency v SET downloads = p.downloads
	  FROM by_package p
	 WHERE v.package_id = p.id
), by_repository AS (
	UPDATE repository o SET download_count = o.download_count + n.more
	  FROM (SELECT repository_id, sum(more)::bigint AS more FROM by_package GROUP BY repository_id) n
	 WHERE o.id = n.repository_id
)
SELECT count(*) AS count FROM marked;

-- :name download_recent_packages :many
-- Lock a batch of the packages behind an id whose recent downloads can have changed
-- by a day passing: those that have some now. A statement of its own, so that the
-- next one sees what a roll-up that held the locks has carried over.
SELECT id FROM package
 WHERE recent_downloads > 0 AND id > $1
 ORDER BY id
 LIMIT $2
   FOR NO KEY UPDATE;

-- :name download_refresh_recent :exec
-- Recompute the downloads of the last 90 days of locked packages. Only what the
-- totals have too: the rest is added to both by the next roll-up.
UPDATE package p
   SET recent_downloads = n.recent
  FROM (SELECT q.id,
               coalesce((SELECT sum(d.counted) FROM release r JOIN download_day d ON d.release_id = r.id
                          WHERE r.package_id = q.id AND d.day > ($1::timestamptz AT TIME ZONE 'UTC')::date - 90), 0)::bigint AS recent
          FROM unnest($2::bigint[]) AS q (id)) n
 WHERE p.id = n.id AND p.recent_downloads <> n.recent;

-- :name download_of_release :many
-- Downloads of a release by day, within the 90 days that end with a date.
SELECT release_id, sum(count)::bigint AS downloads, day
  FROM download_day
 WHERE release_id = $1 AND day BETWEEN ($2::timestamptz AT TIME ZONE 'UTC')::date - 89 AND ($2::timestamptz AT TIME ZONE 'UTC')::date
 GROUP BY release_id, day
 ORDER BY day;

-- :name download_of_releases :many
-- Downloads of some releases by day in the last 90 days.
SELECT release_id, sum(count)::bigint AS downloads, day
  FROM download_day
 WHERE release_id = ANY ($1::bigint[]) AND day > ($2::timestamptz AT TIME ZONE 'UTC')::date - 90
 GROUP BY release_id, day
 ORDER BY day, release_id DESC;

-- :name download_of_others :many
-- Downloads by day in the last 90 days of a package's other releases together.
SELECT 0::bigint AS release_id, sum(d.count)::bigint AS downloads, d.day
  FROM release r JOIN download_day d ON d.release_id = r.id
 WHERE r.package_id = $1 AND NOT r.id = ANY ($2::bigint[]) AND d.day > ($3::timestamptz AT TIME ZONE 'UTC')::date - 90
 GROUP BY d.day
 ORDER BY d.day;
