#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What owners change afterwards, as pip sees it at once: yanked and deleted
# releases, archived projects and such in quarantine.

. "$(dirname "$0")/../../support/house.sh"
. "$support/python.sh"

[ -x /usr/bin/pip ] || skip_all "no pip"
house_open
house_start lighttpd || bail "the registry did not start"
python_setup
for version in 0.1 0.2; do
	given "$base_url" "$alice" lemon $version && given "$base_url" "$alice" --sdist lemon $version ||
		bail "nothing could be uploaded"
done
# change METHOD PATH [JSON]: as $who, alice; prints the status.
change() {
	http "$1" "/pypi/$2" -u "__token__:${who-$alice}" ${3:+-H 'Content-Type: application/json' -d "$3"}
}

page() { curl -fsS "$base_url/simple/lemon/" -H 'Accept: application/vnd.pypi.simple.v1+json'; }

yanked() {
	is "$(change PUT lemon/0.2/yank '{"reason":"leaks <juice>"}')" 204
	installs lemon
	is "$(installed)" "lemon 0.1"
	like "$(installs 'lemon==0.2')" "yanked version.*
?.*Reason for being yanked: leaks <juice>"
	page | jq -e '[.files[] | select(.yanked) | .filename, .yanked] ==
		["lemon-0.2-py3-none-any.whl", "leaks <juice>", "lemon-0.2.tar.gz", "leaks <juice>"]'
	has "$(curl -fsS "$base_url/simple/lemon/")" 'data-yanked="leaks &lt;juice&gt;"'
	curl -fsS "$base_url/pypi/lemon/json" | jq -e '.info.version == "0.1" and .releases["0.2"][0].yanked'
}
it "a yanked release is taken only by who pins it, and is told why" yanked

all_yanked() {
	is "$(change PUT lemon/0.1/yank)" 204
	fails installs lemon
	like "$out" "No matching distribution found for lemon"
	installs 'lemon==0.1'
	page | jq -e '[.files[] | .yanked] == [true, true, "leaks <juice>", "leaks <juice>"]'
}
it "when all are yanked there is none but by pinning it" all_yanked

unyanked() {
	is "$(change DELETE lemon/0.2/yank)" 204
	installs lemon
	is "$(installed)" "lemon 0.2"
	is "$(change DELETE lemon/0.1/yank)" 204
	page | jq -e 'all(.files[]; .yanked == false)'
}
it "what is not yanked any more is there at once" unyanked

not_by_others() {
	local before
	before=$(page)
	is "$(who=$bob change PUT lemon/0.2/yank)" 403
	is "$(who=$bob change DELETE lemon/0.2)" 403
	is "$(who=$bob change DELETE lemon)" 403
	is "$(who=$bob change PUT lemon/status '{"status":"quarantined"}')" 403
	is "$(http PUT /pypi/lemon/0.2/yank)" 401
	is "$(page)" "$before"
}
it "others may change nothing of it" not_by_others

archived() {
	is "$(change PUT lemon/status '{"status":"archived","reason":"gone sour"}')" 204
	page | jq -e '."project-status" == {"status": "archived", "reason": "gone sour"}'
	installs lemon
	is "$(installed)" "lemon 0.2"
	like "$(pykit upload "$base_url" "$alice" lemon 0.9)" "^403"
	is "$(change PUT lemon/status '{"status":"active"}')" 204
	given "$base_url" "$alice" lemon 0.3
}
it "an archived project is installed from, and not uploaded to" archived

quarantined() {
	is "$(change PUT lemon/status '{"status":"quarantined"}')" 204
	page | jq -e '.files == [] and .versions == [] and ."project-status".status == "quarantined"'
	fails installs lemon
	is "$(http GET /pypi/lemon/json)" 404
	like "$(pykit upload "$base_url" "$alice" lemon 0.9)" "^403"
	unlike "$(curl -fsS "$base_url/simple/")" ">lemon<"
	is "$(change PUT lemon/status '{"status":"active"}')" 204
	installs lemon
	is "$(installed)" "lemon 0.3"
}
it "nothing can be had of a project in quarantine until it is over" quarantined

file_deleted() {
	is "$(change DELETE lemon/0.2/lemon-0.2-py3-none-any.whl)" 204
	fails installs --only-binary :all: 'lemon==0.2'
	is "$(links "$base_url" lemon | grep -c 0.2)" 1
	like "$(pykit upload "$base_url" "$alice" lemon 0.2)" \
		"^400
This filename was previously used by a file that has since been deleted"
}
it "a deleted file is gone, and its name stays taken" file_deleted

release_deleted() {
	local url
	url=$(curl -fsS "$base_url/pypi/lemon/0.3/json" | jq -r '.urls[0].url')
	is "$(change DELETE lemon/0.3)" 204
	fails installs 'lemon==0.3'
	is "$(http GET "${url#"$base_url"}")" 404
	is "$(http GET "${url#"$base_url"}.metadata")" 404
	is "$(http GET /pypi/lemon/0.3/json)" 404
	installs --only-binary :all: lemon
	is "$(installed)" "lemon 0.1"
}
it "a deleted release is gone, with its files and their metadata" release_deleted

project_deleted() {
	is "$(change DELETE lemon)" 204
	fails installs lemon
	is "$(http GET /simple/lemon/)" 404
	is "$(http GET /pypi/lemon/json)" 404
	like "$(pykit upload "$base_url" "$alice" lemon 0.1)" "^400"
}
it "a deleted project is gone, and the names of its files stay taken" project_deleted

owners() {
	given "$base_url" "$alice" plum 1.0
	is "$(change PUT plum/owners/bob '{"role":"maintainer"}')" 204
	given "$base_url" "$bob" plum 1.1
	is "$(who=$bob change DELETE plum/1.1)" 403
	curl -fsS "$base_url/pypi/plum/json" |
		jq -e '.ownership.roles == [{"role": "Owner", "user": "alice"}, {"role": "Maintainer", "user": "bob"}]'
	is "$(change DELETE plum/owners/bob)" 204
	like "$(pykit upload "$base_url" "$bob" plum 1.2)" "^403
The user 'bob' isn't allowed to upload to project 'plum'"
}
it "a maintainer uploads as long as he is one, and changes nothing else" owners

by_administrator() {
	given "$base_url" "$bob" pear 1.0
	given "$base_url" "$bob" pear 1.1
	admin pypi yank pear 1.1 --reason "worms"
	installs pear
	is "$(installed)" "pear 1.0"
	like "$(installs 'pear==1.1')" "worms"
	admin pypi unyank pear 1.1
	installs pear
	is "$(installed)" "pear 1.1"
	admin pypi delete pear 1.1
	installs pear
	is "$(installed)" "pear 1.0"
	admin pypi status pear quarantined
	fails installs pear
	admin pypi status pear active
	admin pypi owner set pear alice
	admin pypi owner remove pear bob
	like "$(pykit upload "$base_url" "$bob" pear 1.2)" "^403"
	admin pypi delete pear
	is "$(http GET /simple/pear/)" 404
}
it "entrepot-admin yanks, deletes, and sets status and owners, seen by pip at once" by_administrator

everything_is_consistent() { admin verify; }
it "entrepot-admin verify finds nothing wrong afterwards" everything_is_consistent

done_testing
