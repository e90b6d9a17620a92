#!/bin/sh
# Debian packages of a source tree: make_deb.sh SOURCE OUT [install-what-is-needed]
# TT_BUILD=FOLDER in the environment: a build folder of that tree (prefix /usr, libdir lib/<triplet>), which is taken
# instead of building anew. DEB_BUILD_OPTIONS as dpkg-buildpackage knows them; the tests are not run.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
source=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
version=$(sed -n "s/^  version: '\(.*\)',$/\1/p" "$source/meson.build")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/temtensile-$version
mkdir "$tree"
cd "$source"
tar -cf - --exclude=./.git --exclude='./build*' --exclude=./results --exclude=./src/cli/packaging/debian --exclude=node_modules --exclude=__pycache__ . | tar -xf - -C "$tree"
tar -czf "$work/temtensile_$version.orig.tar.gz" -C "$work" "temtensile-$version"
cp -r "$source/src/cli/packaging/debian" "$tree/debian"
cd "$tree"
[ "${3-}" != install-what-is-needed ] || apt-get build-dep -q -y --no-install-recommends "$tree"
DEB_BUILD_OPTIONS="nocheck ${TT_BUILD:+noautodbgsym} ${DEB_BUILD_OPTIONS-}" dpkg-buildpackage -us -uc -tc ${TT_BUILD:+-d}
cp "$work"/*.deb "$work"/*.dsc "$work"/*.orig.tar.gz "$work"/*.debian.tar.xz "$work"/*.changes "$work"/*.buildinfo "$out"
