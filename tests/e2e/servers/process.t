#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The process model: every way to be started, drain, reload, log reopen,
# workers that die, PostgreSQL that is away. The load goes through lighttpd.

. "$(dirname "$0")/../../support/house.sh"
. "$support/smoke.sh"

house_open
house_set crates_rate_limits no
house_start lighttpd || bail "the registry did not start"
install -m 755 "$support/fcgi.py" "$house/bin/"
sock=$house/run/entrepot.sock
publish_crate steady 1.0.0 || bail "nothing can be published"

# under_load SECONDS COMMAND...: while clients read, and prints "good bad".
under_load() {
	local seconds=$1 loader
	shift
	kit load "$base_url" --seconds "$seconds" --jobs 6 /index/st/ea/steady \
		/api/v1/crates/steady /api/v1/crates/steady/1.0.0/download \
		>"$house/work/load" 2>"$house/work/load.err" &
	loader=$!
	sleep 0.5
	"$@"
	wait "$loader"
	cat "$house/work/load.err" >&2
	cat "$house/work/load"
}

lost_nothing() {
	cat "$house/work/load.err"
	is "${1#* }" 0 "failed requests"
	[ "${1% *}" -gt 20 ]
}

own_socket() {
	is "$(stat -c %a "$sock")" 660
	is "$(entrepot_workers | wc -l)" 3
}
it "with listen it opens its socket, mode 0660, and preforks its workers" own_socket

not_as_root() {
	am_root || skip "not root"
	local conf=$house/work/root.conf
	grep -v '^user ' "$house/entrepot.conf" >"$conf"
	conf_set "$conf" listen "$house/work/root.sock"
	fails timeout 10 "$house/bin/entrepot" --config "$conf"
	like "$out" "root"
}
it "as root without a user to become it refuses to start" not_as_root

drops_root() {
	am_root || skip "not root"
	local conf=$house/work/drop.conf pid
	cp "$house/entrepot.conf" "$conf"
	conf_set "$conf" listen "$house/run/drop.sock"
	"$house/bin/entrepot" --config "$conf" >"$house/work/drop.log" 2>&1 &
	pid=$!
	wait_until 10 test -S "$house/run/drop.sock"
	wait_until 10 belongs_to "$user" "/proc/$pid"
	kill "$pid"
	wait "$pid"
}
belongs_to() { [ "$(stat -c %U "$2")" = "$1" ]; }
it "started as root it becomes its user" drops_root

reload_under_load() {
	local before
	before=$(entrepot_workers)
	lost_nothing "$(under_load 4 reload_twice)"
	is "$(entrepot_workers | wc -l)" 3
	is "$(comm -12 <(sort <<<"$before") <(entrepot_workers | sort))" "" "workers of before"
}
reload_twice() { entrepot_reload; entrepot_reload; }
it "a reload under load replaces the workers and loses nothing" reload_under_load

reload_applies() {
	house_set read_only yes
	entrepot_reload
	like "$(kit publish "$base_url" "$alice" refused 1.0.0 | head -n 1)" "^(403|503)$"
	house_set read_only no
	entrepot_reload
	publish_crate accepted 1.0.0
}
it "a reload takes the new configuration" reload_applies

broken_reload() {
	cp "$house/entrepot.conf" "$house/work/good.conf"
	echo "no_such_setting = 1" >>"$house/entrepot.conf"
	entrepot_signal HUP
	wait_until 10 grep -q no_such_setting "$house/log/entrepot.log"
	cp "$house/work/good.conf" "$house/entrepot.conf"
	is "$(http GET /index/st/ea/steady)" 200
	echo "no_such_setting = 1" >"$house/work/bad.conf"
	fails "$house/bin/entrepot" --config "$house/work/bad.conf"
	like "$out" "no_such_setting"
}
it "a broken configuration is named and the old one stays in force" broken_reload

log_reopened() {
	local size
	mv "$house/log/entrepot.log" "$house/log/entrepot.log.1"
	entrepot_signal USR1
	wait_until 10 reopened
	size=$(wc -c <"$house/log/entrepot.log.1")
	http GET /index/st/ea/steady >/dev/null
	wait_until 10 grep -q index/st/ea "$house/log/entrepot.log"
	is "$(wc -c <"$house/log/entrepot.log.1")" "$size"
}
reopened() {
	[ -e "$house/log/entrepot.log" ] || return 1
	# every worker must have moved on
	for pid in $(entrepot_workers); do
		! readlink "/proc/$pid/fd/"* 2>/dev/null | grep -q 'entrepot\.log\.1$' || return 1
	done
}
it "USR1 reopens the log, in every worker" log_reopened

killed_worker() {
	kill -KILL "$(entrepot_workers | head -n 1)"
	wait_until 10 has_workers 3
	is "$(http GET /index/st/ea/steady)" 200
}
has_workers() { [ "$(entrepot_workers | wc -l)" -eq "$1" ]; }
it "a worker that is killed is replaced" killed_worker

back_off() {
	local end=$((SECONDS + 4)) seen=$house/work/seen
	: >"$seen"
	while [ $SECONDS -lt $end ]; do
		for pid in $(entrepot_workers); do
			echo "$pid" >>"$seen"
			kill -KILL "$pid" 2>/dev/null || true
		done
		sleep 0.01
	done
	echo "$(sort -u "$seen" | wc -l) workers were started"
	[ "$(sort -u "$seen" | wc -l)" -lt 60 ]
	wait_until 30 has_workers 3
	wait_until 20 house_ready
}
it "workers that die at once are restarted ever more slowly" back_off

silent_connections() {
	local begin
	"$python" "$house/bin/fcgi.py" silent "$sock" 20 4 &
	"$python" "$house/bin/fcgi.py" half "$sock" 2 4 &
	sleep 0.5
	begin=$(date +%s%N)
	for _ in 1 2 3 4 5 6 7 8; do
		is "$(http GET /index/st/ea/steady)" 200
	done
	[ $((($(date +%s%N) - begin) / 1000000)) -lt 3000 ]
	wait
}
it "connections that stay silent hold up nobody" silent_connections

management_records() {
	local before
	before=$(entrepot_workers)
	"$python" "$house/bin/fcgi.py" records "$sock"
	is "$(http GET /index/st/ea/steady)" 200
	is "$(entrepot_workers)" "$before"
}
it "management records and garbage on the socket harm no worker" management_records

database_away() {
	local answer
	house_postgres_stop
	is "$(http GET /api/v1/crates/steady)" 503
	body | jq -e '.errors[0].detail'
	like "$(header content-type)" "^application/json"
	is "$(http GET /index/st/ea/steady)" 503
	is "$(http GET /-/health)" 200
	is "$(http GET /-/ready)" 503
	answer=$(kit publish "$base_url" "$alice" away 1.0.0)
	is "$(head -n 1 <<<"$answer")" 503
	house_postgres_start
	house_recovered
	is "$(http GET /api/v1/crates/steady)" 200
	is "$(http GET /index/aw/ay/away)" 404
}
it "without PostgreSQL it answers 503 in the protocol's shape, and recovers by itself" database_away

terminated_under_load() {
	kit storm "$base_url" "$alice" --count 60 --jobs 6 --log "$house/work/drained" drained \
		>"$house/work/storm" 2>&1 &
	sleep 1
	entrepot_stop
	entrepot_start
	wait
	cat "$house/work/storm"
	unlike "$(cat "$house/work/storm")" "^[0-9]+ 0$"
	[ -s "$house/work/drained" ]
	wait_until 10 house_ready
	kit check "$base_url" "$house/work/drained"
}
it "TERM lets requests under way finish: whatever was acknowledged is there" terminated_under_load

orphans_end() {
	local workers
	workers=$(pgrep -P "$(process_alive "$house/pid/entrepot")")
	kill -KILL "$(process_alive "$house/pid/entrepot")"
	wait_until 10 none_alive $workers
	entrepot_start
	wait_until 10 house_ready
}
none_alive() {
	local pid
	for pid; do
		! process_birth "$pid" >/dev/null || return 1
	done
}
it "workers end when their master is killed" orphans_end

# --- sockets of others ------------------------------------------------------

entrepot_stop
cp "$house/entrepot.conf" "$house/work/own.conf"
house_set listen ""

passed_socket() {
	rm -f "$sock"
	process_start "$house/pid/holder" "$house/log/holder.log" "$user" \
		"$python" "$house/bin/fcgi.py" hold "$sock" \
		"$house/bin/entrepot" --config "$house/entrepot.conf"
	wait_until 10 house_ready
	lost_nothing "$(under_load 5 kill -USR1 "$(process_alive "$house/pid/holder")")"
}
it "on a socket passed by systemd a rolling restart loses nothing" passed_socket
process_stop "$house/pid/holder"

descriptor_zero() {
	command -v spawn-fcgi >/dev/null || skip "spawn-fcgi is not installed"
	house_set workers "$1"
	rm -f "$sock"
	process_start "$house/pid/spawn" "$house/log/spawn.log" "$user" \
		spawn-fcgi -n -s "$sock" -M 0660 -b 1024 -- \
		"$house/bin/entrepot" --config "$house/entrepot.conf"
	wait_until 10 house_ready
	is "$(pgrep -x entrepot-worker -P "$(process_alive "$house/pid/spawn")" | wc -l)" "$1"
	lost_nothing "$(under_load 1 true)"
	kill -TERM "$(process_alive "$house/pid/spawn")"
	wait_until 10 process_gone "$house/pid/spawn"
}
it "on descriptor 0 it serves in its own process" descriptor_zero 0
it "on descriptor 0 with workers set it preforks" descriptor_zero 2
process_stop "$house/pid/spawn"
cp "$house/work/own.conf" "$house/entrepot.conf"

# --- refusals at start ------------------------------------------------------

unknown_schema() {
	sql "INSERT INTO schema_migration (number, name) VALUES (9999, 'from the future')"
	fails as_user "$user" timeout 20 "$house/bin/entrepot" --config "$house/entrepot.conf"
	like "$out" "9999|newer|unknown"
	sql "DELETE FROM schema_migration WHERE number = 9999"
}
it "a schema newer than the program is refused at start" unknown_schema

missing_schema() {
	local conf=$house/work/empty.conf
	cluster_database "$house/run" vacant
	cp "$house/entrepot.conf" "$conf"
	conf_set "$conf" database "host=$house/run user=entrepot dbname=vacant"
	chmod 711 "$house/work"
	fails as_user "$user" timeout 20 "$house/bin/entrepot" --config "$conf"
	like "$out" "migrate"
}
it "a database without the schema is refused with a hint at migrate" missing_schema

done_testing
