# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What an administrator does to a registry that is in use, and what befalls it,
# for any way to run it: reload, restart, update, rotated logs, killed processes,
# PostgreSQL that restarts, a full disk. 16 clients read and 4 publish. Sourced
# after house.sh and smoke.sh, once the house is open.
#
#	upkeep WAY RETRIES RELOAD UPDATE	all of it; RETRIES is how often a client
#						tries again while it reloads or updates
#	in_use RETRIES COMMAND...		the command, while clients are busy
#	$program $blobs $registry_log		of the registry, when it is not the house's

acknowledged=$house/work/acknowledged
program=${program:-$house/bin/entrepot}
blobs=${blobs:-$house/data/blobs}
registry_log=${registry_log:-$house/log/entrepot.log}

# our_processes: all of this registry's entrepot.
our_processes() {
	find /proc/[0-9]*/exe -maxdepth 0 \( -lname "$program" -o -lname "$program (deleted)" \) \
		-printf '%h\n' 2>/dev/null | sed 's|.*/||'
}

# of_this_program: those that run what lies there now.
of_this_program() {
	find -L /proc/[0-9]*/exe -maxdepth 0 -samefile "$program" -printf '%h\n' 2>/dev/null | sed 's|.*/||'
}

# in_use RETRIES COMMAND...: while clients are busy; prints what they saw.
in_use() {
	local retries=$1 until=$house/work/over clients
	shift
	rm -f "$until" "$acknowledged"
	kit traffic "$base_url" "$alice" --until "$until" --retries "$retries" --log "$acknowledged" \
		"busy-$BASHPID" /index/st/ea/steady /api/v1/crates/steady /-/health \
		/api/v1/crates/steady/1.0.0/download >"$house/work/traffic" 2>"$house/work/traffic.err" &
	clients=$!
	sleep 0.5
	"$@" || { touch "$until"; wait; return 1; }
	sleep 0.4
	touch "$until"
	wait "$clients"
	head -n 5 "$house/work/traffic.err"
	cat "$house/work/traffic"
	read -r reads publishes retried failures <"$house/work/traffic"
	[ "$reads" -gt 16 ]
	[ "$publishes" -gt 4 ]
	is "$failures" 0 "failed requests"
	[ "$retries" -gt 0 ] || is "$retried" 0
	kit check "$base_url" "$acknowledged"
}

# another_program: the same with other bytes behind it, put there as packages do.
another_program() {
	cp "$house/bin/entrepot" "$house/bin/new"
	echo "another build" >>"$house/bin/new"
	mv "$house/bin/new" "$house/bin/entrepot"
}

all_are_new() { [ -n "$(of_this_program)" ] && [ "$(of_this_program)" = "$(our_processes)" ]; }

# --- with a master ----------------------------------------------------------

# master_pid: of ours the one with workers; none when there is no master.
master_pid() {
	local pid
	for pid in $(our_processes); do
		pgrep -x entrepot-worker -P "$pid" >/dev/null && echo "$pid" && return
	done
	return 1
}
master_workers() { pgrep -x entrepot-worker -P "$(master_pid)"; }

# has_new_workers COUNT BEFORE: as many, and none of before.
has_new_workers() {
	local now
	now=$(master_workers)
	[ "$(wc -l <<<"$now")" -eq "$1" ] && [ -z "$(grep -Fx "$2" <<<"$now")" ]
}

master_reloads() {
	local before
	before=$(master_workers)
	kill -HUP "$(master_pid)"
	wait_until 30 has_new_workers "$(wc -l <<<"$before")" "$before"
}

master_updates() {
	local before count
	before=$(master_pid)
	count=$(master_workers | wc -l)
	another_program
	kill -USR2 "$before"
	wait_until 30 all_are_new
	is "$(master_pid)" "$before"
	wait_until 20 has_new_workers "$count" ""
}

no_program() {
	local before
	before=$(our_processes)
	cp -p "$house/bin/entrepot" "$house/work/good"
	printf '#!/bin/sh\necho "not today" >&2\nexit 1\n' >"$house/bin/new"
	chmod 755 "$house/bin/new"
	mv "$house/bin/new" "$house/bin/entrepot"
	kill -USR2 "$(master_pid)"
	wait_until 20 grep -q 'no upgrade: .*not today' "$house/log/entrepot.log"
	rm "$house/bin/entrepot"
	kill -USR2 "$(master_pid)"
	wait_until 20 grep -q 'no upgrade: cannot run' "$house/log/entrepot.log"
	mv "$house/work/good" "$house/bin/entrepot"
	is "$(http GET /index/st/ea/steady)" 200
	kill -0 $before
}

# --- without one ------------------------------------------------------------

has_processes() { [ "$(our_processes | wc -l)" -ge 1 ]; }

# Whoever starts them starts another one for each that ends.
each_one() {
	local pid
	for pid in $(our_processes); do
		kill -s "$1" "$pid" 2>/dev/null || true
		sleep 0.2
	done
	wait_until 20 has_processes
}

each_is_updated() {
	another_program
	each_one TERM
	wait_until 20 all_are_new
}

# --- for all ----------------------------------------------------------------

rotated() {
	local pid log=$registry_log
	mv "$log" "$log.1"
	if pid=$(master_pid); then
		kill -USR1 "$pid"
	else
		for pid in $(our_processes); do kill -USR1 "$pid"; done
	fi
	wait_until 10 nobody_writes "$log.1"
	http GET /index/st/ea/steady >/dev/null
	wait_until 10 grep -q index/st/ea "$log"
}
nobody_writes() {
	local pid
	for pid in $(our_processes); do
		! readlink "/proc/$pid/fd/"* 2>/dev/null | grep -qx "$1" || return 1
	done
}

# on_demand=yes: whoever starts processes has as many as there is use for.
killed() {
	local pid count
	count=$(our_processes | wc -l)
	[ -z "${on_demand:-}" ] || count=1
	pid=$(master_workers 2>/dev/null | head -n 1) || true
	pid=${pid:-$(our_processes | head -n 1)}
	kill -KILL "$pid"
	wait_until 20 replaced "$pid" "$count"
}
replaced() { ! process_birth "$1" >/dev/null && [ "$(our_processes | wc -l)" -ge "$2" ]; }

database_restarts() {
	house_postgres_stop
	is "$(http GET /index/st/ea/steady)" 503
	is "$(http GET /api/v1/crates/steady)" 503
	body | jq -e '.errors[0].detail'
	is "$(http GET /api/packages/none)" 503
	body | jq -e '.status == 503 and .message'
	is "$(http GET /repo/names)" 503
	is "$(http GET /simple/none/)" 503
	is "$(http GET /pypi/none/json)" 503
	body | jq -e .message
	house_postgres_start
	house_recovered
	is "$(http GET /index/st/ea/steady)" 200
}

# In the shape of each protocol's errors, and nothing of it anywhere.
refused_for_room() {
	local before answer
	head -c 600000 /dev/urandom >"$house/work/large"
	before=$(find "$blobs" "$blobs/../tmp" -type f | wc -l)
	answer=$(kit publish "$base_url" "$alice" --weight 600000 too-large 1.0.0)
	like "$(head -n 1 <<<"$answer")" "^50[37]$"
	tail -n +2 <<<"$answer" | jq -e '.errors[0].detail'
	is "$(http GET /index/to/o-/too-large)" 404
	like "$(http POST /api/publish -H "Authorization: $alice" --data-binary "@$house/work/large")" "^50[37]$"
	body | jq -e '.status >= 503 and .message'
	answer=$(pykit upload "$base_url" "$alice" --pad 600000 too-large 1.0)
	like "$answer" "^50[37]"
	is "$(http GET /simple/too-large/)" 404
	is "$(http GET /index/st/ea/steady)" 200
	is "$(find "$blobs" "$blobs/../tmp" -type f | wc -l)" "$before"
}

# A limit on the size of files needs no file system of its own.
no_room() {
	local pid log=$registry_log
	mv "$log" "$log.2"
	rotated_to_empty
	for pid in $(our_processes); do as_user "$user" prlimit --pid "$pid" --fsize=250000:; done
	refused_for_room
	for pid in $(our_processes); do as_user "$user" prlimit --pid "$pid" --fsize=unlimited: || true; done
	publish_crate "room-$BASHPID" 1.0.0
}
rotated_to_empty() {
	local pid
	for pid in $(our_processes); do kill -USR1 "$pid"; done
	wait_until 10 nobody_writes "$registry_log.2"
}

everything_is_there() {
	admin verify
	admin gc --grace 0
	is "$(find "$blobs/../tmp" -type f | wc -l)" 0
	is "$(find "$blobs" -type f | wc -l)" "$(sql 'SELECT count(*) FROM blob')"
}

upkeep() {
	it "$1: a reload" in_use "$2" $3
	it "$1: an update" in_use "$2" $4
	it "$1: a process is killed: another one takes its place" in_use 10 killed
	it "$1: the log is rotated" rotated
	it "$1: PostgreSQL restarts: 503, then well again" database_restarts
	it "$1: a full disk is answered in the protocol's shape, nothing half done stays" no_room
	it "$1: nothing is wrong with what is stored, and nothing else is there" everything_is_there
}

publish_steady() {
	[ "$(http GET /index/st/ea/steady)" = 200 ] || publish_crate steady 1.0.0 ||
		bail "nothing can be published"
}
