#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Thousands of spoiled requests to every route, by nobody, owners and
# strangers: none may be answered with a failure, change what is not the
# caller's, or leave anything behind. ENTREPOT_MUTATIONS sets how many,
# ENTREPOT_SEED repeats others than these.

. "$(dirname "$0")/../support/house.sh"
. "$support/smoke.sh"

count=${ENTREPOT_MUTATIONS:-4000}
seed=${ENTREPOT_SEED:-1}

house_open
house_set trusted_proxies 127.0.0.1
house_start lighttpd || bail "the registry did not start"
carol=$(house_account carol) || bail "no account carol"
publish_crate guarded 1.0.0 || bail "nothing can be published"
publish_crate guarded 1.0.1 || bail "nothing can be published"
kit publish "$base_url" "$carol" foo 1.0.0 >/dev/null
kit publish "$base_url" "$carol" foo-bar 1.0.0 >/dev/null
admin routes --json >"$house/work/routes"

# state: what belongs to alice and carol.
state() {
	sql "SELECT p.name, r.version, r.yanked, r.yank_message FROM package p JOIN release r ON r.package_id = p.id
		WHERE p.name IN ('guarded', 'foo', 'foo-bar') ORDER BY 1, 2"
	sql "SELECT p.name, a.name FROM owner o JOIN package p ON p.id = o.package_id JOIN account a ON a.id = o.account_id
		WHERE p.name IN ('guarded', 'foo', 'foo-bar') ORDER BY 1, 2"
	sql "SELECT a.name, e.address, a.publish_notifications, a.is_admin FROM account a LEFT JOIN email e ON e.account_id = a.id
		WHERE a.name <> 'bob' ORDER BY 1, 2"
	sql "SELECT count(*) FROM token t JOIN account a ON a.id = t.account_id WHERE a.name <> 'bob' AND t.revoked_at IS NULL"
}

# mutate SEED [OPTION]...
mutate() {
	local seed=$1
	shift
	"$support/mutate.py" "$base_url" "$house/work/routes" --count "$count" --seed "$seed" \
		--crate foo --crate foo-bar --crate Foo_Bar --crate guarded "$@"
}

strangers() {
	local before publish_only yank_only
	publish_only=$(house_token carol --scope publish-update --package nothing)
	yank_only=$(house_token alice --scope yank --package 'nothing*')
	before=$(state)
	mutate "$seed" --token "$bob" --token "$publish_only" --token "$yank_only" || return 1
	is "$(state)" "$before"
}
it "strangers and narrow tokens neither break nor change anything" strangers

owners() {
	mutate "$((seed + 1))" --token "$carol" --token "$bob" \
		--token "$(house_token carol --scope yank --scope change-owners --package 'foo*')"
}
it "owners break nothing" owners

private() {
	house_set crates_auth_required yes
	entrepot_reload || return 1
	mutate "$((seed + 2))" --token "$bob" >"$house/work/private"
}
it "nor does anybody in a private registry" private

# What remains of deleted crates is what gc removes.
nothing_is_left() {
	admin gc --grace 0 >/dev/null
	is "$(find "$house/data/tmp" -type f)" ""
	is "$(sql "SELECT count(*) FROM blob b WHERE NOT EXISTS (SELECT FROM file f WHERE f.sha256 = b.sha256)")" 0
	admin verify
}
it "nothing is left behind, and nothing is wrong" nothing_is_left

done_testing
