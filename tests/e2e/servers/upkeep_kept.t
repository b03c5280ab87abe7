#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Upkeep (see support/upkeep.sh) of registries that supervisor and systemd keep:
# processes on a shared socket behind nginx, a master with its own behind
# Apache, a master on a socket that is held behind lighttpd, or passed on behind nginx.

. "$(dirname "$0")/../../support/house.sh"
. "$support/stock.sh"
. "$support/smoke.sh"

house_open
. "$support/keepers.sh"
house_set crates_rate_limits no
trap 'status=$?; keeper_stop; house_close "$status"' EXIT
. "$support/upkeep.sh"

# keep KIND SERVER: whether both are there; the server is in front then.
keep() {
	if ! keeper_installed "$1" || ! stock_installed "$2"; then
		it "$1 behind $2" skip "$1 or $2 is not installed"
		return 1
	fi
	keeper_start "$1"
	keeper_front "$2" && wait_until 20 house_ready || bail "$1 behind $2 did not start"
	publish_steady
}
let_go() {
	webserver_stop "$web" "$house"
	web=
	keeper_stop
}

# --- supervisor's processes -------------------------------------------------

# one_by_one VERB: as the README has it.
one_by_one() {
	local number
	for number in 00 01 02 03; do
		ctl "$@" "entrepot:entrepot_$number"
	done
}
one_by_one_updated() {
	another_program
	one_by_one restart
	wait_until 20 all_are_new
}

if keep fcgi-program nginx; then
	upkeep "supervisor's processes behind nginx" 20 "one_by_one signal HUP" one_by_one_updated
	let_go
fi

# --- supervisor's master ----------------------------------------------------

supervised_reloads() {
	local before
	before=$(master_workers)
	ctl signal HUP entrepot
	wait_until 30 has_new_workers "$(wc -l <<<"$before")" "$before"
}
supervised_updates() {
	another_program
	ctl signal USR2 entrepot
	wait_until 30 all_are_new
}
supervised_restarts() {
	local before
	before=$(our_processes)
	ctl restart entrepot
	wait_until 20 house_ready
	is "$(our_processes | grep -Fx "$before" || true)" ""
}

if keep program apache; then
	upkeep "supervisor's master behind Apache" 0 supervised_reloads supervised_updates
	it "supervisor's master behind Apache: a restart is over when the socket is there again" \
		in_use 20 supervised_restarts
	let_go
fi

# --- systemd's socket -------------------------------------------------------

# As "systemctl restart": the socket stays, and what comes meanwhile waits in it.
held_restarts() {
	local before
	before=$(our_processes)
	kill -HUP "$(process_alive "$house/pid/keeper")"
	wait_until 30 none_of "$before"
	wait_until 20 master_pid
}
none_of() { [ -z "$(our_processes | grep -Fx "$1")" ]; }
held_updates() {
	another_program
	held_restarts
	wait_until 20 all_are_new
}

if keep systemd lighttpd; then
	upkeep "systemd's socket behind lighttpd" 0 master_reloads held_updates
	it "systemd's socket behind lighttpd: a restart makes clients wait" in_use 0 held_restarts
	it "systemd's socket behind lighttpd: an update without a restart" in_use 0 master_updates
	let_go
fi

if keep activated nginx; then
	it "systemd's socket behind nginx: a reload" in_use 0 master_reloads
	it "systemd's socket behind nginx: an update" in_use 0 master_updates
	it "systemd's socket behind nginx: a reload after the update" in_use 0 master_reloads
	it "systemd's socket behind nginx: a program that does not start is not changed to" no_program
	let_go
fi

done_testing
