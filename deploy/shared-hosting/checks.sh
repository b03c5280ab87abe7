# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What an installation on a shared host needs, one line each: "ok", or "NOT ok"
# with what to do. Sourced by install, whose settings these use.

checks_failed=0
needed_override="AllowOverride FileInfo Options=ExecCGI"

ok()     { printf 'ok      %s\n' "$*"; }
not_ok() { printf 'NOT ok  %s\n' "$*"; checks_failed=$((checks_failed + 1)); }
note()   { printf 'note    %s\n' "$*"; }

# --- files ------------------------------------------------------------------

# has_mode MODE FILE: and is this account's.
has_mode() { [ -O "$2" ] && [ "$(stat -c %a "$2")" = "$1" ]; }

check_files() {
	local file good=1
	for file in "700 $state" "600 $conf" "600 $state/pgpass"; do
		[ -e "${file#* }" ] || continue
		has_mode ${file% *} "${file#* }" && continue
		not_ok "${file#* } is open to others: chmod $file"
		good=
	done
	[ ! "$good" ] || ok "configuration and files are for this account only"
	if out=$("$state/bin/entrepot" --config "$conf" --check 2>&1); then
		ok "the configuration is understood"
	else
		not_ok "the configuration: $out"
	fi
}

# The server's suexec refuses a script that others could have written.
check_script() {
	local file=$web/entrepot.fcgi
	if [ ! -x "$file" ] || ! is_ours "$file"; then
		not_ok "$file is not an executable script of this installation: run the installer again"
	elif [ -n "$(find "$file" "$web" -maxdepth 0 -perm /022)" ]; then
		not_ok "others may write to $file or its directory: chmod go-w $web $file"
	else
		ok "the script is executable, and only this account may change it"
	fi
}

check_database() {
	local said
	if out=$("$state/bin/entrepot-admin" --config "$conf" migrate 2>&1); then
		mapfile -t said <<<"$out"
		ok "the database is reachable and writable: ${said[0],}"
		# what it could do better with
		[ "${#said[@]}" -eq 1 ] || note "${said[*]:1}"
	else
		not_ok "the database: $out; see --db-host, --db-user, --db-name and --password-file"
	fi
	if out=$("$state/bin/entrepot-admin" --config "$conf" keys show 2>&1); then
		ok "there is a key to sign Hex packages with"
	else
		not_ok "the key that Hex packages are signed with: $out; run the installer again"
	fi
}

check_jobs() {
	local line others
	line=$(crontab_lines | head -n 1)
	if [ "$(choice cron yes)" != yes ]; then
		note "jobs: something else than the crontab has to run \"$state/bin/entrepot-admin --config $conf jobs run\""
	elif LC_ALL=C crontab -l 2>/dev/null | grep -qxF -- "$line"; then
		ok "the crontab runs the jobs"
	else
		not_ok "the crontab cannot be used here: let the host's panel run this every five minutes, then" \
			"say --no-cron: $state/bin/entrepot-admin --config $conf jobs run"
	fi
}

# --- the web ----------------------------------------------------------------

# web METHOD PATH [CURL-OPTION]...: a request to the registry; $status, and
# $check_work/{headers,body,error}.
web() {
	local method=$1 url=$base_url$2
	shift 2
	: >"$check_work/headers"
	: >"$check_work/body"
	status=$(curl -sS -m 60 --path-as-is -X "$method" -D "$check_work/headers" -o "$check_work/body" \
		-w '%{http_code}' "$@" "$url" 2>"$check_work/error") || true
}

# by_entrepot: the last answer is the registry's, not the web server's.
by_entrepot() { grep -qi '^x-request-id:' "$check_work/headers"; }

# check_ready: fails when the registry does not answer.
check_ready() {
	web GET /-/ready
	if [ "$status" = 200 ] && by_entrepot; then
		ok "the registry answers at $base_url"
		return
	fi
	if [ "$status" = 503 ] && by_entrepot; then
		not_ok "the registry answers, but is not ready: $(head -c 300 "$check_work/body") See $state/log/entrepot.log"
	else
		not_ok "$base_url/-/ready: $(why_not_ready)"
		web GET /entrepot.fcgi
		! grep -q ENTREPOT_CONFIG= "$check_work/body" ||
			not_ok "the web server shows $web/entrepot.fcgi instead of running it: the host has to offer" \
				"mod_fcgid, and to allow .htaccess ($needed_override)"
	fi
	return 1
}

why_not_ready() {
	case $status in
	000) echo "no answer ($(head -n 1 "$check_work/error")); is --base-url right, and does it lead here?" ;;
	30?) echo "the web server leads to $(sed -n 's/^[Ll]ocation: //p' "$check_work/headers" | tr -d '\r');" \
		"is that the right --base-url?" ;;
	403) echo "status 403; the server may not enter $web, or .htaccess may not set Options +ExecCGI" ;;
	404) echo "status 404; is $document_root what the server shows there, and does the host allow .htaccess" \
		"($needed_override) with mod_rewrite?" ;;
	500) echo "status 500; the server's error log tells why: the host has to allow .htaccess" \
		"($needed_override) and to run scripts as this account" ;;
	*) echo "status $status of something else than entrepot" ;;
	esac
}

# Wherever a mistake could put them, nobody may fetch these.
check_secrets() {
	local path found= origin
	origin=$(sed -E 's|^(https?://[^/]*).*|\1|' <<<"$base_url")
	for path in "$base_url/.htaccess" "$base_url/entrepot.conf" \
		"$base_url/../${state##*/}/entrepot.conf" "$base_url/%2e%2e/%2e%2e/${state##*/}/entrepot.conf" \
		"$origin/${state##*/}/entrepot.conf" "$origin/${state##*/}/pgpass" \
		"$origin/~$(id -un)/${state##*/}/entrepot.conf"; do
		curl -s -m 20 --path-as-is -o "$check_work/body" "$path"
		if grep -qE 'RewriteBase|^data_dir = |^\*:\*:' "$check_work/body" 2>/dev/null; then
			found+=" $path"
		fi
		: >"$check_work/body"
	done
	if [ "$found" ]; then
		not_ok "everybody can read:$found; move it out of the web tree (--state), and change the password"
	else
		ok "configuration and password cannot be fetched"
	fi
}

# A key that nobody has is refused as such when it arrives; without one this
# package simply does not exist.
check_authorization() {
	web GET /api/packages/entrepot_check -H 'Authorization: 00000000000000000000000000000000'
	if [ "$status" = 401 ] && by_entrepot; then
		ok "tokens arrive"
	else
		not_ok "tokens do not arrive (status $status): ask the host for CGIPassAuth On"
	fi
}

# Nobody may publish without a token, but the body comes first.
check_bodies() {
	local size passed=
	for size in 100K 200K 2M 17M; do
		truncate -s "$size" "$check_work/large"
		web PUT /api/v1/crates/new -T "$check_work/large"
		by_entrepot || break
		passed=$size
	done
	rm -f "$check_work/large"
	if [ "$passed" = 17M ]; then
		ok "uploads of 17 MiB arrive"
	else
		not_ok "uploads of $size do not arrive (status $status), ${passed:-nothing} does: ask the host for" \
			"FcgidMaxRequestLen 536870912, which .htaccess cannot set; nothing larger can be published before"
	fi
}

check_paths() {
	web GET /index/config.json
	by_entrepot || not_ok "addresses below $base_url do not arrive (status $status)"
	web GET /api/v1/crates/a%2Fb
	by_entrepot || note "the server keeps addresses with %2F to itself; hardly any client sends them" \
		"(AllowEncodedSlashes NoDecode, which .htaccess cannot set)"
}

check_web() {
	if ! command -v curl >/dev/null; then
		not_ok "curl is not installed: look at $base_url/-/ready in a browser"
		return
	fi
	check_work=$(mktemp -d "$state/.check.XXXXXX") || exit 1
	if check_ready; then
		check_authorization
		check_bodies
		check_paths
	fi
	check_secrets
	rm -rf "$check_work"
}

check_all() {
	say "Checking $base_url"
	check_files
	check_script
	check_database
	check_jobs
	check_web
}
