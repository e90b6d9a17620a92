#!/bin/sh
# What a container's recipe does, step by step; the same in a plain chroot of Debian 12, as root.
# steps.sh build SOURCE      makes Debian packages of SOURCE in /packages
# steps.sh install FOLDER    installs the program and its library from there
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
export DEBIAN_FRONTEND=noninteractive

build()
{
	apt-get update -q
	apt-get install -q -y --no-install-recommends build-essential debhelper
	sh "$1/src/cli/packaging/make_deb.sh" "$1" /packages install-what-is-needed
}

install()
{
	apt-get update -q
	apt-get install -q -y --no-install-recommends "$1"/libtemtensile1_*.deb "$1"/temtensile_*.deb
	apt-get clean
	rm -rf /var/lib/apt/lists/*
	temtensile --version
}

"$@"
