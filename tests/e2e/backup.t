#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Backup and restore: a copy made while everybody publishes becomes a registry
# elsewhere, and whatever is wrong with a copy is told before anything is done.

. "$(dirname "$0")/../support/house.sh"
. "$support/smoke.sh"
. "$support/annex.sh"
. "$support/cargo.sh"

PATH=$(postgres_bindir):$PATH
house_open
house_set crates_rate_limits no
house_start lighttpd || bail "the registry did not start"
publish_crate demo 1.0.0 || bail "nothing can be published"
copy=$house/backups/one
install -d -m 700 "$house/backups"
am_root && chown "$user" "$house/backups"

# backed_up [DIR]: JSON of what a backup tells.
backed_up() { admin backup "${1:-$copy}" --json; }

publish_hex() {
	hextar "$1" "$2" >"$house/work/tarball"
	is "$(http POST '/api/packages/'"$1"'/releases?replace=false' -H "Authorization: $alice" \
		-H 'Accept: application/vnd.hex+erlang' -A 'hex_core/0.18.0 (test)' \
		-H 'Content-Type: application/octet-stream' --data-binary "@$house/work/tarball")" 201
}

while_publishing() {
	publish_hex steady_hex 1.0.0
	kit storm "$base_url" "$alice" --count 60 --jobs 4 --log "$house/work/acknowledged" during \
		>"$house/work/storm" &
	wait_until 20 test -s "$house/work/acknowledged"
	backed_up >"$house/work/result"
	wait
	jq . "$house/work/result"
	# it saw some of them and not others: else this shows nothing
	[ "$(jq .blobs "$house/work/result")" -gt 2 ]
	[ "$(jq .blobs "$house/work/result")" -lt 62 ]
}
it "a backup is made while others publish" while_publishing

for_the_owner_only() {
	is "$(find "$copy" -type d ! -perm 700)" ""
	is "$(find "$copy" -type f ! -perm 600)" ""
	is "$(find "$copy" -type f -links +1)" ""
	is "$(find "$copy" -type f -samefile "$(find "$house/data/blobs" -type f | head -n 1)")" ""
	is "$(jq -r .format "$copy/manifest.json")" 1
	is "$(find "$copy" -name 'spool.*')" ""
}
it "it is for its owner only, and made of copies" for_the_owner_only

only_what_is_new() {
	local state
	state=$(jq -r .state "$copy/manifest.json")
	publish_crate demo 2.0.0
	backed_up >"$house/work/second"
	is "$(jq .blobs "$house/work/second")" "$(sql 'SELECT count(*) FROM blob')"
	is "$(jq '.copied < .blobs and .copied > 0' "$house/work/second")" true
	is "$(backed_up | jq .copied)" 0
	[ ! -e "$copy/$state" ]
	is "$(ls -d "$copy"/state.* | wc -l)" 1
}
it "a further backup copies only what is new and replaces the state" only_what_is_new

secrets_are_not_arguments() {
	local bin=$house/work/path conf=$house/work/secret.conf
	mkdir -p "$bin"
	cat >"$bin/pg_dump" <<-SH
	#!/bin/sh
	echo "\$*" >"$house/tmp/arguments"
	env >"$house/tmp/environment"
	exec "$(postgres_bindir)/pg_dump" "\$@"
	SH
	chmod 755 "$bin/pg_dump"
	chmod 711 "$house/work"
	cp "$house/entrepot.conf" "$conf"
	conf_set "$conf" database "host=$house/run user=entrepot dbname=entrepot password=hunter2"
	PATH=$bin:$PATH "$house/bin/entrepot-admin" --config "$conf" backup "$house/backups/secret"
	grep -q '^PGPASSWORD=hunter2$' "$house/tmp/environment"
	grep -q -- --snapshot "$house/tmp/arguments"
	! grep -q hunter2 "$house/tmp/arguments" || fail "the password is an argument"
}
it "a password in the setting database reaches pg_dump by its environment" secrets_are_not_arguments

failing_pg_dump() {
	local bin=$house/work/broken before
	mkdir -p "$bin"
	printf '#!/bin/sh\necho "out of ideas" >&2\nexit 3\n' >"$bin/pg_dump"
	chmod 755 "$bin/pg_dump"
	before=$(cat "$copy/manifest.json")
	PATH=$bin:$PATH fails admin backup "$copy"
	like "$out" "pg_dump failed with status 3: out of ideas"
	is "$(cat "$copy/manifest.json")" "$before"
	is "$(ls -d "$copy"/state.* | wc -l)" 1
	PATH=$bin:$PATH fails admin backup "$house/backups/never"
	[ ! -e "$house/backups/never/manifest.json" ]
}
it "when pg_dump fails the backup of before stays as it is" failing_pg_dump

missing_in_the_store() {
	local blob
	blob=$(find "$house/data/blobs" -type f | head -n 1)
	mv "$blob" "$house/work/blob"
	fails admin backup "$house/backups/missing"
	mv "$house/work/blob" "$blob"
	like "$out" "cannot open $blob"
	[ ! -e "$house/backups/missing/manifest.json" ]
}
it "a blob that the store does not have fails the backup" missing_in_the_store

damaged_in_the_store() {
	local blob
	blob=$(find "$house/data/blobs" -type f | head -n 1)
	cp -p "$blob" "$house/work/blob"
	printf 'x' | dd of="$blob" bs=1 seek=20 conv=notrunc status=none
	fails admin backup "$house/backups/damaged"
	cp -p "$house/work/blob" "$blob"
	like "$out" "$blob is damaged"
	[ ! -e "$house/backups/damaged/manifest.json" ]
	admin verify --no-hash
}
it "a damaged blob is not copied" damaged_in_the_store

gc_waits() {
	local bin=$house/work/slow
	mkdir -p "$bin"
	cat >"$bin/pg_dump" <<-SH
	#!/bin/sh
	touch "$house/tmp/dumping"
	until [ -e "$house/tmp/go" ]; do sleep 0.05; done
	exec "$(postgres_bindir)/pg_dump" "\$@"
	SH
	chmod 755 "$bin/pg_dump"
	publish_crate victim 1.0.0
	PATH=$bin:$PATH backed_up "$house/backups/slow" >"$house/work/slow.json" &
	wait_until 20 test -e "$house/tmp/dumping"
	is "$(http DELETE /api/v1/crates/victim -H "Authorization: $alice")" 204
	fails admin gc --grace 0
	like "$out" "a backup is running"
	fails timeout 30 "$house/bin/entrepot-admin" --config "$house/entrepot.conf" backup "$house/backups/other"
	like "$out" "another backup of this registry is running"
	touch "$house/tmp/go"
	wait
	is "$(jq .blobs "$house/work/slow.json")" "$(find "$house/backups/slow/blobs" -type f | wc -l)"
	is "$(admin gc --grace 0 --json | jq .blobs)" 1
}
it "while a backup runs gc removes nothing, and no other backup begins" gc_waits

# --- elsewhere --------------------------------------------------------------

# empty_annex NAME: with a database of its own.
empty_annex() {
	annex_open "$1" && cluster_database "$house/run" "$1" || return 1
	annex_set "$1" database "host=$house/run user=entrepot dbname=$1"
}
empty_annex second && empty_annex third && empty_annex earlier || bail "no place to restore to"

# is_untouched NAME
is_untouched() {
	is "$(find "$house/$1/data" -type f)" ""
	[ ! -e "$house/$1/data/restoring" ]
	is "$("$(postgres_bindir)/psql" -XAtq -h "$house/run" -U entrepot -d "$1" \
		-c "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")" 0
}

# refused PATTERN: of a restore of what stands in $house/backups/bad.
refused() {
	fails annex_admin second restore "$house/backups/bad"
	like "$out" "$1"
	is_untouched second
}

# bad_copy: a copy of the good one to be damaged.
bad_copy() {
	rm -rf "$house/backups/bad"
	cp -a "$copy" "$house/backups/bad"
	bad=$house/backups/bad
	state=$bad/$(jq -r .state "$bad/manifest.json")
}

not_a_backup() {
	bad_copy
	rm "$bad/manifest.json"
	refused "there is no whole backup"
	echo '{' >"$bad/manifest.json"
	refused "manifest.json is damaged"
	echo '{"format": 99}' >"$bad/manifest.json"
	refused "is of format 99"
	jq '.files[0].name = "../../entrepot.conf"' "$copy/manifest.json" >"$bad/manifest.json"
	refused "manifest.json is damaged"
	jq '.schema = 9999' "$copy/manifest.json" >"$bad/manifest.json"
	refused "schema 9999.*update the program"
}
it "what is no whole backup, or of a later format, is refused" not_a_backup

damaged_backup() {
	local blob
	bad_copy
	blob=$(find "$bad/blobs" -type f | tail -n 1)
	cp -p "$blob" "$house/work/blob"
	rm "$blob"
	refused "the backup is incomplete: $blob is missing"
	cp -p "$house/work/blob" "$blob"
	printf 'x' | dd of="$blob" bs=1 seek=20 conv=notrunc status=none
	refused "$blob is damaged: its bytes have another SHA-256"
	echo more >>"$blob"
	refused "$blob is damaged: it has"
	bad_copy
	printf 'x' | dd of="$state/database.dump" bs=1 seek=900 conv=notrunc status=none
	refused "database.dump is damaged"
	bad_copy
	sed -i 1d "$state/blobs.list"
	refused "blobs.list is damaged"
}
it "a backup with missing or damaged parts is refused, and nothing is done" damaged_backup

broken_dump() {
	bad_copy
	head -c 9000 "$copy"/state.*/database.dump >"$state/database.dump"
	# as if it had been made that way
	jq --arg sum "$(sha256sum <"$state/database.dump" | cut -d' ' -f1)" \
		'(.files[] | select(.name == "database.dump")) |= (.sha256 = $sum | .size = 9000)' \
		"$copy/manifest.json" >"$bad/manifest.json"
	refused "pg_restore failed"
}
it "a dump that PostgreSQL refuses leaves nothing behind" broken_dump

not_empty() {
	fails admin restore "$copy"
	like "$out" "the database is not empty"
	mkdir -p "$house/second/data/blobs/ab/cd"
	touch "$house/second/data/blobs/ab/cd/something"
	fails annex_admin second restore "$copy"
	like "$out" "holds blobs or keys already"
	rm -r "$house/second/data/blobs"
	is_untouched second
}
it "a database or directory that is not empty is refused" not_empty

restored() {
	# what a restore that was killed leaves behind
	mkdir -p "$house/second/data/restoring" "$house/second/data/blobs/ab/cd"
	touch "$house/second/data/blobs/ab/cd/something"
	am_root && chown -R "$user" "$house/second/data"
	backed_up >"$house/work/last"
	annex_admin second restore "$copy" >"$house/work/restored"
	like "$(cat "$house/work/restored")" "^Restored the registry of $base_url "
	[ ! -e "$house/second/data/restoring" ]
	is "$(find "$house/second/data/blobs" -type f | wc -l)" "$(jq .blobs "$house/work/last")"
	is "$(stat -c %a "$house/second/data/keys/hex.pem")" 600
	cmp "$house/second/data/keys/hex.pem" "$house/data/keys/hex.pem"
	annex_admin second verify
}
it "an empty place is filled, and verify finds nothing wrong" restored

serves_again() {
	local there=http://127.0.0.1:${annex_port[second]}
	annex_web second lighttpd
	annex_start second
	kit check "$there" "$house/work/acknowledged"
	is "$(curl -fsS "$there/repo/public_key")" "$(curl -fsS "$base_url/repo/public_key")"
	for path in /repo/names /repo/versions /repo/packages/steady_hex /index/de/mo/demo; do
		cmp <(curl -fsS "$there$path") <(curl -fsS "$base_url$path")
	done
	# its accounts and tokens are there, and it goes on
	is "$(kit publish "$there" "$alice" demo 3.0.0 | head -n 1)" 200
	is "$(http GET /index/de/mo/demo)" 200
	unlike "$(body)" 3.0.0
}
it "the copy serves what was acknowledged, and goes on" serves_again

cargo_installs() {
	local app
	cargo_suffices || skip "no cargo of at least 1.68"
	base_url=http://127.0.0.1:${annex_port[second]} cargo_setup
	app=$(app_dir user '[dependencies]
demo = { version = "=2.0.0", registry = "loc" }')
	(cd "$app" && cargo fetch)
	grep -q 'name = "demo"' "$app/Cargo.lock"
}
it "cargo fetches from the copy" cargo_installs

# A copy of hard links is the backup of before, whatever is done to the directory.
earlier_state() {
	local there releases
	backed_up >/dev/null
	releases=$(sql 'SELECT count(*) FROM release')
	cp -al "$copy" "$house/backups/earlier"
	publish_crate demo 4.0.0
	backed_up >/dev/null
	annex_admin earlier restore "$house/backups/earlier"
	there=$("$(postgres_bindir)/psql" -XAtq -h "$house/run" -U entrepot -d earlier -c 'SELECT count(*) FROM release')
	is "$there" "$releases"
	is "$(sql 'SELECT count(*) FROM release')" $((releases + 1))
}
it "a copy of links made before a backup is the backup of before" earlier_state

foreign_key() {
	annex_set third hex_key "$house/third/run/elsewhere.pem"
	annex_admin third restore "$copy" --no-verify
	cmp "$house/third/run/elsewhere.pem" "$house/data/keys/hex.pem"
	is "$(find "$house/third/data/keys" -type f)" ""
	annex_admin third backup "$house/backups/third"
	is "$(jq -r .hex_key "$house/backups/third/manifest.json")" keys/signing-key.pem
}
it "the signing key goes to where the configuration wants it" foreign_key

done_testing
