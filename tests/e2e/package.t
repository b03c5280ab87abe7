#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The Debian package of deploy/debian, as its README says: built, installed, set
# up, used behind nginx, rotated, upgraded, removed, installed again, purged. All
# but the build happens in a machine of its own, under systemd where that can be
# started, else with what the units say done by hand.

root=$(cd "$(dirname "$0")/../.." && pwd -P)
support=$root/tests/support
# shellcheck source=deploy/lib.sh
. "$root/deploy/lib.sh"
# shellcheck source=tests/support/tap.sh
. "$support/tap.sh"
# shellcheck source=tests/support/machine.sh
. "$support/machine.sh"

# recipe NUMBER: that block of commands of the package's README.
recipe() {
	awk -v wanted="$1" '/^```sh$/ { on = ++n == wanted; next } /^```$/ { on = 0 } on' \
		"$root/deploy/debian/README.md"
}

# --- here: the build --------------------------------------------------------

# those of a "make check" around this
unset MAKEFLAGS MFLAGS MAKELEVEL
# no slower than it must be
export DEB_BUILD_OPTIONS="nocheck noopt noautodbgsym terse parallel=2"
[ -d /usr/lib/ccache ] && PATH=/usr/lib/ccache:$PATH

source_package() {
	make -s -C "$build" distdir distdir="$work/tree" >"$work/dist.log" 2>&1
	cp -r "$work/tree/deploy/debian" "$work/tree/debian"
	(cd "$work/tree" && dpkg-buildpackage -us -uc -S) >"$work/source.log" 2>&1 || { tail -n 20 "$work/source.log"; false; }
	dpkg-source -x "$work/entrepot_$version.dsc" "$work/entrepot" >/dev/null
	diff -r --no-dereference -x files "$work/tree" "$work/entrepot"
}

package() {
	(cd "$work/entrepot" && dpkg-buildpackage -us -uc -b) >"$work/build.log" 2>&1 || { tail -n 20 "$work/build.log"; false; }
	[ -s "$work/entrepot_${version}_$architecture.deb" ]
	fails grep -i warning "$work/build.log"
}

# another version: a later one, with another example of a configuration and another file for logrotate
next_package() {
	cp -a "$work/entrepot" "$work/next"
	cd "$work/next"
	sed "1s/($version)/($next)/" deploy/debian/changelog >debian/changelog
	echo "# of the next version" >>deploy/entrepot.conf.sample
	echo "# of the next version" >>deploy/logrotate/entrepot
	rm -rf debian/entrepot debian/*.log debian/*.substvars debian/files
	dpkg-buildpackage -us -uc -b -nc >"$work/next.log" 2>&1 || { tail -n 20 "$work/next.log"; false; }
	dpkg --compare-versions "$(dpkg-deb -f "$work/entrepot_${next}_$architecture.deb" Version)" gt "$version"
}

contents() {
	local deb=$work/entrepot_${version}_$architecture.deb script
	dpkg-deb -c "$deb" >"$work/contents"
	is "$(awk '$2 != "root/root"' "$work/contents")" ""
	dpkg-deb -e "$deb" "$work/control"
	is "$(sort "$work/control/conffiles" | tr '\n' ' ')" "/etc/entrepot/entrepot.conf /etc/logrotate.d/entrepot "
	for script in preinst postinst prerm postrm; do
		[ ! -e "$work/control/$script" ] || sh -n "$work/control/$script"
	done
	dpkg-deb -x "$deb" "$work/unpacked"
	fails grep -r /usr/local "$work/unpacked/usr/share/doc/entrepot/examples" "$work/unpacked/lib"
}

lint() {
	command -v lintian >/dev/null || skip "lintian is not installed"
	lintian --fail-on error --suppress-tags bad-distribution-in-changes-file "$work/entrepot_${version}_$architecture.changes"
}

build_here() {
	command -v dh >/dev/null && command -v dpkg-buildpackage >/dev/null || skip_all "debhelper is not installed"
	build=${ENTREPOT_BUILD:-$root/build/test}
	[ -e "$build/Makefile" ] || bail "nothing has been configured in $build"
	work=$(mktemp -d /tmp/entrepot-package.XXXXXX) || bail "no directory"
	trap 'package_close $?' EXIT
	trap 'exit 130' INT TERM HUP
	chmod 755 "$work"
	version=$(dpkg-parsechangelog -l "$root/deploy/debian/changelog" -S Version)
	next=$version+next
	architecture=$(dpkg --print-architecture)
	it "the archive and the recipe make a source package" source_package
	it "the source package makes a package, without a warning" package
	it "the package has root's files only, two of them configuration" contents
	it "lintian finds no error" lint
	it "a later version is built" next_package
}

package_close() {
	trap - EXIT
	machine_close
	if [ -n "${KEEP_HOUSE:-}" ]; then
		echo "# kept $work"
	else
		"${machine_sudo[@]}" rm -rf "$work"
	fi
	exit "$1"
}

# --- there: its life --------------------------------------------------------

conf=/etc/entrepot/entrepot.conf
url=http://registry.example
log=/var/log/entrepot/entrepot.log

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

install_version() { apt_get install "$work/entrepot_$1_$architecture.deb"; }

sudoedit() {
	is "$1" "$conf"
	conf_set "$conf" base_url "$url"
	conf_set "$conf" crates_rate_limits no
	conf_set "$conf" sendfile x-accel-redirect
	conf_set "$conf" sendfile_prefix /_blobs/
	conf_set "$conf" log "$log"
}

# what there is, but for what notes the work of apt, nginx and PostgreSQL
everything() {
	find /etc /usr /var -xdev \( -path /var/cache -o -path /var/tmp -o -path /var/log/dpkg.log -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/log/apt \
		-o -path /var/lib/postgresql -o -path /var/log/postgresql -o -path /var/log/journal -o -path /var/lib/nginx \
		-o -path /var/log/nginx \) -prune -o -type d -printf '%p %m %u:%g\n' -o -printf '%p %m %u:%g %s %l\n' | sort
}

kit() { python3 "$support/cratekit.py" "$@"; }
ready() { curl -fsS -m 5 -o /dev/null "$url/-/ready" 2>/dev/null; }
entrepot_admin() { runuser -u entrepot -- entrepot-admin --config "$conf" "$@"; }
owner() { stat -c '%U:%G %a' "$1"; }
main_pid() { systemctl show --value --property MainPID entrepot; }

surroundings() {
	pg_createcluster 15 main -- --no-sync --locale=C.UTF-8 >/dev/null || return 1
	echo "fsync = off" >>/etc/postgresql/15/main/postgresql.conf
	if [ "$MACHINE_INIT" = systemd ]; then
		systemctl daemon-reload && systemctl start postgresql@15-main
	else
		pg_ctlcluster 15 main start
	fi
}

installed() {
	install_version "$version"
	is "$(dpkg-query -W -f '${Status} ${Version}' entrepot)" "install ok installed $version"
	is "$(entrepot --version)" "entrepot ${version%%[+~]*}"
	is "$(owner "$conf")" "root:entrepot 640"
	is "$(owner /var/lib/entrepot)" "entrepot:www-data 2750"
	is "$(owner /var/log/entrepot)" "entrepot:adm 2750"
	is "$(getent passwd entrepot | cut -d: -f6-)" "/var/lib/entrepot:/usr/sbin/nologin"
	for page in entrepot.8 entrepot-admin.8 entrepot.conf.5; do
		[ -s "/usr/share/man/man${page##*.}/$page.gz" ]
	done
	[ -s /usr/share/doc/entrepot/README.Debian ]
	fails pgrep -u entrepot
}

# The second block of the README, word for word.
set_up() {
	. <(recipe 2)
	install -m 644 /usr/share/doc/entrepot/examples/nginx/entrepot.conf /etc/nginx/conf.d/
	nginx
	wait_until 20 ready || { tail -n 20 "$log" /run/entrepot-by-hand.log; journalctl -u entrepot; false; }
	is "$(owner /run/entrepot/fcgi.sock)" "entrepot:www-data 660"
	is "$(owner /var/lib/entrepot)" "entrepot:www-data 2750"
	is "$(owner /var/log/entrepot)" "entrepot:adm 2750"
	is "$(owner "$log")" "entrepot:adm 640"
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

# --- upgrade, removal, purge ------------------------------------------------

of_now() { [ "$(stat -Lc %i "/proc/$1/exe" 2>/dev/null)" = "$(stat -c %i /usr/bin/entrepot)" ]; }

upgraded() {
	local pid
	pid=$(main_pid)
	cp "$conf" "$work/conf"
	install_version "$next"
	is "$(dpkg-query -W -f '${Status} ${Version}' entrepot)" "install ok installed $next"
	cmp "$conf" "$work/conf"
	is "$(owner "$conf")" "root:entrepot 640"
	is "$(tail -n 1 /etc/logrotate.d/entrepot)" "# of the next version"
	is "$(main_pid)" "$pid"
	fails of_now "$pid"
	. <(recipe 3)
	wait_until 30 all_of_now
	is "$(main_pid)" "$pid"
	serves steady
}
all_of_now() {
	local pid
	of_now "$(main_pid)" && workers >/dev/null || return 1
	for pid in $(pgrep -u entrepot); do of_now "$pid" || return 1; done
}

removed() {
	apt_get remove entrepot
	[ ! -e /usr/bin/entrepot ] && [ ! -e /usr/bin/entrepot-admin ] && [ ! -e /lib/systemd/system/entrepot.service ]
	if [ "$MACHINE_INIT" = systemd ]; then
		fails pgrep -u entrepot
	else
		systemctl stop entrepot
	fi
	cmp "$conf" "$work/conf"
	[ -n "$(find /var/lib/entrepot/blobs -type f)" ] && [ -s "$log" ]
}

again() {
	install_version "$version"
	cmp "$conf" "$work/conf"
	systemctl start entrepot.socket entrepot.service
	wait_until 20 ready
	serves steady
	publish later
	entrepot_admin verify
}

purged() {
	[ "$MACHINE_INIT" = systemd ] || systemctl stop entrepot
	find /var/lib/entrepot | sort >"$work/kept"
	apt_get purge entrepot
	rm -r /etc/nginx/conf.d/entrepot.conf
	find /var/lib/entrepot | sort | cmp - "$work/kept"
	everything >"$work/after"
	is "$(diff "$work/before" "$work/after" | sed '/^[<>]/!d
		\,^. /etc/\(passwd\|group\|g\?shadow\)-\? ,d; \,^. /var/lib/entrepot[ /],d')" ""
	fails dpkg-query -W entrepot
}

# What is in the place of the package's directories may be somebody's.
others_keep_theirs() {
	local home=/home/somebody
	rm -rf /var/lib/entrepot
	install -d -o games -m 700 "$home"
	install -o games -m 600 /dev/null "$home/secret"
	mkdir -p /var/lib/entrepot
	ln -s "$home" /var/lib/entrepot/blobs
	ln -s "$home/secret" /var/lib/entrepot/secret
	ln "$home/secret" /var/lib/entrepot/hard
	ln -s "$home" /var/log/entrepot
	install_version "$version" >"$work/said" 2>&1
	cat "$work/said"
	is "$(owner "$home") $(owner "$home/secret")" "games:root 700 games:root 600"
	is "$(owner /var/lib/entrepot)" "entrepot:www-data 2750"
	has "$(cat "$work/said")" "what other users have in /var/lib/entrepot is left as it is"
	has "$(cat "$work/said")" "/var/log/entrepot belongs to another user"
	apt_get purge entrepot
	is "$(owner "$home") $(owner "$home/secret")" "games:root 700 games:root 600"
}

live() {
	cd /
	tap_count=${TAP_COUNT:-0} tap_failed=${TAP_FAILED:-0}
	read -r work version next architecture <<<"$1"
	# shellcheck source=tests/support/units.sh
	[ "$MACHINE_INIT" = systemd ] || . "$support/units.sh"
	surroundings >"$work/surroundings.log" 2>&1 || { tail -n 5 "$work/surroundings.log"; bail "no PostgreSQL"; }
	everything >"$work/before"
	it "it is installed: programs, manual, configuration, user and directories; nothing runs yet" installed
	it "it is set up as its README says, behind nginx" set_up
	it "accounts are made" accounts
	it "what is published is served" publish steady
	it "it reloads without losing a request" in_use reloads
	it "logrotate loses no line, and nobody goes on in an old file" log_rotates
	it "an upgrade keeps data and what the administrator changed, and no request is lost" in_use upgraded
	it "removed, it has stopped, and leaves data and configuration" removed
	it "installed again it goes on where it was" again
	it "purged, it leaves packages and keys, its user, and nothing else" purged
	it "directories of others are not taken over, nor what links lead to" others_keep_theirs
	done_testing
}

if [ "${1:-}" = live ]; then
	live "$2"
	exit
fi
build_here
if why=$(machine_why_not); then
	it "the package's life" skip "$why"
	done_testing
	exit
fi
machine_why_not >/dev/null
machine_open "$work/machine" "$root" "$work" || bail "the machine did not start"
machine_run bash "$root/tests/e2e/package.t" live "$work $version $next $architecture"
