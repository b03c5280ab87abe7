#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The recipes for what keeps entrepot running: supervisor in both ways,
# spawn-fcgi, and systemd's units, behind lighttpd.

. "$(dirname "$0")/../../support/house.sh"
. "$support/smoke.sh"
. "$support/clients.sh"

house_open
house_set crates_rate_limits no
house_start lighttpd || bail "the registry did not start"
publish_crate steady 1.0.0 || bail "nothing can be published"
entrepot_stop
sock=$house/run/entrepot.sock

# fit FILE: the recipe with our paths and users.
fit() {
	recipe_fit "$1" "$house" "$port" |
		sed "s/\(user=\|owner=\|-u \)entrepot/\1$user/; s/www-data/$(id -gn "$user")/"
}

answers() {
	wait_until 20 house_ready
	is "$(http GET /index/st/ea/steady)" 200
	is "$(stat -c %a "$sock")" 660
}

# --- supervisor -------------------------------------------------------------

supervise() {
	command -v supervisord >/dev/null || skip "supervisor is not installed"
	{
		printf '[supervisord]\nnodaemon=true\nlogfile=%s\npidfile=%s\nchildlogdir=%s\n' \
			"$house/log/supervisor.log" "$house/run/supervisor.pid" "$house/log"
		printf '[unix_http_server]\nfile=%s\n' "$house/run/supervisor.sock"
		printf '[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n'
		printf '[supervisorctl]\nserverurl=unix://%s\n' "$house/run/supervisor.sock"
		fit "supervisor/$1"
	} >"$house/supervisor.conf"
	rm -f "$sock"
	process_start "$house/pid/supervisor" "$house/log/supervisor.err" "$user" \
		/usr/bin/supervisord -c "$house/supervisor.conf"
	answers
}
ctl() { as_user "$user" /usr/bin/supervisorctl -c "$house/supervisor.conf" "$@"; }

house_set listen ""
house_set workers 0
it "supervisor: processes on a shared socket serve" supervise fcgi-program.conf

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
clients supervisor
process_stop "$house/pid/supervisor" TERM 40

house_set listen "$sock"
house_set workers 3
it "supervisor: a master with its own socket serves" supervise program.conf
process_stop "$house/pid/supervisor" TERM 40

# --- spawn-fcgi -------------------------------------------------------------

house_set listen ""
house_set workers 0
spawned() {
	command -v spawn-fcgi >/dev/null || skip "spawn-fcgi is not installed"
	fit spawn-fcgi/entrepot >"$house/bin/spawn"
	# nobody but root may become another user
	sed -i "s/ -u $user -g [^ ]*//" "$house/bin/spawn"
	chmod 755 "$house/bin/spawn"
	rm -f "$sock"
	process_start "$house/pid/spawn" "$house/log/spawn.log" "$user" "$house/bin/spawn"
	answers
	is "$(pgrep -x entrepot-worker -P "$(process_alive "$house/pid/spawn")" | wc -l)" 4
}
it "spawn-fcgi: workers on its socket serve" spawned
process_stop "$house/pid/spawn"

# --- systemd ----------------------------------------------------------------

house_set workers 2
units() {
	command -v systemd-analyze >/dev/null || skip "systemd is not installed"
	mkdir -p "$house/units"
	fit systemd/entrepot.service >"$house/units/entrepot.service"
	fit systemd/entrepot.socket >"$house/units/entrepot.socket"
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

as_the_unit_says() {
	local command
	install -m 755 "$support/fcgi.py" "$house/bin/"
	mapfile -t command < <(fit systemd/entrepot.service | sed -n 's/^ExecStart=//p' | tr ' ' '\n')
	rm -f "$sock"
	process_start "$house/pid/holder" "$house/log/holder.log" "$user" \
		"$python" "$house/bin/fcgi.py" hold "$sock" "${command[@]}"
	wait_until 20 house_ready
	is "$(http GET /index/st/ea/steady)" 200
}
it "systemd: what the unit starts serves on a passed socket" as_the_unit_says
process_stop "$house/pid/holder"

done_testing
