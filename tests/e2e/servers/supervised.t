#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The recipes for what keeps entrepot running: supervisor in both ways,
# spawn-fcgi, and systemd's units, behind lighttpd.

. "$(dirname "$0")/../../support/house.sh"
. "$support/smoke.sh"
. "$support/clients.sh"

house_open
. "$support/keepers.sh"
house_set crates_rate_limits no
house_start lighttpd || bail "the registry did not start"
publish_crate steady 1.0.0 || bail "nothing can be published"
entrepot_stop

answers() {
	wait_until 20 house_ready
	is "$(http GET /index/st/ea/steady)" 200
	is "$(stat -c %a "$keeper_socket")" 660
}

# kept KIND PACKAGE
kept() {
	keeper_installed "$1" || skip "$2 is not installed"
	keeper_start "$1"
	answers
}

# --- supervisor -------------------------------------------------------------

it "supervisor: processes on a shared socket serve" kept fcgi-program supervisor

rolling() {
	local number loader
	[ -e "$house/supervisor.conf" ] || skip "supervisor is not installed"
	kit load "$base_url" --seconds 12 --jobs 4 /index/st/ea/steady >"$house/work/load" &
	loader=$!
	for number in 00 01 02 03; do
		ctl restart "entrepot:entrepot_$number"
	done
	wait "$loader"
	is "$(cut -d' ' -f2 "$house/work/load")" 0
}
it "supervisor: restarting them one after the other loses no request" rolling
clients "supervisor's processes"
keeper_stop

it "supervisor: a master with its own socket serves" kept program supervisor
clients "supervisor's master" m
keeper_stop

# --- spawn-fcgi -------------------------------------------------------------

spawned() {
	kept spawn-fcgi spawn-fcgi
	is "$(pgrep -x entrepot-worker -P "$(process_alive "$house/pid/keeper")" | wc -l)" 4
}
it "spawn-fcgi: workers on its socket serve" spawned
clients spawn-fcgi f
keeper_stop

# --- systemd ----------------------------------------------------------------

units() {
	command -v systemd-analyze >/dev/null || skip "systemd is not installed"
	mkdir -p "$house/units"
	keeper_fit systemd/entrepot.service >"$house/units/entrepot.service"
	keeper_fit systemd/entrepot.socket >"$house/units/entrepot.socket"
	is "$(systemd-analyze verify "$house/units/entrepot.service" "$house/units/entrepot.socket" 2>&1 |
		grep -F "$house/units" || true)" ""
}
it "systemd: the units are in order" units

secure() {
	command -v systemd-analyze >/dev/null || skip "systemd is not installed"
	systemd-analyze security --offline=true "$house/units/entrepot.service" >"$house/work/security"
	tail -n 1 "$house/work/security"
	like "$(tail -n 1 "$house/work/security")" " 1\\.[0-9] OK"
}
it "systemd: the service is as closed as its README says" secure

it "systemd: what the unit starts serves on a passed socket" kept systemd systemd
clients systemd d
keeper_stop

done_testing
