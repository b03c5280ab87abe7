#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# entrepot behind nginx: files sent by the server, then streamed.

. "$(dirname "$0")/../../support/house.sh"
. "$support/stock.sh"
. "$support/smoke.sh"
. "$support/clients.sh"

stock_installed nginx || skip_all "nginx is not installed"
house_open
house_set crates_rate_limits no
house_start nginx || bail "the registry did not start"
smoke "nginx"
it "nginx: a wheel of 100 MB is uploaded" large_wheel
clients "nginx"

kept_connections() {
	local number
	for number in 1 2 3 4 5; do
		is "$(http GET /index/sm/ok/smoke)" 200
	done
	# 03: connected; the server that listens is one line more
	grep -F "$house/run/entrepot.sock" /proc/net/unix | grep -q ' 03 '
}
it "nginx: connections to the workers are kept" kept_connections

house_set sendfile none
it "nginx: a reload turns sending files by the server off" entrepot_reload
it "nginx, streamed: a download has the published bytes" download_whole
it "nginx, streamed: a download honours Range" download_range
it "nginx, streamed: a download in pieces counts once" pieces_count_once streamed
it "nginx, streamed: a download answers 304 to its own ETag" download_conditional
it "nginx, streamed: HEAD of a download tells its length" download_head

# as the recipe says that it may be
compresses() {
	local types="text/plain application/json application/vnd.pypi.simple.v1+json"
	sed -i "s|^\tgzip off;|\tgzip on; gzip_min_length 1; gzip_vary on; gzip_types $types;|" \
		"$house/etc/nginx/conf.d/entrepot.conf"
	webserver_stop "$web" "$house"
	webserver_start "$web" "$house" "$port" "$user"
	wait_until 10 house_ready
}
it "nginx: it can compress" compresses
compression "nginx"

done_testing
