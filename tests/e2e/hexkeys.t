#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The key of the Hex repositories: made, shown, replaced and saved, and judged
# by openssl and ssh-keygen.

. "$(dirname "$0")/../support/house.sh"

house_hex_key() { :; }
house_open
key=$house/data/keys/hex.pem

# release NAME VERSION: a release as a publish would leave it, without objects.
release() {
	sql "INSERT INTO package (repository_id, name, canonical_name) VALUES (3, '$1', '$1')
		ON CONFLICT DO NOTHING;
	INSERT INTO release (package_id, version, version_identity, version_key)
		SELECT id, '$2', '$2', '$2' FROM package WHERE name = '$1';
	INSERT INTO release_hex (release_id, app, inner_checksum)
		SELECT id, '$1', sha256('inner') FROM release ON CONFLICT DO NOTHING;
	INSERT INTO blob (sha256, size) VALUES (sha256('outer'), 5) ON CONFLICT DO NOTHING;
	INSERT INTO file (repository_id, release_id, path, filename, kind, size, sha256)
		SELECT 3, r.id, 'tarballs/$1-$2.tar', '$1-$2.tar', 'tarball', 5, sha256('outer')
		FROM release r JOIN package p ON p.id = r.package_id
		WHERE p.name = '$1' AND r.version = '$2'" >/dev/null
}

# object PATH: the bytes that clients would fetch.
object() {
	case $1 in
	packages/*) sql "SELECT encode(body, 'base64') FROM index_object WHERE path = '$1'" ;;
	*) sql "SELECT encode(l.file_begin || coalesce((SELECT string_agg(deflated, '' ORDER BY first_name)
		FROM hex_list_chunk c WHERE c.repository_id = 3 AND c.list = l.list), '') || l.file_end, 'base64')
		FROM hex_list l WHERE l.repository_id = 3 AND l.list = '$1'" ;;
	esac | base64 -d
}

# split FILE: the payload and the signature of a Signed message, as FILE.payload and FILE.signature.
split() {
	gzip -dc <"$1" | python3 -c '
import sys
data, at, fields = sys.stdin.buffer.read(), 0, {}
while at < len(data):
    tag, at, length, shift = data[at], at + 1, 0, 0
    while True:
        byte, at = data[at], at + 1
        length |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            break
    fields[tag], at = data[at:at + length], at + length
assert sorted(fields) == [0x0a, 0x12] and at == len(data)
open(sys.argv[1] + ".payload", "wb").write(fields[0x0a])
open(sys.argv[1] + ".signature", "wb").write(fields[0x12])' "$1"
}

# verifies PATH PUBLIC-KEY
verifies() {
	object "$1" >"$house/work/object"
	split "$house/work/object"
	openssl dgst -sha512 -verify "$2" -signature "$house/work/object.signature" "$house/work/object.payload"
}

public_key() { admin keys show --json | jq -r .public_key; }

without_a_key_all_else_works() {
	fails admin keys show
	like "$out" "keys create"
	admin verify
	is "$(admin reindex --json | jq .changed)" 0
}
it "without a key everything else works" without_a_key_all_else_works

a_key_is_made_once() {
	release plug 1.0.0
	fails admin verify
	like "$out" "hex-key"
	fails admin keys create --bits 1024
	like "$(admin keys create)" "signed 3 objects"
	is "$(stat -c %a "$key")" 600
	is "$(stat -c %U "$key")" "$(stat -c %U "$house/data")"
	is "$(stat -c %a "$(dirname "$key")")" 700
	fails admin keys create
	like "$out" "exists already"
}
it "a key is made once, for the registry only, and signs what is there" a_key_is_made_once

others_agree() {
	local object
	public_key >"$house/work/public.pem"
	is "$(openssl pkey -in "$key" -pubout)" "$(cat "$house/work/public.pem")"
	like "$(admin keys show)" "BEGIN PUBLIC KEY"
	for object in packages/plug names versions; do
		like "$(verifies "$object" "$house/work/public.pem")" "Verified OK"
	done
	if command -v ssh-keygen >/dev/null; then
		ssh-keygen -i -m PKCS8 -f "$house/work/public.pem" >"$house/work/public.ssh"
		is "$(ssh-keygen -l -f "$house/work/public.ssh" | cut -d' ' -f2)" \
			"$(admin keys show --json | jq -r .fingerprint)"
	fi
}
it "openssl verifies with the key, ssh-keygen prints its fingerprint" others_agree

a_backup_is_a_copy() {
	admin keys backup "$house/work/backup.pem"
	is "$(stat -c %a "$house/work/backup.pem")" 600
	cmp "$key" "$house/work/backup.pem"
	fails admin keys backup "$house/work/backup.pem"
	like "$out" "exists already"
}
it "a backup is a copy that replaces nothing" a_backup_is_a_copy

a_rotation_signs_all_anew() {
	local old new object kept
	old=$(admin keys show --json | jq -r .fingerprint)
	kept=$(admin keys rotate --bits 3072 --json | jq -r .kept)
	new=$(admin keys show --json | jq -r .fingerprint)
	[ "$new" != "$old" ]
	is "$(admin keys show --json | jq .bits)" 3072
	cmp "$kept" "$house/work/backup.pem"
	is "$(stat -c %a "$kept")" 600
	public_key >"$house/work/new.pem"
	for object in packages/plug names versions; do
		like "$(verifies "$object" "$house/work/new.pem")" "Verified OK"
		fails verifies "$object" "$house/work/public.pem"
	done
	like "$(admin keys rotate)" "Clients refuse packages"
}
it "a rotation signs everything anew and keeps the old key" a_rotation_signs_all_anew

damage_is_repaired() {
	sql "UPDATE index_object SET body = 'broken' WHERE path = 'packages/plug';
		UPDATE hex_list_chunk SET deflated = 'broken' WHERE list = 'names'" >/dev/null
	fails admin verify
	like "$out" "index-differs"
	is "$(admin reindex --json | jq .changed)" 3
	# the tarball is missing in the store
	fails admin verify --json
	is "$(head -n 1 <<<"$out" | jq '[.problems[] | select(.kind == "index-differs")] | length')" 0
	is "$(admin reindex --json | jq .changed)" 0
}
it "damage is found by verify and repaired by reindex" damage_is_repaired

a_key_that_others_can_read_is_refused() {
	chmod 644 "$key"
	fails admin keys show
	like "$out" "0644"
	chmod 600 "$key"
	admin keys show
}
it "a key that others can read is refused" a_key_that_others_can_read_is_refused

done_testing
