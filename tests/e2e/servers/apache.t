#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# entrepot behind apache: files sent by the server where it can, then streamed.

. "$(dirname "$0")/../../support/house.sh"
. "$support/smoke.sh"

webserver_program apache >/dev/null 2>&1 || skip_all "apache is not installed"
house_open
house_set crates_rate_limits no
house_start apache || bail "the registry did not start"
smoke "apache"

done_testing
