# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# TAP for shell tests. A script defines functions and hands each to "it" with
# a sentence; the function runs in a subshell that stops at its first failing
# command, and what it printed becomes diagnostics when it fails.

tap_count=0
tap_failed=0

# it SENTENCE FUNCTION [ARGUMENT]...
it() {
	local sentence=$1 output status
	shift
	tap_count=$((tap_count + 1))
	output=$(mktemp)
	(set -eE; trap 'echo "failed: $BASH_COMMAND (${BASH_SOURCE[0]##*/} line $LINENO)"' ERR
		"$@") >"$output" 2>&1 </dev/null
	status=$?
	if [ "$status" -eq 0 ]; then
		echo "ok $tap_count - $sentence"
	elif [ "$status" -eq 77 ]; then
		echo "ok $tap_count - $sentence # SKIP $(tail -n 1 "$output")"
	else
		echo "not ok $tap_count - $sentence"
		tail -n 40 "$output" | sed 's/^/# /'
		tap_failed=$((tap_failed + 1))
	fi
	rm -f "$output"
}

# done_testing: the plan, last.
done_testing() {
	echo "1..$tap_count"
	[ "$tap_failed" -eq 0 ]
}

skip_all() { echo "1..0 # SKIP $*"; exit 0; }
bail() { echo "Bail out! $*"; exit 99; }

# skip WHY: inside a test function.
skip() { echo "$*"; exit 77; }

fail() { echo "$*"; return 1; }

# is GOT WANTED [WHAT]
is() {
	[ "$1" = "$2" ] && return
	fail "${3:+$3: }got [$1], wanted [$2]"
}

# like TEXT REGEX: extended regular expression, anywhere in the text.
like() {
	[[ $1 =~ $2 ]] && return
	fail "[$1] is not like [$2]"
}

# has TEXT PART: as it stands, anywhere in the text.
has() {
	[[ $1 == *"$2"* ]] && return
	fail "[$1] has no [$2]"
}

unlike() {
	[[ $1 =~ $2 ]] || return 0
	fail "[$1] is like [$2]"
}

# fails COMMAND...: it must; what it said, on both streams, is in $out. ("!"
# would not do: bash never stops at an inverted command.)
fails() {
	if out=$("$@" 2>&1); then
		fail "succeeded: $*: $out"
	fi
}
