# Completion of temtensile for bash. It asks the program for its commands and options, so it is never out of date.
# SPDX-License-Identifier: GPL-3.0-or-later

_temtensile()
{
	local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]} words
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
	COMPREPLY=()
	# bash takes "--only=cu" for three words
	if [[ $current == '=' ]]; then
		current=
	elif [[ $previous == '=' ]]; then
		previous=${COMP_WORDS[COMP_CWORD-2]}
	fi
	if ((COMP_CWORD == 1)) || { ((COMP_CWORD == 2)) && [[ $command == help ]]; }; then
		words=$("$program" --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')
		((COMP_CWORD == 1)) && words="$words help --help --version"
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
		return
	fi
	if [[ $command == schema && $current != -* ]]; then
		words=$("$program" help keys 2>/dev/null | sed -n 's/^Other descriptions: .* keys //p')
		mapfile -t COMPREPLY < <(compgen -W "test $words" -- "$current")
		return
	fi
	case $previous in
	-o | --output)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		;;
	--set)
		# "key=" of the description that the command reads
		case $command in
		simulate) words=simulation ;;
		*) words=test ;;
		esac
		words=$("$program" schema "$words" --paths 2>/dev/null | sed 's/$/=/')
		compopt -o nospace 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
		;;
	--group-by) mapfile -t COMPREPLY < <(compgen -W 'film.composition film.deposition_pressure' -- "$current") ;;
	--only) mapfile -t COMPREPLY < <(compgen -W curve -- "$current") ;;
	--interpolation) mapfile -t COMPREPLY < <(compgen -W 'cubic quintic' -- "$current") ;;
	--strain) mapfile -t COMPREPLY < <(compgen -W 'engineering green-lagrange logarithmic' -- "$current") ;;
	--progress) mapfile -t COMPREPLY < <(compgen -W json -- "$current") ;;
	*)
		if [[ $current == -* ]]; then
			words=$("$program" "$command" --help 2>/dev/null | grep -o -e '^      --[a-z-]*' -e '^  -., --[a-z-]*')
			words=$(printf '%s\n' "$words" | sed 's/.*--/--/')
			mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
		else
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$current")
		fi
		;;
	esac
}

complete -F _temtensile temtensile
