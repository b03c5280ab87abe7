#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The manual and the programs say the same: every verb and option that --help
# prints has its entry, every setting is in entrepot.conf(5), and the sample
# names no setting that does not exist.

. "$(dirname "$0")/../support/house.sh"

build=$(house_build) || bail "entrepot has not been built"
entrepot_admin=$(program_in "$build" entrepot-admin) || bail "entrepot-admin has not been built"
entrepot=$(program_in "$build" entrepot) || bail "entrepot has not been built"

# plain PAGE: its text without markup.
plain() { sed 's/\\-/-/g; s/\\//g; s/"//g' "$1"; }

# verbs [WORD]...: every complete verb below these words, one per line.
verbs() {
	local text below
	text=$("$entrepot_admin" "$@" --help)
	below=$(sed -n "s/^  entrepot-admin ${*:+$* }\([a-z]*\).*/\1/p" <<<"$text")
	[ $# -gt 0 ] || below=$(sed -n '/^Verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p' <<<"$text")
	if [ -z "$below" ]; then
		echo "$*"
		return
	fi
	for verb in $below; do
		verbs "$@" "$verb"
	done
}

verbs_are_described() {
	local page verb option
	page=$(plain "$root/src/entrepot-admin.8")
	[ "$(verbs | wc -l)" -gt 15 ]
	while read -r verb; do
		grep -qx ".SS $verb" <<<"$page" || fail "no entry for the verb $verb"
		# shellcheck disable=SC2086
		for option in $("$entrepot_admin" $verb --help | sed -n 's/^  \(--[a-z-]*\).*/\1/p'); do
			[ "$option" = --help ] ||
				awk -v verb=".SS $verb" '/^\.S[SH]/ { on = $0 == verb || $0 == ".SH DESCRIPTION" } on' \
					<<<"$page" | grep -qe "$option\b" || fail "$verb: no entry for $option"
		done
	done < <(verbs)
}
it "entrepot-admin(8) has every verb and every option" verbs_are_described

no_verb_is_invented() {
	local verb
	plain "$root/src/entrepot-admin.8" | sed -n 's/^\.SS //p' | sort >"$work/page"
	verbs | sort | diff "$work/page" -
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
it "entrepot-admin(8) has no verb that does not exist" no_verb_is_invented

options_are_described() {
	local option page
	page=$(plain "$root/src/entrepot.8")
	for option in $("$entrepot" --help | grep -oe '--[a-z]*' | sort -u); do
		grep -qe "$option\b" <<<"$page" || fail "no entry for $option"
	done
}
it "entrepot(8) has every option" options_are_described

settings_are_described() {
	local page setting
	page=$(plain "$build/src/entrepot.conf.5")
	for setting in $(sed -n 's/^SETTING(\([a-z_0-9]*\),.*/\1/p' "$root/src/base/settings.def"); do
		grep -qx ".B $setting" <<<"$page" || fail "no entry for $setting"
	done
	"$entrepot_admin" config --json | jq -r '.. | .name? // empty' | sort >"$work/known"
	[ -s "$work/known" ]
	sed -n 's/^\.B \([a-z_0-9]*\)$/\1/p' <<<"$page" | sort | diff - "$work/known"
}
it "entrepot.conf(5) has exactly the settings that exist" settings_are_described

sample_is_valid() {
	local known setting
	for setting in $(sed -n 's/^#\{0,1\}\([a-z_]*\) = .*/\1/p' "$root/deploy/entrepot.conf.sample"); do
		grep -q "^SETTING($setting," "$root/src/base/settings.def" || fail "no such setting: $setting"
	done
	# The user has to exist.
	sed 's/^#\([a-z_]* = \)/\1/; s/^user = .*/user = nobody/' "$root/deploy/entrepot.conf.sample" >"$work/all.conf"
	"$entrepot" --config "$work/all.conf" --check
}
it "every line of entrepot.conf.sample is accepted" sample_is_valid

done_testing
