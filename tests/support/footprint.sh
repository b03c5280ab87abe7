# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Everything that a refused publish could leave behind. Sourced after house.sh.

# footprint_tables TABLE...: the rows that count.
footprint_tables() {
	footprint_counts=$(for table in "$@"; do
		echo "SELECT '$table', count(*) FROM $table UNION ALL"
	done)
	footprint_counts=${footprint_counts% UNION ALL}
}

# footprint: how many rows there are, and all files of the store and of uploads.
footprint() {
	sql "$footprint_counts"
	find "$house/data" "$house/tmp" -type f | sort
}
