#!/bin/bash
# How tasks end on a cluster, told apart and named, with programs that answer as Slurm's do: no Slurm is needed. TAP.
# test_slurm_ends.sh TEMTENSILE
# SPDX-License-Identifier: GPL-3.0-or-later
program=$1
. "$(dirname "$0")/tap.sh"
export TEMTENSILE_PROGRAM=$program PATH=$w/bin:$PATH FAKE=$w/fake
states=(COMPLETED FAILED TIMEOUT OUT_OF_MEMORY NODE_FAIL PREEMPTED BOOT_FAIL DEADLINE CANCELLED)

# ---- Slurm's programs. fake/N: the script of job N; fake/polls: how often the queue was asked for. ----
mkdir bin fake
cat > bin/sbatch <<'S'
#!/bin/sh
n=$(ls "$FAKE" | grep -c '^job')
n=$((n + 1))
for last; do :; done
echo "$*" >> "$FAKE/calls"
cp "$last" "$FAKE/job$n"
echo "$*" | sed -n 's/.*--array=0-\([0-9]*\).*/\1/p' > "$FAKE/last$n"
echo "$n;cluster"
S
# First all wait (one was requeued), then all run, then none is left.
cat > bin/squeue <<'S'
#!/bin/bash
echo x >> "$FAKE/polls"
polls=$(grep -c x "$FAKE/polls")
for arg; do [ "$before" = -j ] && jobs=${arg//,/ }; before=$arg; done
for j in $jobs; do
	[ -e "$FAKE/ended$j" ] && continue
	if [ ! -e "$FAKE/seen$j" ]; then state=PENDING; touch "$FAKE/seen$j"
	elif [ ! -e "$FAKE/ran$j" ]; then state=RUNNING; touch "$FAKE/ran$j"
	else
		touch "$FAKE/ended$j"
		for i in $(seq 0 "$(cat "$FAKE/last$j")"); do
			[ "$("$FAKE/../state" "$j" "$i")" = COMPLETED ] && SLURM_ARRAY_TASK_ID=$i sh "$FAKE/job$j" > /dev/null 2>&1
		done
		continue
	fi
	for i in $(seq 0 "$(cat "$FAKE/last$j")"); do
		[ "$i" = 1 ] && [ $state = PENDING ] && echo "$j|$i|REQUEUED" || echo "$j|$i|$state"
	done
done
[ -n "$state" ] || { echo "slurm_load_jobs error: Invalid job id specified"; exit 1; }
S
cat > bin/scontrol <<'S'
#!/bin/sh
[ "$2" = config ] && echo "MaxArraySize            = 5" && exit 0
job=${4%_*} index=${4#*_}
state=$("$FAKE/../state" "$job" "$index")
code=0:0
[ "$state" = FAILED ] && code=3:0
[ "$state" = OUT_OF_MEMORY ] && code=0:125
[ "$state" = UNKNOWN ] && { echo "slurm_load_jobs error: Invalid job id specified"; exit 1; }
echo "JobId=$job ArrayJobId=$job ArrayTaskId=$index JobName=temtensile JobState=$state Reason=None ExitCode=$code"
S
printf '#!/bin/sh\necho "Slurm accounting storage is disabled" >&2\nexit 1\n' > bin/sacct
cat > bin/scancel <<'S'
#!/bin/sh
echo "$@" >> "$FAKE/cancelled"
touch "$FAKE/ended$1"
S
# The state of a task by its test: the n-th of a first try is the n-th of the list; all later tries complete.
cat > state <<S
#!/bin/bash
states=(${states[@]})
[ -e "$w/all-complete" ] && { echo COMPLETED; exit; }
task=\$(sed -n 's/^set -- //p' "$w/fake/job\$1" | cut -d' ' -f\$((\$2 + 1)))
[ -e "$w/tried\$task" ] && [ "\$(cat "$w/tried\$task")" != \$1 ] && [ -e "$w/mend" ] && { echo COMPLETED; exit; }
echo \$1 > "$w/tried\$task"
echo \${states[\$task]}
S
chmod +x bin/* state

slurm()
{
	"$program" compare study.yaml -o "$1" --executor slurm $quick "${@:2}"
}

forget()
{
	rm -rf fake/* tried* mend
}

first_try()
{
	forget
	slurm one --retries 0 > words 2>&1
	[ $? -eq 4 ]
}

split()
{
	# nine tasks, arrays of at most four
	[ "$(grep -o 'array=0-[0-9]*' fake/calls | tr '\n' ' ')" = "array=0-3 array=0-3 array=0-0 " ]
}

# named STATE SENTENCE: what became of that test.
named()
{
	for i in "${!states[@]}"; do [ "${states[$i]}" = "$1" ] && break; done
	grep "t$((i + 1)) failed: " words | grep -- "$2"
}

tried_again()
{
	# a second try for what was ended from outside, none for what failed, was cancelled, or came too late
	forget
	touch mend
	slurm two --retries 1 > words 2>&1
	[ $? -eq 4 ] || return 1
	[ "$(grep -c 'failed: ' words)" -eq 4 ] || return 1 # three tests, and the sentence about all
	for i in FAILED DEADLINE CANCELLED; do grep -q "t$(($(printf '%s\n' "${states[@]}" | grep -n "^$i$" | cut -d: -f1))) failed" words || return 1; done
	sed -n 's/.*array=0-\([0-9]*\).*/\1/p' fake/calls | awk '{ n += $1 + 1 } END { exit n != 14 }'
}

same_as_local()
{
	forget
	touch all-complete
	slurm three -q && rm all-complete && "$program" compare study.yaml -o local $quick -q && diff -r local three
}

table()
{
	forget
	slurm four --detach -q && slurm four --status > status || return 1
	head -n 1 status | grep -q '^test  *state  *done$' && [ "$(grep -c ' waiting  *0 %' status)" -eq 9 ] || return 1
	slurm four --status > status
	[ "$(grep -c ' running  *0 %' status)" -eq 9 ] && tail -n 1 status | grep "0 of 9 tests have ended, 0 of them failed; 0 % of all is done (Slurm's jobs 1,2,3)"
}

json()
{
	slurm four --status --progress=json > status || return 1
	[ "$(wc -l < status)" -eq 10 ] && [ "$(grep -c '^{"test":"t[1-9]","state":"' status)" -eq 9 ] &&
		tail -n 1 status | grep '^{"tests":9,"ended":1,"failed":0,"done":0.1[0-9]*,"where":"Slurm.s jobs 1,2,3","remaining_s":[0-9.]*}$'
}

cancelled()
{
	rm -f fake/ended*
	slurm four --cancel -q && [ "$(sort fake/cancelled | tr '\n' ' ')" = "1 2 3 " ] && [ ! -e four/.temtensile-spool ]
}

echo "1..15"
check "a study of ${#states[@]} tests" make_study ends ${#states[@]} 2
check "each ends otherwise, accounting is off" first_try
check "more than MaxArraySize allows: several arrays" split
check "failed" named FAILED "without a word (Slurm: FAILED, exit code 3:0); its output is in .*slurm.log.1_1"
check "the time limit" named TIMEOUT "Slurm ended the task at its time limit"
check "out of memory" named OUT_OF_MEMORY "Slurm ended the task for using more memory than asked for"
check "the node failed" named NODE_FAIL "the node failed"
check "preempted" named PREEMPTED "the task was preempted and not requeued"
check "cancelled by somebody" named CANCELLED "the task was cancelled"
check "the deadline" named DEADLINE "deadline came before its end"
check "tried again, or not" tried_again
check "all well: as on this machine" same_as_local
check "the table of a detached study" table
check "the same as JSON" json
check "cancelled" cancelled
exit $failed
