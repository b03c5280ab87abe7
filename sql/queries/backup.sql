-- Copying a registry and making one of a copy.

-- :name backup_alone :one
-- Whether no other backup is running; none begins before the session ends.
SELECT pg_try_advisory_lock(hashtext('backup'))::integer AS count;

-- :name backup_lock :exec
-- Keep gc away until the session ends. Before the snapshot
-- is taken: a blob that it refers to could be collected while we wait.
SELECT pg_advisory_lock(hashtext('blob_gc'));

-- :name gc_lock :one
-- Whether no backup is running; none begins before the transaction ends.
SELECT pg_try_advisory_xact_lock_shared(hashtext('blob_gc'))::integer AS count;

-- :name backup_begin :one
-- What others need to see the same state. It may be held for hours.
SELECT pg_export_snapshot() AS snapshot,
       (SELECT max(number) FROM schema_migration)::bigint AS schema,
       set_config('idle_in_transaction_session_timeout', '0', true) AS timeout;

-- :name backup_blobs :many
-- All blobs that something refers to, by digest, a page at a time.
SELECT b.sha256, b.size
  FROM blob b
 WHERE b.sha256 > $1::bytea
   AND (EXISTS (SELECT FROM file f WHERE f.sha256 = b.sha256)
        OR EXISTS (SELECT FROM generation_file g WHERE g.sha256 = b.sha256))
 ORDER BY b.sha256
 LIMIT $2::bigint;

-- :name restore_obstacles :one
-- What is in the database already, extensions aside.
SELECT count(*) AS count
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname <> 'information_schema'
   AND n.nspname !~ '^pg_'
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e');
