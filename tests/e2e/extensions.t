#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A role that may not create pg_trgm gets a registry that finds the same and
# says what is missing; the extension comes later, and is used.

. "$(dirname "$0")/../support/house.sh"
. "$support/smoke.sh"
. "$support/annex.sh"

PATH=$(postgres_bindir):$PATH
house_open
house_set crates_rate_limits no
house_start lighttpd || bail "the registry did not start"

super() { psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$house/run" -U postgres -d "$1" -c "$2"; }

# poor_annex NAME: its role owns the database and may create tables, but no extension.
poor_annex() {
	annex_open "$1" && cluster_database "$house/run" "$1" &&
		super "$1" "REVOKE CREATE ON DATABASE $1 FROM entrepot" || return 1
	annex_set "$1" database "host=$house/run user=entrepot dbname=$1"
}
poor_annex new && poor_annex poor || bail "no place for another registry"

lacks() { super "$1" "SELECT to_regclass('package_search_name_idx') IS NULL"; }
denied='pg_trgm is missing (permission denied to create extension "pg_trgm"), so searches read every name'

migrates() {
	annex_admin new migrate >"$house/work/said"
	cat "$house/work/said"
	is "$(wc -l <"$house/work/said")" 2
	grep -q "^Applied [0-9]* migrations.$" "$house/work/said"
	grep -qF "$denied" "$house/work/said"
	grep -qF 'run `CREATE EXTENSION pg_trgm` in the database new,' "$house/work/said"
	annex_admin new migrate >"$house/work/said"
	is "$(head -n 1 "$house/work/said")" "The schema is up to date."
	grep -qF "$denied" "$house/work/said"
	is "$(annex_admin new migrate --json | jq -c '[.applied, .name_index, (.advice | length > 0)]')" '[0,false,true]'
	is "$(lacks new)" t
	is "$(admin migrate)" "The schema is up to date."
	is "$(admin migrate --json | jq -c .)" '{"applied":0,"name_index":true}'
}
it "who may not create the extension migrates without, and is told in a line whom to ask for what" migrates

# --- a registry that had it goes where it cannot be had ----------------------

publish_hex() {
	hextar "$1" 1.0.0 >"$house/work/tarball"
	is "$(http POST "/api/packages/$1/releases?replace=false" -H "Authorization: $alice" \
		-H 'Accept: application/vnd.hex+erlang' -A 'hex_core/0.18.0 (test)' \
		-H 'Content-Type: application/octet-stream' --data-binary "@$house/work/tarball")" 201
}
for name in ab abacus cab cab-a serde serde-json my-serde; do
	publish_crate "$name" 1.0.0 || bail "$name cannot be published"
done
for name in plug plug_cowboy unplugged ex; do
	publish_hex "$name" || bail "$name cannot be published"
done

restored_without() {
	annex_set poor crates_rate_limits no
	admin backup "$house/backup"
	annex_admin poor restore "$house/backup" >"$house/work/said"
	cat "$house/work/said"
	grep -q '^Restored the registry of ' "$house/work/said"
	grep -qF 'pg_trgm is missing, so searches read every name' "$house/work/said"
	is "$(lacks poor)" t
	is "$(super poor "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")" 0
}
install -d -m 700 "$house/backup"
am_root && chown "$user" "$house/backup"
it "a backup of a database that has it is restored where it cannot be had" restored_without

verify_says_it() {
	annex_admin poor verify >"$house/work/said"
	grep -q '^Nothing is wrong with ' "$house/work/said"
	grep -qF 'pg_trgm is missing, so searches read every name' "$house/work/said"
	is "$(annex_admin poor verify --json | jq -c '[.problem_count, .name_index]')" '[0,false]'
	is "$(admin verify --json | jq -c '[.problem_count, .name_index, .advice]')" '[0,true,null]'
}
it "verify says that it is missing and finds nothing wrong" verify_says_it

# so few rows are read faster than any index
super poor 'ALTER DATABASE poor SET enable_seqscan = off'
annex_web poor lighttpd && annex_start poor && wait_until 20 curl -fsS -o /dev/null \
	"http://127.0.0.1:${annex_port[poor]}/-/ready" || bail "the other registry did not start"
there=http://127.0.0.1:${annex_port[poor]}

# found URL PROTOCOL QUERY: the names.
found() {
	case $2 in
	crates) curl -fsS "$1/api/v1/crates?$3" | jq -c '[.meta.total, .crates[].name]' ;;
	hex) curl -fsS -H 'Accept: application/json' "$1/api/packages?$3" | jq -c '[.[].name]' ;;
	esac
}

log_and_metrics() {
	is "$(grep -c 'pg_trgm is missing' "$house/poor/log/entrepot.log")" 1
	fails grep -q 'pg_trgm is missing' "$house/log/entrepot.log"
	curl -fsS "$there/-/metrics" | grep -qx 'entrepot_name_index 0'
	curl -fsS "$base_url/-/metrics" | grep -qx 'entrepot_name_index 1'
}
it "the log says it once at the start, the metrics always" log_and_metrics

same_results() {
	local query
	is "$(found "$there" crates q=erd)" '[3,"my-serde","serde","serde-json"]'
	is "$(found "$there" hex search=lug)" '["plug","plug_cowboy","unplugged"]'
	for query in q=serde q=ab q=a q=b q=cab 'q=e-j' q=nothing 'q=serde&sort=downloads' 'q=ab&sort=new&per_page=1' \
		'q=ser&letter=S' 'q=serde&per_page=2&page=2' 'q=%25' 'q=ab&sort=alphabetical'; do
		is "$query: $(found "$there" crates "$query")" "$query: $(found "$base_url" crates "$query")"
	done
	for query in search=plug search=ex search=x search=hexpm/plug 'search=name:*lug*' search=nothing 'search=lug&sort=name'; do
		is "$query: $(found "$there" hex "$query")" "$query: $(found "$base_url" hex "$query")"
	done
}
it "searches for crates and Hex packages find the same in the same order" same_results

# without PROGRAM [WORD]...
without() {
	CMOCKA_MESSAGE_OUTPUT=TAP ENTREPOT_SOURCE=$root ENTREPOT_TEST_WITHOUT_EXTENSIONS=1 "$support/run-program" "$@" >"$house/work/tap" 2>&1
	cat "$house/work/tap"
	grep -q '^ok ' "$house/work/tap"
}
build=$(house_build)
queries_without() { without "$build/handler/queries"; }
it "every query is understood by a server without it" queries_without
lists_without() { without "$build/handler/transcripts" list.http packages.http; }
it "every list of crates and Hex packages is as specified without it" lists_without

# --- it comes later -----------------------------------------------------------

was_used() {
	is "$(super poor "SELECT idx_scan > 0 FROM pg_stat_user_indexes WHERE indexrelname = 'package_search_name_idx'")" t
}

comes_later() {
	super poor 'CREATE EXTENSION pg_trgm'
	annex_admin poor verify | grep -qF 'The index of package names is missing, so searches read every name'
	is "$(annex_admin poor migrate)" "The schema is up to date."
	is "$(lacks poor)" f
	is "$(annex_admin poor verify --json | jq .name_index)" true
	# of the processes that were there before
	is "$(found "$there" crates q=erd)" '[3,"my-serde","serde","serde-json"]'
	is "$(found "$there" hex search=lug)" '["plug","plug_cowboy","unplugged"]'
	curl -fsS "$there/-/metrics" | grep -qx 'entrepot_name_index 1'
	# sessions tell what they did at their end
	annex_stop poor
	wait_until 20 was_used
}
it "once it is there migrate makes the index, and what runs uses it" comes_later

other_schema() {
	super new 'CREATE SCHEMA tools; CREATE EXTENSION pg_trgm SCHEMA tools'
	annex_admin new migrate >"$house/work/said"
	grep -qF 'The index of package names is missing (permission denied for schema tools), so' "$house/work/said"
	super new 'GRANT USAGE ON SCHEMA tools TO entrepot'
	is "$(annex_admin new migrate)" "The schema is up to date."
	is "$(lacks new)" f
}
it "the extension may be in a schema of its own, which the role may use" other_schema

there_and_back() {
	annex_open rich && cluster_database "$house/run" rich
	annex_set rich database "host=$house/run user=entrepot dbname=rich"
	super poor 'DROP EXTENSION pg_trgm CASCADE'
	rm -rf "$house/backup"
	install -d -m 700 "$house/backup"
	am_root && chown "$user" "$house/backup"
	annex_admin poor backup "$house/backup"
	is "$(annex_admin rich restore "$house/backup" | wc -l)" 1
	is "$(lacks rich)" f
}
it "a backup of a database without it, restored where it can be had, gets the index" there_and_back

done_testing
