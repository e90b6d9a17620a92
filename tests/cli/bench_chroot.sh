#!/bin/bash
# The recipe of containers, step by step in plain chroots of Debian 12, where no container engine is needed: what
# Containerfile says is done, temtensile.def has to say the same, and the program that is left analyses a sample as the one
# that was built here does. TAP.
# bench_chroot.sh SOURCE TEMTENSILE    as root, with debootstrap and the network; TT_MIRROR: of Debian's packages
# SPDX-License-Identifier: GPL-3.0-or-later
source=$1 program=$2
mirror=${TT_MIRROR-http://deb.debian.org/debian}
packaging=$source/src/cli/packaging
PATH=$PATH:/usr/sbin:/sbin

skip()
{
	echo "1..0 # SKIP $*"
	exit 0
}

command -v debootstrap > /dev/null || skip "debootstrap is not installed"
[ "$(id -u)" -eq 0 ] || skip "chroots are made as root"
. "$(dirname "$0")/../jobs/tap.sh"

finish()
{
	for stage in "$w"/stages/*; do mountpoint -q "$stage/proc" && umount "$stage/proc"; done
}

# A plain Debian 12, as small as the image that the recipe starts from.
make_base()
{
	debootstrap --variant=minbase bookworm base "$mirror" || return 1
	printf '#!/bin/sh\nexit 101\n' > base/usr/sbin/policy-rc.d && chmod +x base/usr/sbin/policy-rc.d
}

inside()
{
	chroot "$1" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root sh -c "$2"
}

# copy FROM TO: a folder's contents, or a file.
copy()
{
	if [ -d "$1" ]; then mkdir -p "$2" && cp -a "$1/." "$2"; else mkdir -p "$(dirname "$2")" && cp -a "$1" "$2"; fi
}

# What the recipe is given: the files that belong to the program.
make_context()
{
	mkdir context && cd "$source" || return 1
	if [ -e .git ]; then git ls-files -z | xargs -0 cp --parents -a -t "$w/context"; else
		tar -cf - --exclude='./build*' --exclude=./results --exclude=node_modules . | tar -xf - -C "$w/context"
	fi
	cd "$w" && [ -f context/meson.build ]
}

follow_recipe()
{
	local word rest root from
	mkdir stages
	while read -r word rest; do
		case $word in
		FROM)
			root=$w/stages/final
			case $rest in *" AS "*) root=$w/stages/${rest##* } ;; esac
			cp -a base "$root" && mount -t proc proc "$root/proc" || return 1
			;;
		COPY)
			from=$w/context/
			case $rest in --from=*)
				from=${rest%% *} from=$w/stages/${from#--from=} rest=${rest#* }
				;;
			esac
			copy "$from${rest% *}" "$root${rest##* }" || return 1
			;;
		RUN) inside "$root" "$rest" < /dev/null || return 1 ;;
		ENTRYPOINT) entry=$(printf '%s' "$rest" | tr -d '[]"') ;;
		'#'* | '') ;;
		*) echo "a step that is not known here: $word $rest" && return 1 ;;
		esac
	done < "$packaging/Containerfile"
	[ -n "$entry" ]
}

# The steps of Apptainer's definition are those of Containerfile.
same_steps()
{
	sed -n 's/^RUN //p' "$packaging/Containerfile" | sed 's/ && /\n/g' > steps
	awk '/^%/ { on = $1 == "%post"; next } /^[A-Z]/ { on = 0 } on && NF { sub(/^ +/, ""); print }' "$packaging/temtensile.def" |
		diff steps - && grep -q "exec $entry " "$packaging/temtensile.def"
}

small()
{
	[ ! -e stages/final/usr/bin/cc ] && [ ! -e stages/final/source ] && [ ! -e stages/final/packages ] &&
		du -sm --exclude=proc stages/final
}

analyses()
{
	cp -r "$source/samples/zrcu-10pa-1" stages/final/root/sample || return 1
	inside stages/final "$entry analyze /root/sample/test.yaml -o /root/results --only curve -q" || return 1
	"$program" analyze "$source/samples/zrcu-10pa-1/test.yaml" -o here --only curve -q && cmp here/curve.csv stages/final/root/results/curve.csv
}

figures()
{
	inside stages/final "$entry analyze /root/sample/test.yaml -o /root/all -q" && [ -s stages/final/root/all/stress_strain.pdf ] &&
		[ -s stages/final/root/all/report.html ]
}

echo "1..7"
check "a plain Debian 12" make_base
check "the source" make_context
check "the steps of Containerfile" follow_recipe
check "the same steps for Apptainer" same_steps
check "nothing is left that only builds" small
check "the program analyses a sample, to the byte" analyses
check "figures and report" figures
exit $failed
