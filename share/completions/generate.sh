#!/bin/sh
# SPDX-License-Identifier: MIT
# generate.sh bash|zsh|fish <OPTIONS - completions for a shell, on standard output, from what
# `armeld help --options` prints: verb, long name, letter, argument, choices, help.
set -eu

case ${1-} in
bash | zsh | fish) ;;
*) echo 'usage: generate.sh bash|zsh|fish <OPTIONS' >&2 && exit 2 ;;
esac

exec awk -F '\t' -v shell="$1" '
function quoted(text) { gsub(/\047/, "\047\\\047\047", text); return text }

# What follows an option: words, a directory, a file, or something that cannot be guessed.
function kind(argument, choices) {
	return choices != "-" ? "words" : argument == "DIR" ? "directory" : argument == "WORKSPACE" ? "file" : "text"
}

function spaced(choices) { gsub(/,/, " ", choices); return choices }

!($1 in seen) { seen[$1] = 1; verbs[++verb_count] = $1 }
{ row[++rows] = $0 }

END {
	if (!rows) {
		print "generate.sh: no options" >"/dev/stderr"
		exit 1
	}
	if (shell == "bash")
		bash()
	else if (shell == "zsh")
		zsh()
	else
		fish()
}

function all_verbs(  i, text) {
	for (i = 1; i <= verb_count; i++)
		text = text (i > 1 ? " " : "") verbs[i]
	return text
}

function names(f) { return (f[3] == "-" ? "" : f[3] " ") f[2] }

function bash(  i, j, f, list, patterns) {
	print "# bash completion for armeld: generated from its option tables\n"
	print "_armeld() {"
	print "\tlocal current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb=" verbs[1]
	print "\tlocal verbs=\047" all_verbs() "\047 options="
	print "\tCOMPREPLY=()"
	print "\t[[ \" $verbs \" != *\" ${COMP_WORDS[1]} \"* ]] || verb=${COMP_WORDS[1]}"
	print "\tcase \"$verb $previous\" in"
	for (j = 1; j <= rows; j++) {
		split(row[j], f, "\t")
		if (f[4] == "-")
			continue
		patterns = "\047" f[1] " " f[2] "\047" (f[3] == "-" ? "" : " | \047" f[1] " " f[3] "\047")
		if (kind(f[4], f[5]) == "words")
			print "\t" patterns ") COMPREPLY=($(compgen -W \047" spaced(f[5]) "\047 -- \"$current\")) && return ;;"
		else if (kind(f[4], f[5]) == "directory")
			print "\t" patterns ") COMPREPLY=($(compgen -d -- \"$current\")) && return ;;"
		else
			print "\t" patterns ") return ;;"
	}
	print "\tesac"
	print "\tcase $verb in"
	for (i = 1; i <= verb_count; i++) {
		list = ""
		for (j = 1; j <= rows; j++) {
			split(row[j], f, "\t")
			if (f[1] == verbs[i])
				list = list (list ? " " : "") names(f)
		}
		print "\t" verbs[i] ") options=\047" list "\047 ;;"
	}
	print "\tesac"
	print "\tif [[ $current == -* ]]; then"
	print "\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$current\"))"
	print "\telif ((COMP_CWORD == 1)) || [[ ${COMP_WORDS[1]} == help ]]; then"
	print "\t\tCOMPREPLY=($(compgen -W \"$verbs\" -- \"$current\"))"
	print "\tfi"
	print "}"
	print "complete -o default -F _armeld armeld"
}

function zsh_help(text) { gsub(/\[|\]|:/, "\\\\&", text); return quoted(text) }

function zsh(  i, j, f, value) {
	print "#compdef armeld\n# generated from the option tables of armeld\n"
	print "_armeld() {"
	print "\tlocal verb=" verbs[1]
	print "\tlocal -a verbs=(" all_verbs() ")"
	print "\t(( CURRENT == 2 )) && compadd -a verbs"
	print "\tif (( CURRENT > 2 && ${verbs[(Ie)${words[2]}]} )); then"
	print "\t\tverb=${words[2]}"
	print "\t\tshift words"
	print "\t\t(( CURRENT-- ))"
	print "\tfi"
	print "\tcase $verb in"
	for (i = 1; i <= verb_count; i++) {
		print "\t" verbs[i] ")\n\t\t_arguments -S \\"
		for (j = 1; j <= rows; j++) {
			split(row[j], f, "\t")
			if (f[1] != verbs[i])
				continue
			value = f[4] == "-" ? "" : ":" f[4] ":" (kind(f[4], f[5]) == "words" ? "(" spaced(f[5]) ")" : kind(f[4], f[5]) == "directory" ? "_files -/" : kind(f[4], f[5]) == "file" ? "_files" : "")
			if (f[3] != "-")
				print "\t\t\t\047*" f[3] "[" zsh_help(f[6]) "]" value "\047 \\"
			print "\t\t\t\047*" f[2] "[" zsh_help(f[6]) "]" value "\047 \\"
		}
		print "\t\t\t\047*:" (verbs[i] == "help" ? "verb:(" all_verbs() ")" : "path:_files") "\047\n\t\t;;"
	}
	print "\tesac"
	print "}\n"
	print "_armeld \"$@\""
}

function fish(  i, j, f, when, value) {
	print "# fish completion for armeld: generated from its option tables\n"
	for (i = 1; i <= verb_count; i++)
		print "complete -c armeld -n __fish_use_subcommand -a " verbs[i]
	print "complete -c armeld -n \047__fish_seen_subcommand_from help\047 -f -a \047" all_verbs() "\047"
	for (j = 1; j <= rows; j++) {
		split(row[j], f, "\t")
		when = "__fish_seen_subcommand_from " f[1]
		if (f[1] == verbs[1]) # meant where none is named
			when = "not __fish_seen_subcommand_from " substr(all_verbs(), length(verbs[1]) + 2)
		value = f[4] == "-" ? "" : kind(f[4], f[5]) == "words" ? " -x -a \047" spaced(f[5]) "\047" : kind(f[4], f[5]) == "directory" ? " -x -a \047(__fish_complete_directories)\047" : kind(f[4], f[5]) == "file" ? " -r" : " -x"
		print "complete -c armeld -n \047" when "\047" (f[3] == "-" ? "" : " -s " substr(f[3], 2)) " -l " substr(f[2], 3) value " -d \047" quoted(f[6]) "\047"
	}
}'
