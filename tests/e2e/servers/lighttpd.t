#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# entrepot behind lighttpd: files sent by the server, then streamed.

. "$(dirname "$0")/../../support/house.sh"
. "$support/stock.sh"
. "$support/smoke.sh"
. "$support/clients.sh"

stock_installed lighttpd || skip_all "lighttpd is not installed"
house_open
house_set crates_rate_limits no
house_start lighttpd || bail "the registry did not start"
smoke "lighttpd"
it "lighttpd: a wheel of 100 MB is uploaded" large_wheel
clients "lighttpd"

# Debian's configuration of it, which by itself does nothing
compresses() {
	[ -e /usr/lib/lighttpd/mod_deflate.so ] || skip "lighttpd's mod_deflate is not installed"
	sed "s|/var/cache/lighttpd/compress|$house/tmp/compress|" /etc/lighttpd/conf-available/20-deflate.conf \
		>"$house/etc/lighttpd/conf-enabled/20-deflate.conf"
	echo 'deflate.allowed-encodings = ( "gzip" )' >>"$house/etc/lighttpd/conf-enabled/20-deflate.conf"
	install -d -m 777 "$house/tmp/compress"
	webserver_stop "$web" "$house"
	webserver_start "$web" "$house" "$port" "$user"
	wait_until 10 house_ready
}
it "lighttpd: it can compress" compresses
[ ! -e /usr/lib/lighttpd/mod_deflate.so ] || compression "lighttpd"

house_set sendfile none
it "lighttpd: a reload turns sending files by the server off" entrepot_reload
it "lighttpd, streamed: a download has the published bytes" download_whole
it "lighttpd, streamed: a download honours Range" download_range
it "lighttpd, streamed: a download in pieces counts once" pieces_count_once streamed
it "lighttpd, streamed: a download answers 304 to its own ETag" download_conditional
it "lighttpd, streamed: HEAD of a download tells its length" download_head

done_testing
