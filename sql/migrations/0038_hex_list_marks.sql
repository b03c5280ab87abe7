-- What is known of a list of a Hex repository at some of its chunks: the state
-- of the digest over all before (src/domain/hex_mark.h), so that a publish reads
-- and hashes only what is behind the chunk that it changes. Null: nothing yet.
ALTER TABLE hex_list ADD COLUMN marks bytea;

-- The row stays in one page, with room for its next version.
ALTER TABLE hex_list ALTER COLUMN marks SET STORAGE EXTERNAL;
ALTER TABLE hex_list SET (toast_tuple_target = 8160);

DROP FUNCTION hex_list_sum(bigint, text, bytea);
