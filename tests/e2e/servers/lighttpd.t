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

house_set sendfile none
it "lighttpd: a reload turns sending files by the server off" entrepot_reload
it "lighttpd, streamed: a download has the published bytes" download_whole
it "lighttpd, streamed: a download honours Range" download_range
it "lighttpd, streamed: a download answers 304 to its own ETag" download_conditional
it "lighttpd, streamed: HEAD of a download tells its length" download_head

done_testing
