#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Races and crashes: what was acknowledged is never lost, and what was not
# leaves nothing behind.

. "$(dirname "$0")/../support/house.sh"
. "$support/smoke.sh"

house_open
house_set crates_rate_limits no
house_set workers 8
house_start lighttpd || bail "the registry did not start"

one_of_thirty_two() {
	local seen
	seen=$(kit race "$base_url" "$alice" --copies 32 contended 1.0.0)
	is "$seen" $'1 200 \n31 400 crate version `1.0.0` is already uploaded'
	is "$(curl -fsS "$base_url/index/co/nt/contended" | wc -l)" 1
	is "$(sql "SELECT count(*) FROM release r JOIN package p ON p.id = r.package_id WHERE p.name = 'contended'")" 1
}
it "of 32 identical publishes one succeeds and 31 are told so" one_of_thirty_two

contended_update() {
	local seen
	seen=$(kit race "$base_url" "$alice" --copies 32 contended 1.1.0)
	is "$seen" $'1 200 \n31 400 crate version `1.1.0` is already uploaded'
}
it "the same holds for a new version of a crate that exists" contended_update

storm_with_kills() {
	house_break_until "$house/work/over" &
	kit storm "$base_url" "$alice" --count 200 --jobs 8 \
		--log "$house/work/acknowledged" storm >"$house/work/storm"
	touch "$house/work/over"
	wait
	cat "$house/work/storm"
	wc -l <"$house/work/acknowledged"
	# with nothing acknowledged or nothing failed this would show nothing
	[ "$(wc -l <"$house/work/acknowledged")" -gt 20 ]
	grep -qv ' 200$' "$house/work/storm"
}
it "200 publishes run while workers are killed and PostgreSQL restarts" storm_with_kills

acknowledged_is_there() {
	house_recovered
	kit check "$base_url" "$house/work/acknowledged"
}
it "every acknowledged publish is in the index and downloads intact" acknowledged_is_there

verify_is_clean() { admin verify; }
it "entrepot-admin verify is clean" verify_is_clean

nothing_left() {
	admin gc --grace 0
	is "$(find "$house/data/tmp" -type f 2>/dev/null | wc -l)" 0
	is "$(find "$house/data/blobs" -type f | wc -l)" "$(sql 'SELECT count(*) FROM blob')"
	is "$(sql 'SELECT count(*) FROM blob WHERE NOT EXISTS (SELECT FROM file WHERE file.sha256 = blob.sha256)')" 0
	admin verify
}
it "after gc there is no temporary file and no blob without an owner" nothing_left

goes_on() {
	publish_crate afterwards 1.0.0
	is "$(http GET /index/af/te/afterwards)" 200
}
it "publishing goes on as before" goes_on

done_testing
