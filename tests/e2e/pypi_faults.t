#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Races and crashes while Python distributions are uploaded: what was
# acknowledged is never lost, and what was not leaves nothing behind.

. "$(dirname "$0")/../support/house.sh"
. "$support/python.sh"

[ -x /usr/bin/python3 ] || skip_all "no python3"
house_open
house_set workers 8
house_start lighttpd || bail "the registry did not start"
python_setup

sixteen_alike() {
	is "$(pykit race "$base_url" "$alice" --copies 16 contended 1.0)" "16 200 "
	is "$(links "$base_url" contended)" contended-1.0-py3-none-any.whl
	is "$(sql "SELECT count(*) FROM file WHERE filename LIKE 'contended-%.whl'")" 1
	is "$(pykit race "$base_url" "$alice" --copies 16 contended 1.1)" "16 200 "
	is "$(pykit race "$base_url" "$alice" --copies 16 --sdist contended 1.1)" "16 200 "
	is "$(links "$base_url" contended | wc -l)" 3
}
it "of 16 identical uploads at once all succeed, and there is one file" sixteen_alike

# Neither is alice, who administers the registry and may everything. Who comes
# second is told so, by whatever rule notices first.
two_owners() {
	local carol
	carol=$(house_account carol)
	pykit race "$base_url" "$bob" --copies 8 disputed 1.0 >"$house/work/bob" &
	pykit race "$base_url" "$carol" --copies 8 disputed 1.0 >"$house/work/carol"
	wait
	cat "$house/work/bob" "$house/work/carol"
	is "$(cat "$house/work/bob" "$house/work/carol" | awk '{ seen[$2] += $1 }
		END { print seen[200], seen[403] + seen[409] }')" "8 8"
}
it "of two who upload a new project at once one owns it" two_owners

look_alikes() {
	pykit race "$base_url" "$alice" --copies 8 l00k-alike 1.0 >"$house/work/one" &
	pykit race "$base_url" "$alice" --copies 8 look.a1ike 1.0 >"$house/work/other"
	wait
	cat "$house/work/one" "$house/work/other"
	is "$(cat "$house/work/one" "$house/work/other" | awk '$2 == 200 { n += $1 } END { print n }')" 8
	unlike "$(cat "$house/work/one" "$house/work/other")" "(^|"$'\n'")[0-9]+ (0|5)"
}
it "of two names that look alike one is taken" look_alikes

storm_with_kills() {
	house_break_until "$house/work/over" &
	pykit storm "$base_url" "$alice" --count 200 --jobs 8 --log "$house/work/acknowledged" \
		storm >"$house/work/storm"
	touch "$house/work/over"
	wait
	cat "$house/work/storm"
	# with nothing acknowledged or nothing failed this would show nothing
	is "$(wc -l <"$house/work/acknowledged")" 200
	[ -s "$house/work/storm" ]
}
it "200 distributions are uploaded while workers are killed and PostgreSQL restarts" storm_with_kills

acknowledged_is_there() {
	house_recovered
	pykit check "$base_url" "$house/work/acknowledged"
	is "$(curl -fsS -H 'Accept: application/vnd.pypi.simple.v1+json' "$base_url/simple/" |
		jq '[.projects[].name | select(startswith("storm-"))] | length')" 200
}
it "every acknowledged upload is on its page and downloads intact, and its metadata" acknowledged_is_there

nothing_left() {
	admin verify
	admin gc --grace 0
	is "$(find "$house/data/tmp" -type f 2>/dev/null | wc -l)" 0
	is "$(find "$house/data/blobs" -type f | wc -l)" "$(sql 'SELECT count(*) FROM blob')"
	is "$(sql 'SELECT count(*) FROM blob WHERE NOT EXISTS (SELECT FROM file WHERE file.sha256 = blob.sha256)')" 0
	admin verify
}
it "entrepot-admin verify finds nothing wrong afterwards, and nothing is left over" nothing_left

done_testing
