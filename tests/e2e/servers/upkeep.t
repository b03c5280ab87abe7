#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Upkeep (see support/upkeep.sh) of registries behind each web server: of a
# master, of spawn-fcgi's, and of processes that the web server starts. With a
# master no request fails; without one those that are tried again do not.

. "$(dirname "$0")/../../support/house.sh"
. "$support/stock.sh"
. "$support/smoke.sh"

house_open
. "$support/keepers.sh"
house_set crates_rate_limits no
trap 'status=$?; keeper_stop; house_close "$status"' EXIT
. "$support/upkeep.sh"

full=$house/full before=$house/work/before.conf

# full_file_system: data on one that is nearly full, for the master behind nginx.
full_file_system() {
	am_root || skip "only root can mount a file system"
	mkdir -p "$full"
	mount -t tmpfs -o "size=6m,mode=750,uid=$(id -u "$user"),gid=$(id -g "$user")" none "$full" 2>/dev/null ||
		skip "no file system can be mounted here"
	cp -a "$house/data/." "$full/"
	cp "$house/entrepot.conf" "$before"
	trap 'cp "$before" "$house/entrepot.conf"; master_reloads; umount -l "$full"' EXIT
	house_set data_dir "$full"
	house_set sendfile none
	master_reloads
	# to the last byte
	dd if=/dev/zero of="$full/ballast" bs=64k 2>/dev/null || true
	truncate -s -300K "$full/ballast"
	blobs=$full/blobs refused_for_room
	kit publish "$base_url" "$alice" small-one 1.0.0 | head -n 1
	rm "$full/ballast"
	publish_crate large-enough 1.0.0
	is "$(find "$full/tmp" -type f | wc -l)" 0
	admin verify
	# what came meanwhile
	cp -a "$full/blobs/." "$house/data/blobs/"
}

if stock_installed nginx; then
	house_start nginx || bail "the registry did not start"
	publish_steady
	upkeep "a master behind nginx" 0 master_reloads master_updates
	it "a master behind nginx: a program that does not start is not changed to" no_program
	it "a master behind nginx: a file system is full" full_file_system
	house_stop
else
	it "nginx" skip "nginx is not installed"
fi

if keeper_installed spawn-fcgi && stock_installed lighttpd; then
	keeper_start spawn-fcgi
	keeper_front lighttpd && wait_until 20 house_ready || bail "lighttpd did not start"
	publish_steady
	upkeep "spawn-fcgi with workers" 0 master_reloads master_updates
	webserver_stop lighttpd "$house"
	keeper_stop
else
	it "spawn-fcgi" skip "spawn-fcgi or lighttpd is not installed"
fi

house_set listen ""
house_set workers 0
house_set sendfile_prefix ""
for way in spawned fcgid; do
	if ! stock_installed "$way"; then
		it "$way" skip "$way is not installed"
		continue
	fi
	house_start "$way" || bail "the registry did not start"
	publish_steady
	case $way in
	spawned) name="lighttpd's own processes" on_demand= ;;
	fcgid) name="mod_fcgid" on_demand=yes ;;
	esac
	upkeep "$name" 20 "each_one HUP" each_is_updated
	webserver_stop "$way" "$house"
	web=
done

done_testing
