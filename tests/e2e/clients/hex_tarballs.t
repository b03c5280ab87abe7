#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Packages as the protocol's own library makes them: we read them, find the same
# metadata in them as the library does, and nothing wrong.

. "$(dirname "$0")/../../support/house.sh"

command -v rebar3 >/dev/null && command -v escript >/dev/null || skip_all "no rebar3"
build=$(house_build) || bail "entrepot has not been built"
reader=$(program_in "$build" e2e/hex_tarball) || bail "hex_tarball has not been built"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C.UTF-8

hexkit() { (cd "$work/files" && HOME=$work escript "$support/hexkit.escript" "$@"); }

files="mix.exs rebar.config lib/lemon.ex"
mkdir -p "$work/files/lib/deep/er" "$work/files/bin"
cd "$work/files" || bail "no files"
echo 'defmodule Lemon.MixProject do end' >mix.exs
echo '{erl_opts, []}.' >rebar.config
echo 'defmodule Lemon do end' >lib/lemon.ex

# The terms of an honest package; those given replace or complete them.
metadata() {
	cat <<-END
		maps:merge(#{<<"name">> => <<"lemon">>, <<"version">> => <<"0.1.0">>, <<"app">> => <<"lemon">>,
			<<"description">> => <<"A lemon">>, <<"licenses">> => [<<"MIT">>],
			<<"build_tools">> => [<<"mix">>], <<"links">> => #{<<"Home">> => <<"https://example.com">>},
			<<"files">> => [<<"mix.exs">>, <<"lib/lemon.ex">>], <<"requirements">> => #{}}, $1)
	END
}

# read_alike: both read the package and find the same in it, which is printed.
read_alike() {
	# An empty list is an empty map where a map belongs.
	"$reader" "$work/package.tar" | jq -Sc '.requirements |= if . == [] then {} else . end' >"$work/ours"
	hexkit metadata "$work/package.tar" | jq -Sc . >"$work/theirs"
	diff "$work/theirs" "$work/ours" >&2
	cat "$work/ours"
}

# given_package TERMS [FILE]...
given_package() {
	local terms=$1
	shift
	hexkit create "$work/package.tar" "$(metadata "$terms")" "$@"
}

plain_package() {
	given_package '#{}' $files
	is "$(read_alike | jq -r '.name, .version, .description' | paste -sd ,)" "lemon,0.1.0,A lemon"
}
it "a plain package is read" plain_package

texts_survive() {
	local text='Zitronen für Größe, “quoted” — 🍋, \\ and\n\ttwo lines'

	given_package "#{<<\"description\">> => <<\"$text\"/utf8>>, <<\"app\">> => <<\"lém\"/utf8>>,
		<<\"links\">> => #{<<\"Ünï\"/utf8>> => <<\"https://example.com/ü\"/utf8>>}}" $files
	is "$(read_alike | jq -r .description)" "$(printf '%b' "$text")"
	is "$(jq -r '.app, .links["Ünï"]' "$work/ours" | paste -sd ' ')" "lém https://example.com/ü"
	given_package '#{<<"description">> => <<"only latin: é">>}' $files
	read_alike
	given_package '#{<<"description">> => <<"a">>, <<"extra">> => #{<<"text">> => <<"ab\ncd">>, <<"n">> => [1, -2],
		<<"list">> => [[], [#{<<"k">> => true}], <<>>], <<"string">> => "AB"}}' $files
	is "$(read_alike | jq -c .extra)" \
		'{"list":[[],[{"k":true}],""],"n":[1,-2],"string":[65,66],"text":"ab\ncd"}'
}
it "texts in all scripts and with line breaks survive" texts_survive

# requires TERM...: what is required then.
requires() {
	given_package "#{<<\"requirements\">> => $1}" $files
	"$reader" "$work/package.tar" | jq -Sc .requirements
}

requirements_have_three_shapes() {
	local properties='{<<"app">>, <<"plug">>}, {<<"optional">>, false}, {<<"requirement">>, <<"~> 1.0 or >= 2.0.0-rc.1 and < 3.0.0">>}'
	local wanted='{"app":"plug","optional":false,"requirement":"~> 1.0 or >= 2.0.0-rc.1 and < 3.0.0"}'

	is "$(requires "[{<<\"plug\">>, [$properties]}]")" "{\"plug\":$wanted}"
	read_alike
	is "$(requires "#{<<\"plug\">> => maps:from_list([$properties])}")" "{\"plug\":$wanted}"
	read_alike
	is "$(requires "[[{<<\"name\">>, <<\"plug\">>}, {<<\"repository\">>, <<\"hexpm\">>}, $properties]]")" \
		'[{"app":"plug","name":"plug","optional":false,"repository":"hexpm","requirement":"~> 1.0 or >= 2.0.0-rc.1 and < 3.0.0"}]'
	is "$(requires "[{list_to_binary(io_lib:format(\"dep_~b\", [N])), [$properties]} || N <- lists:seq(1, 200)]" |
		jq length)" 200
	read_alike >/dev/null
}
it "requirements are read in their three shapes" requirements_have_three_shapes

special_files() {
	local long=lib/deep/er/$(printf 'long%.0s' {1..30}).ex

	echo x >"$long"
	echo ü >lib/größe.txt
	printf '#!/bin/sh\n' >bin/run
	chmod 755 bin/run
	: >lib/empty
	head -c 300000 /dev/urandom >lib/deep/random
	ln -sf ../lib/lemon.ex bin/link
	ln -sf lemon.ex lib/beside
	ln -sf deep lib/directory
	ln -sf "../../../$long" lib/deep/er/longlink
	given_package '#{}' $files "$long" lib/größe.txt bin/run lib/empty lib/deep/random bin/link lib/beside \
		lib/directory lib/deep/er/longlink
	read_alike
}
it "executables, empty files, long and foreign names, and links inside the tree are let through" special_files

# refused WORDS FILE...: for the field "tar".
refused() {
	local words=$1
	shift
	given_package '#{}' "$@"
	is "$("$reader" "$work/package.tar" | jq -r .tar)" "inner tarball error, $words"
}

links_that_leave_are_refused() {
	ln -sf ../../outside bin/outside
	ln -sf /etc/passwd bin/absolute
	refused "bin/outside: unsafe_symlink" mix.exs bin/outside
	refused "bin/absolute: unsafe_symlink" mix.exs bin/absolute
	refused "lib/directory/er/longlink: unsafe_symlink" lib/directory lib/directory/er/longlink
}
it "links that leave the tree, and files behind links, are refused" links_that_leave_are_refused

rules_hold() {
	given_package '#{<<"name">> => <<"Lemon">>, <<"version">> => <<"1.0">>, <<"licenses">> => [],
		<<"requirements">> => #{<<"plug">> => #{<<"requirement">> => <<"1.0">>}}}' $files
	is "$("$reader" "$work/package.tar" | jq -Sc .)" \
		'{"meta.licenses":"can'\''t be blank","name":"has invalid format","requirements.plug":"invalid requirement: \"1.0\"","version":"is invalid SemVer"}'
}
it "what is wrong with the metadata is said field by field" rules_hold

# damage TARBALL AT: change a byte.
damage() {
	python3 -c '
import sys

with open(sys.argv[1], "r+b") as file:
    file.seek(int(sys.argv[2]))
    byte = file.read(1)[0]
    file.seek(int(sys.argv[2]))
    file.write(bytes([byte ^ 0x11]))' "$@"
}

# places TARBALL: of some bytes, all over the file, that do not only fill up a block.
places() {
	python3 -c '
import os, sys, tarfile

padding = set()
for member in tarfile.open(sys.argv[1]):
    end = member.offset_data + member.size
    padding.update(range(end, (end + 511) // 512 * 512))
print(*[at for at in range(0, os.path.getsize(sys.argv[1]), 97) if at not in padding])' "$@"
}

damage_is_noticed() {
	local at

	given_package '#{}' $files
	for at in $(places "$work/package.tar"); do
		cp "$work/package.tar" "$work/damaged.tar"
		damage "$work/damaged.tar" "$at"
		"$reader" "$work/damaged.tar" | jq -e .tar >/dev/null || fail "the damage at $at went unnoticed"
	done
	[ "$at" -gt 5000 ]
}
it "a byte that was changed anywhere is noticed" damage_is_noticed

done_testing
