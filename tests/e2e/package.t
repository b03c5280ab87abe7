#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The Debian package of deploy/debian, as its README says: built, installed, set
# up, used behind nginx, rotated, upgraded, removed, installed again, purged. All
# but the build happens in a machine of its own, under systemd where that can be
# started, else with what the units say done by hand.

. "$(dirname "$0")/../support/host.sh"

# --- here: the build --------------------------------------------------------

# those of a "make check" around this
unset MAKEFLAGS MFLAGS MAKELEVEL
# no slower than it must be
export DEB_BUILD_OPTIONS="nocheck noopt noautodbgsym terse parallel=2"
[ -d /usr/lib/ccache ] && PATH=/usr/lib/ccache:$PATH

source_package() {
	make -s -C "$build" distdir distdir="$work/tree" >"$work/dist.log" 2>&1
	cp -r "$work/tree/deploy/debian" "$work/tree/debian"
	(cd "$work/tree" && dpkg-buildpackage -us -uc -S) >"$work/source.log" 2>&1 ||
		{ tail -n 20 "$work/source.log"; false; }
	dpkg-source -x "$work/entrepot_$version.dsc" "$work/entrepot" >/dev/null
	diff -r --no-dereference -x files "$work/tree" "$work/entrepot"
}

package() {
	(cd "$work/entrepot" && dpkg-buildpackage -us -uc -b) >"$work/build.log" 2>&1 ||
		{ tail -n 20 "$work/build.log"; false; }
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
	lintian --fail-on error "$work/entrepot_${version}_$architecture.changes"
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
	! command -v lintian >/dev/null || it "lintian finds no error" lint
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

install_version() { apt_get install "$work/entrepot_$1_$architecture.deb"; }

sudoedit() {
	is "$1" "$conf"
	host_configure
	conf_set "$conf" log "$log"
}

# what there is, but for what notes the work of apt, nginx and PostgreSQL
everything() {
	find /etc /usr /var -xdev -regextype posix-extended \
		-regex '/var/(cache|tmp|lib/(apt|dpkg|nginx|postgresql)|log/(apt|dpkg.log|journal|nginx|postgresql))' -prune -o \
		-type d -printf '%p %m %u:%g\n' -o -printf '%p %m %u:%g %s %l\n' | sort
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
	. <(recipe debian 2)
	host_front /usr/share/doc/entrepot/examples/nginx/entrepot.conf
	is "$(owner /run/entrepot/fcgi.sock)" "entrepot:www-data 660"
	is "$(owner /var/lib/entrepot)" "entrepot:www-data 2750"
	is "$(owner /var/log/entrepot)" "entrepot:adm 2750"
	is "$(owner "$log")" "entrepot:adm 640"
}

# --- upgrade, removal, purge ------------------------------------------------

upgraded() {
	local pid
	pid=$(main_pid)
	cp "$conf" "$work/conf"
	chown root:adm /var/log/entrepot
	install_version "$next"
	is "$(owner /var/log/entrepot)" "root:adm 2750"
	chown entrepot:adm /var/log/entrepot
	is "$(dpkg-query -W -f '${Status} ${Version}' entrepot)" "install ok installed $next"
	cmp "$conf" "$work/conf"
	is "$(owner "$conf")" "root:entrepot 640"
	is "$(tail -n 1 /etc/logrotate.d/entrepot)" "# of the next version"
	is "$(main_pid)" "$pid"
	fails of_now "$pid"
	. <(recipe debian 3)
	wait_until 30 all_of_now
	is "$(main_pid)" "$pid"
	serves steady
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
	systemctl stop entrepot.socket entrepot.service
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
	read -r work version next architecture <<<"$1"
	host_begin
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
machine_open "$work/machine" "$root" "$work" || bail "the machine did not start"
machine_run bash "$root/tests/e2e/package.t" live "$work $version $next $architecture"
