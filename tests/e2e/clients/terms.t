#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Erlang's own reader and writer of terms against ours: it decodes, in the safe
# mode that clients use, whatever we write, and we read whatever it writes.

. "$(dirname "$0")/../../support/house.sh"

command -v erl >/dev/null && command -v escript >/dev/null || skip_all "no erl"
build=$(house_build) || bail "entrepot has not been built"
terms=$(program_in "$build" e2e/terms) || bail "terms has not been built"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

erl_does() { (cd "$work" && HOME=$work escript "$support/terms.escript" "$@"); }

# json_canon <DOCUMENTS: every line as terms.escript spells it.
json_canon() { python3 "$support/canon.py"; }

erl_reads_what_we_write() {
	"$terms" write "$work" <"$root/tests/data/documents"
	json_canon <"$root/tests/data/documents" >"$work/wanted"
	[ "$(wc -l <"$work/wanted")" -gt 50 ]
	erl_does canon "$work"/???.term >"$work/got"
	diff "$work/wanted" "$work/got"
}
it "Erlang reads every document as what it is" erl_reads_what_we_write

# we_read VERSION: what Erlang has written again.
we_read() {
	"$terms" read "$work"/???.term."$1" >"$work/read"
	json_canon <"$work/read" >"$work/got"
	diff "$work/wanted" "$work/got"
}
it "we read every document as Erlang writes it" we_read usual
it "we read every document as the oldest version of the format has it" we_read old
it "we read every document as the newest version of the format has it" we_read new

kinds_are_binaries() {
	"$terms" kinds >"$work/kinds"
	erl_does same kinds '#{<<"time">> => <<"2026-01-06T12:00:00Z">>, <<"date">> => <<"2026-01-06">>,
		<<"bytes">> => <<255, 0, 1>>, <<"raw">> => #{<<"a">> => [1, nil, <<195, 169>>]},
		<<"nan">> => nil}'
}
it "times, bytes and stored JSON arrive as binaries and terms" kinds_are_binaries

# reads TERM WANTED [OPTION...]: what we make of a term of Erlang's.
reads() {
	local term=$1 wanted=$2
	shift 2
	erl_does write term "$term" "$@"
	is "$("$terms" read "$work/term")" "$wanted" "$term $*"
}

terms_of_clients_are_read() {
	local version
	for version in 0 1 2; do
		reads '[nil, null, undefined, true, false, admin]' \
			'[null,null,null,true,false,"admin"]' "{minor_version, $version}"
		reads '#{name => <<"n">>, <<"reason">> => security}' \
			'{"name":"n","reason":"security"}' "{minor_version, $version}"
		reads '[1.5, -0.1, 1.0e300, 0.0]' '[1.5,-0.1,1e+300,0.0]' "{minor_version, $version}"
		reads "['\\x{e9}\\x{ff}']" '["éÿ"]' "{minor_version, $version}"
	done
	reads "['\\x{20ac}']" '["€"]'
	reads '"abc"' '[97,98,99]'
	reads '{ok, [{a, 1}, {}]}' '["ok",[["a",1],[]]]'
	reads 'list_to_tuple(lists:seq(1, 300))' "[$(seq -s , 300)]"
	reads 'lists:seq(254, 257)' '[254,255,256,257]'
	reads '[1 bsl 64 - 1, -(1 bsl 63), 1 bsl 31, -(1 bsl 31) - 1]' \
		'[18446744073709551615,-9223372036854775808,2147483648,-2147483649]'
	reads '<<255, 254>>' '"//4="'
}
it "atoms, tuples, strings and numbers of a client are read" terms_of_clients_are_read

terms_that_are_no_data_are_refused() {
	reads 'lists:duplicate(100, <<"text">>)' 'a compressed term at byte 2' compressed
	reads 'self()' 'a process identifier at byte 2'
	reads 'make_ref()' 'a reference at byte 2'
	reads 'fun(X) -> X end' 'a function at byte 2'
	reads 'fun lists:sort/1' 'a function at byte 2'
	reads 'hd(erlang:ports())' 'a port at byte 2'
	reads '<<1:3>>' 'a bit string at byte 2'
	reads '1 bsl 64' 'number out of range at byte 13'
	reads '-(1 bsl 63) - 1' 'number out of range at byte 12'
	reads '1 bsl 4000' 'number out of range at byte 2'
	reads '[1 | 2]' 'an improper list at byte 9'
	reads '#{1 => a}' 'a key that is neither a binary nor an atom at byte 7'
	reads '#{"a" => a}' 'a key that is neither a binary nor an atom at byte 7'
	reads 'lists:foldl(fun(_, T) -> {T} end, x, lists:seq(1, 33))' 'nested too deeply at byte 66'
}
it "whatever is no data is refused" terms_that_are_no_data_are_refused

done_testing
