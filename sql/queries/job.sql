-- The job queue. A job waits (locked_by null), is run (locked_by set, until
-- locked_until) or is finished. After a first run locked_until is never null
-- again: that keeps the row out of the index that makes waiting jobs unique.

-- :name job_insert :exec
-- A job, unless one of the same key is waiting.
INSERT INTO job (kind, payload, unique_key, run_at, max_attempts)
VALUES ($1::text, coalesce($2::text, '{}')::jsonb, $3::text, coalesce($4::timestamptz, now()), $5::integer)
ON CONFLICT (unique_key) WHERE finished_at IS NULL AND locked_until IS NULL DO NOTHING;

-- :name job_schedule_lock :exec
-- One at a time looks which periodic jobs there are: a row that is claimed as soon as
-- it is there is out of the index that would keep a second one away.
SELECT pg_advisory_xact_lock(hashtext('job_schedule'));

-- :name job_schedule :exec
-- The rows of periodic jobs that are not there yet.
INSERT INTO job (kind, unique_key, max_attempts)
SELECT k, 'every:' || k, 1000000
  FROM unnest($1::text[]) AS k
 WHERE NOT EXISTS (SELECT FROM job j WHERE j.unique_key = 'every:' || k AND j.finished_at IS NULL)
ON CONFLICT (unique_key) WHERE finished_at IS NULL AND locked_until IS NULL DO NOTHING;

-- :name job_claim :one
-- Take the job that has been due for longest, for as long as its kind may run.
WITH due AS (
	SELECT id
	  FROM job
	 WHERE finished_at IS NULL
	   AND run_at <= now()
	   AND (locked_until IS NULL OR locked_until <= now())
	   AND attempts < max_attempts
	   AND kind = ANY ($1::text[])
	 ORDER BY run_at, id
	 LIMIT 1
	   FOR UPDATE SKIP LOCKED
)
UPDATE job
   SET locked_by = $3::text,
       locked_until = now() + interval '1 microsecond' *
           (SELECT t.lease FROM unnest($1::text[], $2::bigint[]) AS t (name, lease) WHERE t.name = job.kind),
       attempts = attempts + 1
  FROM due
 WHERE job.id = due.id
RETURNING job.id, kind, payload, unique_key, run_at, attempts, max_attempts, locked_until, locked_by,
          last_error, created_at, finished_at;

-- :name job_claim_id :one
-- Take one job by its id, due or not.
WITH due AS (
	SELECT id
	  FROM job
	 WHERE id = $4::bigint
	   AND finished_at IS NULL
	   AND (locked_by IS NULL OR locked_until <= now())
	   AND kind = ANY ($1::text[])
	   FOR UPDATE SKIP LOCKED
)
UPDATE job
   SET locked_by = $3::text,
       locked_until = now() + interval '1 microsecond' *
           (SELECT t.lease FROM unnest($1::text[], $2::bigint[]) AS t (name, lease) WHERE t.name = job.kind),
       attempts = attempts + 1
  FROM due
 WHERE job.id = due.id
RETURNING job.id, kind, payload, unique_key, run_at, attempts, max_attempts, locked_until, locked_by,
          last_error, created_at, finished_at;

-- :name job_finish :exec
-- Done. A runner that lost its claim ($2, $3) changes nothing.
UPDATE job
   SET finished_at = now(), locked_by = NULL, last_error = NULL
 WHERE id = $1::bigint AND locked_by = $2::text AND attempts = $3::bigint AND finished_at IS NULL;

-- :name job_move_on :exec
-- A periodic job is due again after $4 microseconds, whether it failed ($5) or not.
UPDATE job
   SET run_at = now() + $4::bigint * interval '1 microsecond',
       locked_until = now() + $4::bigint * interval '1 microsecond',
       locked_by = NULL,
       attempts = 0,
       last_error = $5::text
 WHERE id = $1::bigint AND locked_by = $2::text AND attempts = $3::bigint AND finished_at IS NULL;

-- :name job_fail :exec
-- Again after $4 microseconds, unless it was the last attempt. Where a newer
-- job of the same key waits, that one does the work.
UPDATE job
   SET run_at = now() + $4::bigint * interval '1 microsecond',
       locked_until = now() + $4::bigint * interval '1 microsecond',
       locked_by = NULL,
       finished_at = CASE WHEN attempts >= max_attempts OR newer.exists THEN now() END,
       last_error = CASE WHEN NOT newer.exists THEN $5::text END
  FROM (SELECT EXISTS (
               SELECT FROM job me JOIN job other ON other.unique_key = me.unique_key
                WHERE me.id = $1::bigint AND other.id <> me.id
                  AND other.finished_at IS NULL AND other.locked_until IS NULL) AS exists) AS newer
 WHERE id = $1::bigint AND locked_by = $2::text AND attempts = $3::bigint AND finished_at IS NULL;

-- :name job_next_due :one
-- When the next waiting job is due, in microseconds since 1970.
SELECT (extract(epoch FROM run_at) * 1000000)::bigint AS at
  FROM job
 WHERE finished_at IS NULL AND locked_by IS NULL
 ORDER BY run_at
 LIMIT 1;

-- :name job_list :many
-- A page of jobs by id: waiting, running, failed (given up), or all of them.
SELECT id, kind, payload, unique_key, run_at, attempts, max_attempts, locked_until, locked_by,
       last_error, created_at, finished_at
  FROM job
 WHERE id > $3::bigint
   AND ($2::text IS NULL OR kind = $2::text)
   AND CASE $1::text
       WHEN 'waiting' THEN finished_at IS NULL AND (locked_by IS NULL OR locked_until <= now())
       WHEN 'running' THEN finished_at IS NULL AND locked_by IS NOT NULL AND locked_until > now()
       WHEN 'failed' THEN finished_at IS NOT NULL AND last_error IS NOT NULL
       ELSE true END
 ORDER BY id
 LIMIT $4::bigint;

-- :name job_retry :exec
-- Let what was given up run again.
UPDATE job
   SET finished_at = NULL, attempts = 0, run_at = now(), locked_until = now()
 WHERE ($1::bigint IS NULL OR id = $1::bigint)
   AND finished_at IS NOT NULL AND last_error IS NOT NULL;

-- :name job_count :one
-- The state of the queue.
SELECT count(*) FILTER (WHERE NOT running) AS waiting,
       count(*) FILTER (WHERE NOT running AND run_at <= now()) AS due,
       count(*) FILTER (WHERE running) AS running,
       (SELECT count(*) FROM job WHERE finished_at IS NOT NULL AND last_error IS NOT NULL) AS failed,
       min(run_at) FILTER (WHERE NOT running AND run_at <= now()) AS oldest_due
  FROM (SELECT run_at, locked_by IS NOT NULL AND locked_until > now() AS running
          FROM job WHERE finished_at IS NULL) AS unfinished;

-- :name job_abandon :exec
-- Give up what took its runner down at every attempt.
UPDATE job
   SET finished_at = now(), locked_by = NULL,
       last_error = coalesce(last_error, 'the runner ended before the job did')
 WHERE finished_at IS NULL AND attempts >= max_attempts AND locked_until <= now();

-- :name job_forget :exec
-- Finished jobs are of no use after a week, failed ones after a month.
DELETE FROM job
 WHERE id = ANY (ARRAY(
       SELECT id FROM job
        WHERE finished_at < now() - CASE WHEN last_error IS NULL THEN interval '7 days' ELSE interval '30 days' END
        ORDER BY finished_at
        LIMIT $1::bigint
          FOR UPDATE SKIP LOCKED));

-- :name job_forget_invitations :exec
-- Invitations that nobody can accept any more.
DELETE FROM owner_invitation WHERE expires_at < now() - interval '30 days';
