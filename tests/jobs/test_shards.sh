#!/bin/bash
# One recording looked at in parts: the same bytes as in one pass. TAP.
# test_shards.sh TEMTENSILE MAKE_LONG
# SPDX-License-Identifier: GPL-3.0-or-later
program=$1 make_long=$2
. "$(dirname "$0")/tap.sh"
export TEMTENSILE_PROGRAM=$program

# simulate NAME VIDEO_KEYS...: about 1040 frames.
simulate()
{
	mkdir -p "$1"
	cat > "$1.yaml" <<-E
	name: $1
	seed: 7
	law: {fracture_strain: 4 %}
	control: {rate: 30 µN/s, approach: 1 s, hold: 0.5 s, unload_rate: 150 µN/s, after: 0.5 s}
	video: {size: [224, 128], frame_rate: 90 Hz, $2}
	E
	"$program" simulate "$1.yaml" -o "$1" -q
}

# whole NAME OPTIONS...; parts NAME N OPTIONS...
whole()
{
	"$program" analyze "$1/test.yaml" -o "$1-whole" --no-movie --no-report -q "${@:2}"
}

parts()
{
	rm -rf "$1-parts"
	"$program" analyze "$1/test.yaml" -o "$1-parts" --no-movie --no-report --executor local --shards "$2" "${@:3}"
}

# Whether it was cut, and nothing but the results is left.
same()
{
	parts "$@" 2>&1 | tee parts.log && ! grep -q "not cut" parts.log && diff -r "$1-whole" "$1-parts"
}

# A damaged place in the coded pictures: frames that cannot be decoded, and those predicted from them; whatever the number
# of threads.
damage()
{
	cp -r h264 damaged && printf '%0400d' 0 | dd of=damaged/test.mp4 bs=1 seek=$(($(stat -c %s damaged/test.mp4) * 2 / 5)) conv=notrunc &&
		whole damaged --threads 4 && same damaged 4 --threads 1 && grep -q "damaged" damaged-whole/summary.json
}

repeats()
{
	simulate repeats "codec: h264, camera_rate: 18 Hz" && whole repeats --only curve && same repeats 4 --only curve &&
		grep -q duplicate repeats-whole/curve.csv
}

stack()
{
	"$program" frame --every 1 h264/test.mp4 -o pgm -q && mkdir stack && cp h264/log.txt stack &&
		"$make_long" pgm 2 stack/test.npy &&
		sed 's/test.mp4/test.npy/; s/^  pixel_size:/  frame_rate: 180 Hz\n  pixel_size:/' h264/test.yaml > stack/test.yaml &&
		whole stack --only curve && same stack 8 --only curve
}

pictures()
{
	mkdir pictures && cp h264/log.txt pictures && mv pgm pictures/frames &&
		sed 's/test.mp4/frames/; s/^  pixel_size:/  frame_rate: 90 Hz\n  pixel_size:/' h264/test.yaml > pictures/test.yaml &&
		rm pictures/frames/frame_00500.pgm && echo broken > pictures/frames/frame_00700.pgm &&
		whole pictures --only curve && same pictures 3 --only curve
}

# A reference that is replaced: all that follows depends on it.
updates()
{
	rm -rf h264-whole && whole h264 --only curve --set dic.update_below=0.95 &&
		same h264 4 --only curve --set dic.update_below=0.95 && grep -q "the reference had to be replaced at frame" parts.log
}

too_short()
{
	"$program" simulate h264.yaml -o short -q --frames 300 && parts short 4 --only curve 2>&1 | grep "not cut into parts: it has 300 frames"
}

# A program that notes each part it is given, and dies once of the third.
killed()
{
	cat > noting <<-E
	#!/bin/sh
	[ "\$1" = task ] && echo "\$3" >> "$w/noted"
	[ "\$1" = task ] && [ "\$3" = 2 ] && [ ! -e "$w/died" ] && touch "$w/died" && kill -9 \$\$
	exec "$program" "\$@"
	E
	chmod +x noting && rm -rf h264-whole h264-parts && whole h264 --only curve || return 1
	export TEMTENSILE_PROGRAM=$w/noting
	parts h264 4 --only curve --retries 0 --threads 1
	[ $? -eq 1 ] || return 1
	rm -f noted died
	parts h264 4 --only curve --retries 1 && diff -r h264-whole h264-parts && [ "$(sort noted | uniq -c | tr -s ' \n' ' ')" = " 1 0 1 1 2 2 1 3 " ]
}

# The caller is killed while its parts are looked at: the next call takes over those that are done.
taken_over()
{
	rm -rf h264-parts noted
	cat > noting <<-E
	#!/bin/sh
	[ "\$1" = task ] && echo "\$3" >> "$w/noted"
	[ "\$1" = task ] && [ "\$3" = 3 ] && [ ! -e "$w/go" ] && sleep 60
	exec "$program" "\$@"
	E
	rm -f go
	"$program" analyze h264/test.yaml -o h264-parts --no-movie --no-report --only curve --shards 4 --threads 1 -q &
	p=$!
	for _ in $(seq 300); do
		[ -e h264-parts/.temtensile-parts/done.2 ] && break
		sleep 0.1
	done
	kill -9 $p
	wait $p 2> /dev/null
	touch go
	"$program" analyze h264/test.yaml -o h264-parts --no-movie --no-report --only curve --shards 4 -q || return 1
	diff -r h264-whole h264-parts && [ "$(grep -c '[012]' noted)" -eq 3 ]
}

refused()
{
	"$program" analyze h264/test.yaml -o x --executor slurm
	[ $? -eq 2 ] || return 1
	"$program" analyze h264/test.yaml -o x --shards 2 --executor pbs 2>&1 | grep "local or slurm was expected" && [ ! -e x ]
}

echo "1..12"
check "a recording with predicted pictures" simulate h264 "codec: h264"
check "in one pass" whole h264
check "in 4 parts: all files the same" same h264 4
check "repeated camera images at the seams" repeats
check "damage that is carried over" damage
check "a stack of 2080 frames in 8 parts" stack
check "pictures of which one is missing and one broken" pictures
check "a reference that is replaced" updates
check "too short to be cut" too_short
check "a part whose process dies is tried again, the others are not" killed
check "killed and run again: what was done is taken over" taken_over
check "what is refused" refused
exit $failed
