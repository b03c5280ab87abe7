# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# CI providers on the loopback address for one test script; see issuer.py.
# Sourced after house.sh and smoke.sh, used once the house is open.

# issuer_start NAME: a provider with keys of its own.
issuer_start() {
	local place=$house/$1 port
	port=$(free_port) || return 1
	install -d -m 755 "$place"
	# the user may not be able to enter the source tree
	install -m 755 "$support/issuer.py" "$house/bin/"
	"$python" "$support/issuer.py" keys "$place" || return 1
	chmod 644 "$place"/*
	am_root && chown -R "$user" "$place"
	process_start "$house/pid/$1" "$house/log/$1.err" "$user" \
		"$python" "$house/bin/issuer.py" serve "$place" "$port" || return 1
	wait_until 20 port_open "$port" || return 1
	house_set "$1_issuer" "http://127.0.0.1:$port"
	echo "http://127.0.0.1:$port"
}

# claims PROVIDER [JQ-EXPRESSION]: of a job that everything fits.
claims() {
	local now jti=$RANDOM$RANDOM$RANDOM
	now=$(date +%s)
	if [ "$1" = github ]; then
		jq -nc --arg iss "$github" --arg jti "$jti" --argjson now "$now" '{
			iss: $iss, aud: "127.0.0.1", jti: $jti, iat: $now, nbf: $now,
			exp: ($now + 300), repository: "Octo-Org/octo-repo",
			repository_owner_id: "65", event_name: "push", run_id: "4711",
			sha: "f00d", workflow_ref:
			"Octo-Org/octo-repo/.github/workflows/publish.yml@refs/heads/main"
			}'" | ${2:-.}"
	else
		jq -nc --arg iss "$gitlab" --arg jti "$jti" --argjson now "$now" '{
			iss: $iss, aud: "127.0.0.1", jti: $jti, iat: $now,
			exp: ($now + 300), project_path: "group/sub/project",
			namespace_id: "72", job_id: "302", sha: "beef", environment: "Prod",
			ci_config_ref_uri:
			"gitlab.example/group/sub/project//ci/publish.yml@refs/heads/main"
			}'" | ${2:-.}"
	fi
}

# sign PROVIDER KEY CLAIMS [HEADER]
sign() { "$python" "$support/issuer.py" sign "$house/$1" "${@:2}"; }
