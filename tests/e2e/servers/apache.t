#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# entrepot behind Apache's mod_proxy_fcgi: files streamed, then sent by the server.

. "$(dirname "$0")/../../support/house.sh"
. "$support/stock.sh"
. "$support/smoke.sh"
. "$support/clients.sh"

stock_installed apache || skip_all "apache is not installed"
house_open
house_set crates_rate_limits no
house_start apache || bail "the registry did not start"
smoke "apache"
it "apache: a wheel of 100 MB is uploaded" large_wheel
clients "apache"

# Debian's configuration has mod_deflate.
compression "apache"

# mod_xsendfile
sends_files() {
	[ -e /usr/lib/apache2/modules/mod_xsendfile.so ] || skip "mod_xsendfile is not installed"
	house_set sendfile x-sendfile
	entrepot_reload
	stock_apache_modules "$house" xsendfile
	webserver_stop "$web" "$house"
	webserver_start "$web" "$house" "$port" "$user"
	wait_until 10 house_ready
}
it "apache: files can be sent by mod_xsendfile" sends_files
it "apache, sent: a download has the published bytes" download_whole
it "apache, sent: a download honours Range" download_range
it "apache, sent: a download in pieces counts once" pieces_count_once sent
it "apache, sent: a download answers 304 to its own ETag" download_conditional
it "apache, sent: HEAD of a download tells its length" download_head

done_testing
