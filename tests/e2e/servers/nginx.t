#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# entrepot behind nginx: files sent by the server where it can, then streamed.

. "$(dirname "$0")/../../support/house.sh"
. "$support/smoke.sh"

webserver_program nginx >/dev/null 2>&1 || skip_all "nginx is not installed"
house_open
house_set crates_rate_limits no
house_start nginx || bail "the registry did not start"
smoke "nginx"

house_set sendfile none
it "nginx: a reload turns sending files by the server off" entrepot_reload
it "nginx, streamed: a download has the published bytes" download_whole
it "nginx, streamed: a download honours Range" download_range
it "nginx, streamed: a download answers 304 to its own ETag" download_conditional
it "nginx, streamed: HEAD of a download tells its length" download_head

done_testing
