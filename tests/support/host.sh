# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What tests within a machine (machine.sh) share: the words of the recipes there,
# PostgreSQL, nginx and accounts, and a registry that is in use. Sourced first;
# $work is a directory for what is noted, which the test makes.

support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(dirname "$(dirname "$support")")
# shellcheck source=deploy/lib.sh
. "$root/deploy/lib.sh"
# shellcheck source=tests/support/tap.sh
. "$support/tap.sh"
# shellcheck source=tests/support/machine.sh
. "$support/machine.sh"

conf=/etc/entrepot/entrepot.conf
url=http://registry.example
log=/var/log/entrepot/entrepot.log

# host_begin: first of all there.
host_begin() {
	cd /
	tap_count=${TAP_COUNT:-0} tap_failed=${TAP_FAILED:-0}
	# shellcheck source=tests/support/units.sh
	[ "$MACHINE_INIT" = systemd ] || . "$support/units.sh"
	host_postgres >"$work/postgres.log" 2>&1 || { tail -n 5 "$work/postgres.log"; bail "no PostgreSQL"; }
}

# recipe FOLDER NUMBER: that block of commands of a README of deploy/.
recipe() {
	awk -v wanted="$2" '/^```sh$/ { on = ++n == wanted; next } /^```$/ { on = 0 } on' "$root/deploy/$1/README.md"
}

# sudo as the recipes have it
sudo() {
	local name=root
	[ "$1" = -u ] && name=$2 && shift 2
	if [ "$name" != root ]; then
		set -- runuser -u "$name" -- "$@"
	elif [ "$1" = apt-get ]; then
		shift
		set -- apt_get "$@"
	fi
	"$@"
}

# nothing to be fetched, nobody to be asked
apt_get() {
	DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends -o Dpkg::Use-Pty=0 \
		-o Dpkg::Options::=--force-unsafe-io -o Dpkg::Options::=--force-confold "$@" </dev/null
}

# of_now PID: runs the program that is there now
of_now() { [ "$(stat -Lc %i "/proc/$1/exe" 2>/dev/null)" = "$(stat -c %i "$(command -v entrepot)")" ]; }

all_of_now() {
	local pid
	of_now "$(main_pid)" && workers >/dev/null || return 1
	for pid in $(pgrep -u entrepot); do of_now "$pid" || return 1; done
}

kit() { python3 "$support/cratekit.py" "$@"; }
ready() { curl -fsS -m 5 -o /dev/null "$url/-/ready" 2>/dev/null; }
entrepot_admin() { runuser -u entrepot -- entrepot-admin --config "$conf" "$@"; }
owner() { stat -c '%U:%G %a' "$1"; }
main_pid() { systemctl show --value --property MainPID entrepot; }

host_postgres() {
	pg_createcluster 15 main -- --no-sync --locale=C.UTF-8 >/dev/null || return 1
	echo "fsync = off" >>/etc/postgresql/15/main/postgresql.conf
	if [ "$MACHINE_INIT" = systemd ]; then
		systemctl daemon-reload && systemctl start postgresql@15-main
	else
		pg_ctlcluster 15 main start
	fi
}

# host_configure: what is behind nginx, and told apart from what the file is by itself.
host_configure() {
	conf_set "$conf" base_url "$url"
	conf_set "$conf" crates_rate_limits no
	conf_set "$conf" sendfile x-accel-redirect
	conf_set "$conf" sendfile_prefix /_blobs/
}

# host_front RECIPE: nginx
host_front() {
	install -m 644 "$1" /etc/nginx/conf.d/entrepot.conf
	nginx
	wait_until 20 ready || { tail -n 20 "$log" /run/entrepot-by-hand.log; journalctl -u entrepot; false; }
}

accounts() {
	printf 'correct horse battery staple\n' |
		entrepot_admin user add alice --email alice@example.org --confirmed --admin --password-stdin
	entrepot_admin token add --user alice --name laptop --json | jq -re .token >"$work/token"
}

# publish NAME: and what was published comes back, sent by nginx itself.
publish() {
	is "$(kit publish "$url" "$(cat "$work/token")" "$1" 1.0.0 | head -n 1)" 200
	serves "$1"
}
serves() {
	local sum
	sum=$(curl -fsS "$url/index/${1:0:2}/${1:2:2}/$1" | jq -r .cksum)
	is "$(curl -fsSL "$url/api/v1/crates/$1/1.0.0/download" | sha256sum | cut -d' ' -f1)" "$sum"
}

# in_use COMMAND...: while clients read and publish; no request may fail, and none be tried again.
in_use() {
	until=$work/over
	rm -f "$until" "$work/acknowledged"
	kit traffic "$url" "$(cat "$work/token")" --until "$until" --log "$work/acknowledged" "busy-$RANDOM" \
		/index/st/ea/steady /api/v1/crates/steady/1.0.0/download >"$work/traffic" 2>"$work/traffic.err" &
	clients=$!
	trap 'touch "$until"; wait "$clients"' EXIT
	sleep 0.5
	"$@"
	sleep 0.4
	trap - EXIT
	touch "$until"
	wait "$clients"
	head -n 5 "$work/traffic.err"
	like "$(cat "$work/traffic")" '^[1-9][0-9]+ [1-9][0-9]* 0 0$'
	kit check "$url" "$work/acknowledged"
}

workers() { pgrep -x entrepot-worker -P "$(main_pid)"; }
other_workers() {
	local now
	now=$(workers) && [ -z "$(grep -Fx "$1" <<<"$now")" ]
}
reloads() {
	local before pid
	pid=$(main_pid)
	before=$(workers)
	systemctl reload entrepot
	wait_until 30 other_workers "$before"
	is "$(main_pid)" "$pid"
}

# --- the log ----------------------------------------------------------------

rotate() { logrotate --force --state "$work/logrotate" /etc/logrotate.d/entrepot; }

nobody_writes() {
	local pid
	for pid in $(pgrep -u entrepot); do
		! readlink "/proc/$pid/fd/"* 2>/dev/null | grep -q "^$1" || return 1
	done
}

# ask COUNT NAME: requests that can be told apart in the log
ask() { curl -sS -o /dev/null -w '%{http_code}\n' "$url/index/no/ne/none-$2-[1-$1]" | sort | uniq -c; }

log_rotates() {
	local asking
	ask 5000 one >"$work/asked" &
	asking=$!
	wait_until 20 grep -qs none-one "$log"
	rotate
	wait_until 20 grep -qs none-one "$log"
	rotate
	wait_until 10 nobody_writes "$log."
	wait "$asking"
	is "$(xargs <"$work/asked")" "5000 404"
	ask 1 two
	wait_until 10 grep -qs none-two-1 "$log"
	ls -l /var/log/entrepot
	for file in "$log" "$log.1" "$log.2.gz"; do is "$(owner "$file")" "entrepot:adm 640" "$file"; done
	# each of them once
	is "$(zcat -f "$log"* | grep -aoE 'none-one-[0-9]+' | wc -l)" 5000
	is "$(zcat -f "$log"* | grep -aoE 'none-one-[0-9]+' | sort -u | wc -l)" 5000
}
