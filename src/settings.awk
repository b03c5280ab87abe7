# SPDX-License-Identifier: Apache-2.0
#
# base/settings.def -> entrepot.conf(5), so that no setting is documented
# anywhere but where it is declared. One SETTING per line of input.
# usage: awk -v version=V -f settings.awk settings.def

BEGIN {
	kind["TEXT"] = "text"
	kind["SECRET"] = "text, shown nowhere"
	kind["FLAG"] = "yes or no"
	kind["COUNT"] = "number"
	kind["SIZE"] = "bytes; k, m, g for powers of 1024"
	kind["DURATION"] = "time: ms, s, m, h, d"
	kind["LIST"] = "words separated by white space"
	print ".\\\" Made from src/base/settings.def; do not edit."
	print ".TH ENTREPOT.CONF 5 \"\" \"entrepot " version "\" \"entrepot\""
	print ".SH NAME"
	print "entrepot.conf \\- configuration of the package registry"
	print ".SH DESCRIPTION"
	print "One setting per line,"
	print ".IR \"key \" = \" value\" ;"
	print "what follows a"
	print ".B #"
	print "at the beginning of a line is a comment. The file is named by the option"
	print ".BR \\-\\-config ,"
	print "or by the environment variable"
	print ".BR ENTREPOT_CONFIG ."
	print "Each setting can also come from the environment, as"
	print ".B ENTREPOT_"
	print "followed by its name in capitals; the environment wins. A name that is not"
	print "below, or a value that does not fit, is refused at start with its line number;"
	print "at a reload the previous configuration stays in force."
	print ".PP"
	print ".B entrepot\\-admin config"
	print "prints all settings with their values and where each came from."
	print ".SH SETTINGS"
	print "Those marked"
	print ".I restart"
	print "need a new process; all others take effect at a reload"
	print ".RB ( SIGHUP )."
}

function escaped(text) {
	gsub(/\\"/, "\"", text)
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	sub(/^[.']/, "\\\\\\&&", text)
	return text
}

/^SETTING\(/ {
	line = $0
	sub(/^SETTING\(/, "", line)
	name = line
	sub(/,.*/, "", name)
	rest = line
	sub(/^[^,]*,[ \t]*/, "", rest)
	type = rest
	sub(/,.*/, "", type)
	sub(/^[^,]*,[ \t]*"/, "", rest)
	initial = rest
	sub(/".*/, "", initial)
	sub(/^[^"]*",[ \t]*/, "", rest)
	when = rest
	sub(/,.*/, "", when)
	sub(/^[^,]*,[ \t]*"/, "", rest)
	sub(/"\)[ \t]*$/, "", rest)
	print ".TP"
	print ".B " escaped(name)
	print escaped(rest) "."
	note = type in kind ? kind[type] : "one of the words above"
	note = note (initial == "" ? "; default: empty" : "; default: " initial)
	if (when == "RESTART")
		note = note "; restart"
	print ".br"
	print ".RI ( \"" escaped(note) "\" )"
}

END {
	print ".SH SEE ALSO"
	print ".BR entrepot (8),"
	print ".BR entrepot\\-admin (8)"
}
