#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What "make dist" packs and "make install" installs.

root=$(cd "$(dirname "$0")/../.." && pwd -P)
# shellcheck source=tests/support/tap.sh
. "$root/tests/support/tap.sh"

# those of a "make check" around this
unset MAKEFLAGS MFLAGS MAKELEVEL
build=${ENTREPOT_BUILD:-$root/build/test}
[ -e "$build/Makefile" ] || bail "nothing has been configured in $build"
work=$(mktemp -d /tmp/entrepot-dist.XXXXXX) || bail "no directory"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# Of what is kept in git only this stays out: it is of no use without git.
complete() {
	git -C "$root" rev-parse --is-inside-work-tree >/dev/null 2>&1 || skip "no git repository"
	git -C "$root" ls-files -- . ':!.gitignore' ':!.ci' | sort >"$work/kept"
	make -s -C "$build" distdir distdir="$work/tree"
	(cd "$work/tree" && find . -type f | sed 's,^\./,,' | sort) >"$work/packed"
	is "$(comm -23 "$work/kept" "$work/packed")" ""
	# programs stay programs
	while read -r name; do
		[ -x "$root/$name" ] && [ ! -x "$work/tree/$name" ] && echo "$name"
	done <"$work/kept" >"$work/not-executable" || true
	is "$(cat "$work/not-executable")" ""
}

installed() { (cd "$work/place" && find . ! -type d -printf '%P %m\n' | sort); }

installs() {
	local prefix bindir mandir
	prefix=$(sed -n 's/^prefix = //p' "$build/Makefile")
	make -s -C "$build" install DESTDIR="$work/place"
	is "$(installed)" "$(printf '%s\n' "bin/entrepot 755" "bin/entrepot-admin 755" "share/man/man5/entrepot.conf.5 644" \
		"share/man/man8/entrepot-admin.8 644" "share/man/man8/entrepot.8 644" | sed "s,^,${prefix#/}/,")"
	make -s -C "$build" uninstall DESTDIR="$work/place"
	is "$(installed)" ""
}

it "make dist packs every file of the tree" complete
it "make install puts programs and manual below DESTDIR, make uninstall takes them away" installs
done_testing
