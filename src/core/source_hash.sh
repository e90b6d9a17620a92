#!/bin/sh
# source_hash.sh ROOT VERSION OUT: writes the C file that names this build: version, git's description when there is one,
# and a hash over every source of the library and the program. OUT keeps its time when nothing changed.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
root=$1 version=$2 out=$3
hash=$(cd "$root" && find src include meson.build meson_options.txt -type f | LC_ALL=C sort | tr '\n' '\0' |
	xargs -0 sha256sum | sha256sum | cut -c1-16)
[ ${#hash} -eq 16 ]
# another project's repository around an unpacked archive says nothing of these sources
git=
[ -e "$root/.git" ] && git=$(git -C "$root" describe --always --dirty --tags 2>/dev/null) || true
text="temtensile $version${git:+ (git $git)}, sources $hash"
new=$out.new
printf '/* Made by source_hash.sh. */\nextern const char tt_build_sources[];\nconst char tt_build_sources[] = "%s";\n' "$text" > "$new"
if cmp -s "$new" "$out"; then rm "$new"; else mv "$new" "$out"; fi
