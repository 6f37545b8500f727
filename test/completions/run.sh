#!/bin/bash
# SPDX-License-Identifier: MIT
# run.sh - completions as the shells have them: every option of every verb, every choice.
set -u

cd "$(dirname "$0")/../.." || exit 1
work=build/completions
armeld=${ARMELD:-build/armeld}

test/need.sh completions || exit 1
rm -rf $work
mkdir -p $work
"$armeld" help --options >$work/options || exit 1
[ -s $work/options ] || exit 1

. test/check.sh

generated() { share/completions/generate.sh "$1" <$work/options >"$work/armeld.$1" && [ -s "$work/armeld.$1" ]; }

# bash_offers WORD... - what is offered for the last word.
bash_offers() {
	COMP_WORDS=(armeld "$@") COMP_CWORD=$#
	_armeld
	printf '%s\n' "${COMPREPLY[@]}"
}

fish_offers() { fish --no-config -c "source $work/armeld.fish; complete -C 'armeld $*'" | cut -f 1; }

# What zsh would offer, by a completion that prints what it is given.
zsh_offers() {
	zsh -f -c "
		fpath=($work/zsh \$fpath); autoload -Uz compinit; compinit -u -d $work/zcompdump
		_armeld_spec=; _arguments() { print -rl -- \"\$@\" }; _files() { }; compadd() { print -rl -- \${(P)2} }
		words=(armeld $*); CURRENT=\$#words; source $work/zsh/_armeld"
}

verb_options() { # VERB - as the shells must offer them
	awk -F '\t' -v verb="$1" '$1 == verb { print $2; if ($3 != "-") print $3 }' $work/options | sort
}

bash_has_all() {
	. $work/armeld.bash || return 1
	for verb in $(cut -f 1 $work/options | uniq); do
		diff <(verb_options "$verb") <(bash_offers "$verb" - | sort) || return 1
	done
	diff <(verb_options meld) <(bash_offers -) >/dev/null || diff <(verb_options meld) <(bash_offers - | sort)
}

bash_has_choices() {
	. $work/armeld.bash || return 1
	while IFS=$'\t' read -r verb long letter _ choices _; do
		[ "$choices" = - ] && continue
		for option in $long ${letter#-}; do
			[ ${#option} = 1 ] && option=-$option
			diff <(tr , '\n' <<<"$choices") <(bash_offers "$verb" "$option" '') || return 1
		done
	done <$work/options
	bash_offers in | grep -qx inspect
}

fish_has_all() {
	for verb in $(cut -f 1 $work/options | uniq); do
		diff <(verb_options "$verb" | grep '^--') <(fish_offers "$verb --" | grep '^--' | sort) || return 1
	done
	fish_offers 'meld -f ' | grep -qx darwin && fish_offers '' | grep -qx inspect
}

zsh_has_all() {
	mkdir -p $work/zsh && cp $work/armeld.zsh $work/zsh/_armeld && zsh -n $work/zsh/_armeld || return 1
	for verb in $(cut -f 1 $work/options | uniq); do
		diff <(verb_options "$verb") \
			<(zsh_offers "$verb" x | sed -n 's/^\*\(-[-a-zA-Z]*\)\[.*/\1/p' | sort) || return 1
	done
	zsh_offers meld x | grep -q '^\*--flavour\[.*:FLAVOUR:(auto gnu darwin coff)$'
}

for shell in bash zsh fish; do
	check "$shell: generated" generated $shell
done
check 'bash: every option of every verb' bash_has_all
check 'bash: every choice' bash_has_choices
check 'fish: every option of every verb' fish_has_all
check 'zsh: every option of every verb' zsh_has_all
count_checks
