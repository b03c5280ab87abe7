#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installed by hand and kept by systemd, as deploy/README.md and
# deploy/systemd/README.md say, behind nginx: in a machine of its own, where
# systemd is process 1 and closes the service as its unit says.

. "$(dirname "$0")/../../support/host.sh"

# "build" of the recipes is where this was built, and there is nothing to be built.
make() {
	is "$*" "-C build install"
	command make -s -o all-am -C "$build" install
}

make_install() {
	cd "$root"
	. <(recipe . 1 | tail -n 1)
	[ -x /usr/local/bin/entrepot ]
	. <(recipe . 2)
	host_configure
	is "$(owner "$conf")" "root:entrepot 640"
}

starts() {
	cd "$root"
	# to look for leaks at its end it would have to trace itself, which is closed to the service
	mkdir /etc/systemd/system/entrepot.service.d
	printf '[Service]\nEnvironment=ASAN_OPTIONS=detect_leaks=0\n' >/etc/systemd/system/entrepot.service.d/leaks.conf
	. <(recipe systemd 1)
	host_front deploy/nginx/entrepot.conf
	is "$(. <(recipe systemd 2))" $'active\nactive'
	is "$(owner /run/entrepot/fcgi.sock)" "entrepot:www-data 660"
	journalctl -u entrepot | grep -q 'started with'
}

# README: an account and a token
first_account() {
	as=entrepot
	. <(recipe . 3) <<<"correct horse battery staple" >"$work/first"
	grep -Eq 'cio[A-Za-z0-9]{20,}' "$work/first"
}

keeps_groups() {
	is "$(owner /var/lib/entrepot)" "entrepot:www-data 2750"
	is "$(owner /var/log/entrepot)" "entrepot:adm 2750"
	[ -z "$(find /var/lib/entrepot/blobs ! -group www-data)" ]
}

closed() {
	local pid place
	pid=$(main_pid)
	inside_service() { nsenter --target "$pid" --mount --root runuser -u entrepot -- "$@"; }
	for place in /etc /var/lib /var/log /usr /home; do
		chmod 777 "$place"
		fails inside_service touch "$place/anything"
		like "$out" "Read-only file system|Permission denied"
		chmod 755 "$place"
	done
	inside_service touch /var/lib/entrepot/anything
	rm /var/lib/entrepot/anything
	is "$(awk '/^(CapBnd|CapPrm|CapAmb):/ { sum = sum $2 } END { gsub(/0/, "", sum); print sum }' "/proc/$pid/status")" ""
	is "$(awk '/^(Seccomp|NoNewPrivs):/ { printf "%s ", $2 }' "/proc/$pid/status")" "1 2 "
}

restarts() {
	local before
	before=$(main_pid)
	systemctl restart entrepot
	fails is "$(main_pid)" "$before"
}

updates() {
	local pid
	pid=$(main_pid)
	cd "$root"
	. <(recipe systemd 3)
	wait_until 30 all_of_now
	is "$(main_pid)" "$pid"
}

master_killed() {
	local pid
	pid=$(main_pid)
	kill -KILL "$pid"
	wait_until 20 another_master "$pid"
	wait_until 20 ready
	is "$(systemctl show --value --property NRestarts entrepot)" 1
	serves steady
}
another_master() { [[ $(main_pid) != @(0|"$1") ]]; }

# A log in a file, and the rotation's recipe.
logged() {
	cp "$root/deploy/logrotate/entrepot" /etc/logrotate.d/entrepot
	conf_set "$conf" log "$log"
	reloads
	log_rotates
}

# A program that wants another schema.
stays() {
	local pid
	pid=$(main_pid)
	cp /usr/local/bin/entrepot "$work/good"
	printf '#!/bin/sh\necho "the schema is another one" >&2\nexit 78\n' >"$work/bad"
	install "$work/bad" /usr/local/bin/entrepot
	systemctl kill --signal USR2 --kill-who main entrepot
	wait_until 20 grep -q 'no upgrade: .*the schema is another one' "$log"
	install "$work/good" /usr/local/bin/entrepot
	is "$(main_pid)" "$pid"
	publish afterwards
}

no_findings() {
	journalctl -u entrepot >"$work/journal"
	grep -q 'started with' "$work/journal"
	fails grep -E 'Sanitizer|runtime error:' "$work/journal"
}

inside() {
	host_begin
	it "it is installed by hand as its README says" make_install
	it "systemd's units start it behind nginx, and the journal has its log" starts
	it "the README's first account and its token are made" first_account
	it "accounts are made" accounts
	it "what is published is served" publish steady
	it "systemd leaves the directories to the groups that read there" keeps_groups
	it "all but its own directories is closed to the service" closed
	it "a reload loses no request" in_use reloads
	it "a restart loses no request" in_use restarts
	it "an update without a restart loses no request" in_use updates
	it "a master that is killed is started again" master_killed
	it "logrotate loses no line, and nobody goes on in an old file" logged
	it "a program that wants another schema is not changed to" stays
	it "all that was published is there" entrepot_admin verify
	it "no sanitizer has found anything" no_findings
	done_testing
}

if [ "${1:-}" = inside ]; then
	work=$2 build=$3
	inside
	exit
fi
build=${ENTREPOT_BUILD:-$root/build/test}
[ -x "$build/entrepot" ] || bail "nothing has been built in $build"
why=$(machine_why_not) && skip_all "$why"
work=$(mktemp -d /tmp/entrepot-systemd.XXXXXX) || bail "no directory"
trap 'status=$?; machine_close; "${machine_sudo[@]}" rm -rf "$work"; exit "$status"' EXIT
trap 'exit 130' INT TERM HUP
chmod 755 "$work"
machine_open "$work/machine" "$root" "$build" "$work" || bail "the machine did not start"
[ "$machine_init" = systemd ] || skip_all "systemd cannot be started here"
machine_run bash "$root/tests/e2e/servers/systemd.t" inside "$work" "$build"
