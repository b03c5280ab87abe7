#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Two application machines: processes and sockets of their own, one PostgreSQL,
# one blob directory, one nginx in front. Straight, and through PgBouncer with
# the configuration of deploy/pgbouncer, pooling sessions, then transactions.

. "$(dirname "$0")/../../support/house.sh"
. "$support/smoke.sh"
. "$support/annex.sh"
. "$support/cargo.sh"

webserver_program nginx >/dev/null 2>&1 || skip_all "nginx is not installed"
house_open
house_set crates_rate_limits no
house_set sendfile x-accel-redirect
house_set sendfile_prefix /_blobs/
one_port=$(free_port)
annex_open other
two_port=${annex_port[other]}
annex_set other base_url "$base_url"
annex_set other data_dir "$house/data"
one=http://127.0.0.1:$one_port two=http://127.0.0.1:$two_port

# The house's configuration, balanced; and each machine on a port of its own.
nginx_of_two() {
	local site=$house/nginx.site server
	webserver_configure nginx "$house" "$port"
	sed -i "s|server unix:.*;|& server unix:$house/other/run/entrepot.sock;|" "$site"
	server=$(sed -n '/^server {$/,$p' "$site")
	{
		printf 'upstream one { server unix:%s/run/entrepot.sock; keepalive 8; }\n' "$house"
		printf 'upstream two { server unix:%s/other/run/entrepot.sock; keepalive 8; }\n' "$house"
		sed "s|127.0.0.1:$port|127.0.0.1:$one_port|; s|fastcgi_pass .*|fastcgi_pass one;|" <<<"$server"
		sed "s|127.0.0.1:$port|127.0.0.1:$two_port|; s|fastcgi_pass .*|fastcgi_pass two;|" <<<"$server"
	} >>"$site"
}

machines_start() { entrepot_start && annex_start other && wait_until 20 both_ready; }
machines_stop() { entrepot_stop; annex_stop other; }
both_ready() {
	curl -fsS -m 5 -o /dev/null "$one/-/ready" 2>/dev/null &&
		curl -fsS -m 5 -o /dev/null "$two/-/ready" 2>/dev/null
}

nginx_of_two
web=nginx
webserver_start nginx "$house" "$port" "$user" || bail "nginx did not start"

# pool MODE: PgBouncer as deploy/pgbouncer has it, with so few sessions that they change hands.
pool() {
	local ini=$house/run/pgbouncer.ini
	sed "s|host=127.0.0.1 port=5432|host=$house/run port=5432|
		s|^unix_socket_dir = .*|unix_socket_dir = $house/pool|
		s|^auth_file = .*|auth_file = $house/pool/userlist.txt|
		s|^logfile = .*|logfile = $house/log/pgbouncer.log|
		s|^pidfile = .*|pidfile = $house/pool/pid|
		s|^pool_mode = .*|pool_mode = $1|" "$root/deploy/pgbouncer/pgbouncer.ini" >"$ini"
	[ "$1" = session ] || sed -i 's|^default_pool_size = .*|default_pool_size = 4|' "$ini"
	install -d -m 750 "$house/pool"
	echo '"entrepot" "hunter2"' >"$house/pool/userlist.txt"
	am_root && chown -R "$user" "$house/pool" "$ini"
	process_start "$house/pid/pgbouncer" "$house/log/pgbouncer.err" "$user" pgbouncer "$ini"
	wait_until 20 test -S "$house/pool/.s.PGSQL.6432"
}

# --- what holds for any two machines ----------------------------------------

read_at_once() {
	is "$(kit publish "$one" "$alice" "$1-a" 1.0.0 | head -n 1)" 200
	is "$(curl -fsS "$two/index/${1:0:2}/${1:2:2}/$1-a" | jq -r .vers)" 1.0.0
	is "$(curl -fsSL "$two/api/v1/crates/$1-a/1.0.0/download" | sha256sum | cut -d' ' -f1)" \
		"$(curl -fsS "$one/index/${1:0:2}/${1:2:2}/$1-a" | jq -r .cksum)"
	is "$(kit publish "$two" "$alice" "$1-a" 2.0.0 | head -n 1)" 200
	is "$(curl -fsS "$one/index/${1:0:2}/${1:2:2}/$1-a" | jq -r .vers | tail -n 1)" 2.0.0
}

hex_at_once() {
	local path version
	hextar "$1_hex" 1.0.0 >"$house/work/tarball"
	is "$(curl -sS -o "$house/work/body" -w '%{http_code}' "$two/api/packages/$1_hex/releases?replace=false" \
		-H "Authorization: $alice" -H 'Accept: application/json' -A 'hex_core/0.18.0 (test)' \
		-H 'Content-Type: application/octet-stream' --data-binary "@$house/work/tarball")" 201
	for path in names versions "packages/$1_hex" "tarballs/$1_hex-1.0.0.tar"; do
		cmp <(curl -fsS "$one/repo/$path") <(curl -fsS "$two/repo/$path")
	done
	curl -fsS "$one/repo/names" | gzip -dc | grep -aq "$1_hex"
}

python_at_once() {
	is "$(pykit upload "$one" "$alice" "$1-py" 1.0)" 200
	curl -fsS "$two/simple/$1-py/" | grep -q "${1}_py-1.0-py3-none-any.whl"
	is "$(curl -fsS "$two$(python_file "$1-py")" | sha256sum | cut -d' ' -f1)" \
		"$(curl -fsS "$one/pypi/$1-py/json" | jq -r '.urls[0].digests.sha256')"
	is "$(pykit upload "$two" "$alice" "$1-py" 2.0)" 200
	is "$(curl -fsS "$one/pypi/$1-py/json" | jq -r .info.version)" 2.0
}

new_key_at_once() {
	admin keys rotate >/dev/null
	is "$(curl -fsS "$one/repo/public_key")" "$(curl -fsS "$two/repo/public_key")"
	hex_at_once "$1_new"
	admin verify
}

many_publish() {
	kit storm "$base_url" "$alice" --count 40 --jobs 8 --log "$house/work/$1" "$1" >"$house/work/storm"
	cat "$house/work/storm"
	is "$(wc -l <"$house/work/$1")" 40
	kit check "$one" "$house/work/$1"
	kit check "$two" "$house/work/$1"
	is "$(kit race "$base_url" "$alice" --copies 16 "$1-race" 1.0.0 | sort | head -n 1 | cut -d' ' -f1,2)" "1 200"
}

# Every publish sends its owner a mail; each machine has a directory of its own for them.
# One that is sent but could not be noted, as when no statement works, is sent again: that is not of this part.
mails_surplus() {
	echo $(($(cat "$house"/mail/*.eml "$house"/other/mail/*.eml 2>/dev/null | grep -c '^To:') -
		$(sql 'SELECT count(*) FROM mail WHERE sent_at IS NOT NULL')))
}
jobs_once() {
	wait_until 30 no_jobs_left
	is "$(mails_surplus)" "$surplus"
	is "$(sql "SELECT count(*) FROM job WHERE last_error IS NOT NULL")" 0
}
no_jobs_left() { [ "$(sql "SELECT count(*) FROM job WHERE finished_at IS NULL AND coalesce(unique_key, '') NOT LIKE 'every:%'")" = 0 ]; }

cargo_works() {
	cargo_suffices || skip "no cargo of at least 1.68"
	cargo_setup
	cargo_home "$1"
	local app
	cargo login --registry loc <<<"$alice"
	publish "$(crate_dir "$1-lib" 0.1.0)"
	app=$(app_dir "$1-app" "[dependencies]
$1-lib = { version = \"0.1\", registry = \"loc\" }" "fn main() { println!(\"{}\", ${1}_lib::name()); }")
	is "$(cd "$app" && cargo run -q)" "$1-lib"
}

all_of_it() {
	wait_until 30 no_jobs_left || bail "jobs of the part before do not end"
	surplus=$(mails_surplus)
	it "$1: what one machine publishes the other serves at once" read_at_once "$2"
	it "$1: so it is with Hex packages and signed lists" hex_at_once "$2"
	it "$1: so it is with Python projects" python_at_once "$2"
	it "$1: so it is with a new signing key" new_key_at_once "$2"
	it "$1: eight at once publish through both" many_publish "$2"
	it "$1: a job is done by one of the machines" jobs_once
	it "$1: cargo publishes, fetches and builds through both" cargo_works "$2"
}

machines_start || bail "the machines did not start"
all_of_it "two machines" plain
machines_stop

one_goes() {
	machines_start
	annex_stop other
	for _ in 1 2 3 4 5 6; do
		is "$(http GET /index/pl/ai/plain-a)" 200
	done
	machines_stop
}
it "two machines: when one is stopped nginx asks the other, and no request fails" one_goes

# --- PgBouncer --------------------------------------------------------------

if ! command -v pgbouncer >/dev/null && [ ! -x /usr/sbin/pgbouncer ]; then
	it "PgBouncer" skip "PgBouncer is not installed"
	done_testing
	exit
fi
PATH=$PATH:/usr/sbin
pooled="host=$house/pool port=6432 user=entrepot dbname=entrepot password=hunter2"
straight="host=$house/run user=entrepot dbname=entrepot"
through() {
	local machine
	for machine in . other; do
		annex_set "$machine" database "$1"
		annex_set "$machine" prepared "$2"
	done
}

pool session || bail "PgBouncer did not start"
through "$pooled" yes
machines_start || bail "the machines did not start behind PgBouncer"
all_of_it "pooled sessions" sessions
machines_stop
process_stop "$house/pid/pgbouncer" INT

pool transaction || bail "PgBouncer did not start"
entrepot_start && annex_start other || bail "the machines did not start behind PgBouncer"

without_the_setting() {
	local n seen=
	for n in 1 2 3 4 5 6 7 8 9 10; do
		seen+=" $(http GET "/index/pl/ai/plain-a")"
	done
	echo "$seen"
	cat "$house"/log/entrepot.log "$house"/other/log/entrepot.log | grep -q 'set prepared = no'
}
it "pooled transactions: prepared statements do not work, and the log says what to set" without_the_setting
machines_stop
# What these left in the pooler's sessions goes with them.
sql "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
	WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'" >/dev/null

through "$pooled" no
machines_start || bail "the machines did not start behind PgBouncer"
all_of_it "pooled transactions" dealt

nothing_stays_in_sessions() {
	is "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" 0
	is "$("$(postgres_bindir)/psql" -XAtq "$pooled" -c 'SELECT count(*) FROM pg_prepared_statements')" 0
	is "$("$(postgres_bindir)/psql" -XAtq "$pooled" -c 'SHOW search_path')" '"$user", public'
	is "$("$(postgres_bindir)/psql" -XAtq "$pooled" -c 'SHOW statement_timeout')" 30s
}
it "pooled transactions: nothing stays behind in a session" nothing_stays_in_sessions

backup_goes_straight() {
	fails admin backup "$house/pool/backup"
	like "$out" "leads to a connection pooler"
	ENTREPOT_DATABASE=$straight ENTREPOT_PREPARED=yes PATH=$(postgres_bindir):$PATH admin backup "$house/pool/backup"
}
it "pooled transactions: a backup wants PostgreSQL itself" backup_goes_straight

restarted() {
	house_postgres_stop
	is "$(http GET /index/pl/ai/plain-a)" 503
	is "$(http GET /-/health)" 200
	house_postgres_start
	wait_until 30 both_ready
	sleep 1.1
	is "$(kit publish "$one" "$alice" afterwards 1.0.0 | head -n 1)" 200
	is "$(http GET /index/af/te/afterwards)" 200
}
it "pooled transactions: PostgreSQL restarts: 503, then well again" restarted
machines_stop
process_stop "$house/pid/pgbouncer" INT

done_testing
