#!/bin/bash
# A study through a real Slurm on this machine: one controller, three nodes. TAP.
# test_slurm.sh TEMTENSILE
# SPDX-License-Identifier: GPL-3.0-or-later
program=$1
tests=${TT_SLURM_TESTS:-24}

skip()
{
	echo "1..0 # SKIP $*"
	exit 0
}

for p in munged slurmctld slurmd sbatch squeue scontrol; do
	PATH=$PATH:/usr/sbin:/sbin command -v $p > /dev/null || skip "$p is not installed"
done
[ "$(id -u)" -eq 0 ] || skip "Slurm's daemons are started as root here"
PATH=$PATH:/usr/sbin:/sbin
. "$(dirname "$0")/tap.sh"
export SLURM_CONF=$w/slurm.conf
base=$((20000 + $$ % 20000))

pids()
{
	cat "$w"/run/*.pid 2>/dev/null
}

finish()
{
	for p in $(pids); do kill "$p" 2>/dev/null; done
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		alive=
		for p in $(pids); do kill -0 "$p" 2>/dev/null && alive=$p; done
		[ -n "$alive" ] || break
		sleep 0.5
	done
	for p in $(pids); do kill -9 "$p" 2>/dev/null; done
}

start_slurm()
{
	mkdir -p run state spool/n1 spool/n2 spool/n3
	chmod 755 "$w" run
	head -c 1024 /dev/urandom > munge.key && chmod 400 munge.key
	munged --force --key-file="$w/munge.key" --socket="$w/run/munge.socket" --pid-file="$w/run/munged.pid" \
		--log-file="$w/munged.log" --seed-file="$w/munge.seed" > /dev/null 2>&1 || return 1
	host=$(hostname -s)
	cat > slurm.conf <<-E
	ClusterName=temtensile
	SlurmctldHost=$host(127.0.0.1)
	SlurmctldPort=$base
	AuthType=auth/munge
	AuthInfo=socket=$w/run/munge.socket
	CredType=cred/munge
	MpiDefault=none
	ProctrackType=proctrack/linuxproc
	TaskPlugin=task/none
	SwitchType=switch/none
	ReturnToService=2
	SlurmUser=root
	SlurmdUser=root
	StateSaveLocation=$w/state
	SlurmdSpoolDir=$w/spool/%n
	SlurmctldPidFile=$w/run/ctld.pid
	SlurmdPidFile=$w/run/%n.pid
	SlurmctldLogFile=$w/ctld.log
	SlurmdLogFile=$w/%n.log
	SchedulerType=sched/builtin
	SchedulerParameters=batch_sched_delay=0,sched_interval=2
	SelectType=select/cons_tres
	SelectTypeParameters=CR_Core
	AccountingStorageType=accounting_storage/none
	JobAcctGatherType=jobacct_gather/none
	MinJobAge=60
	KillWait=1
	MaxArraySize=17
	SlurmdParameters=config_overrides
	NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((base + 1)) CPUs=2
	NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((base + 2)) CPUs=2
	NodeName=n3 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((base + 3)) CPUs=2
	PartitionName=all Nodes=n1,n2,n3 Default=YES MaxTime=INFINITE State=UP
	E
	slurmctld -f slurm.conf || return 1
	for n in n1 n2 n3; do slurmd -f slurm.conf -N $n || return 1; done
	for _ in $(seq 60); do
		[ "$(sinfo -h -t idle -o %D 2>/dev/null)" = 3 ] && return 0
		sleep 0.5
	done
	return 1
}

quick="$quick --quiet"

same()
{
	diff -r -x .temtensile-spool local "$1"
}

compare_slurm()
{
	"$program" compare study.yaml -o "$1" --executor slurm $quick "${@:2}"
}

# The program itself is killed while its tasks run; the next call takes them up, and no task is started twice.
killed_run()
{
	printf '#!/bin/sh\necho "$3" >> "%s/noted"\nexec "%s" "$@"\n' "$w" "$program" > noting && chmod +x noting
	export TEMTENSILE_PROGRAM=$w/noting
	"$program" compare study.yaml -o killed --executor slurm $quick &
	p=$!
	for _ in $(seq 100); do
		sleep 0.2
		[ "$(squeue -h -r -t R | wc -l)" -gt 1 ] && break
	done
	kill -9 $p
	wait $p 2>/dev/null
	compare_slurm killed
	status=$?
	unset TEMTENSILE_PROGRAM
	[ $status -eq 0 ] && [ "$(sort noted | uniq -c | awk '$1 != 1' | wc -l)" -eq 0 ] && [ "$(wc -l < noted)" -eq "$tests" ]
}

# One running task is killed on its node: it is tried again.
task_killed()
{
	compare_slurm task &
	p=$!
	for _ in $(seq 100); do
		sleep 0.1
		t=$(pgrep -f "temtensile task $w/task|temtensile task task/" | head -n 1)
		[ -n "$t" ] && break
	done
	[ -n "$t" ] && kill -9 "$t"
	wait $p
}

node_drained_and_controller_restarted()
{
	compare_slurm drained &
	p=$!
	sleep 1
	scontrol update nodename=n2 state=drain reason=test
	kill "$(cat run/ctld.pid)"
	sleep 2
	slurmctld -f slurm.conf
	wait $p
	status=$?
	scontrol update nodename=n2 state=resume
	return $status
}

detached()
{
	compare_slurm detached --detach || return 1
	"$program" compare study.yaml -o detached --executor slurm --status | grep -q "tests have ended" || return 1
	for _ in $(seq 600); do
		sleep 0.5
		[ -f detached/statistics.json ] && [ ! -d detached/.temtensile-spool ] && return 0
	done
	squeue
	ls -a detached detached/.temtensile-spool
	cat detached/.temtensile-spool/slurm.log.collect
	return 1
}

# A program that never ends. Slurm ends it at the least limit that it knows, a minute: beside what else is tried.
under_a_limit()
{
	printf '#!/bin/sh\nexec sleep 600\n' > sleeper && chmod +x sleeper
	printf 'name: limit\ntests: [tests/t1/test.yaml]\n' > limit.yaml
	TEMTENSILE_PROGRAM=$w/sleeper "$program" compare limit.yaml -o limit --executor slurm $quick --retries 0 > limit.log 2>&1 &
	limited=$!
	for _ in $(seq 100); do
		sleep 0.2
		j=$(squeue -h -r -t R -o %A)
		[ -n "$j" ] && break
	done
	scontrol update jobid="$j" timelimit=1
}

time_limit_is_named()
{
	wait $limited
	[ $? -eq 4 ] || return 1
	grep -q "time limit" limit/table.csv limit/statistics.json limit/table.json
}

cancelled()
{
	TEMTENSILE_PROGRAM=$w/sleeper compare_slurm gone --detach || return 1
	"$program" compare study.yaml -o gone --executor slurm --cancel || return 1
	for _ in $(seq 60); do
		sleep 0.5
		[ -z "$(squeue -h)" ] && return 0
	done
	return 1
}

# One recording in parts, each a task of an array.
sharded()
{
	sed 's/frame_rate: 5 Hz/frame_rate: 90 Hz/; s/approach: 2 s/approach: 1 s/' s1.yaml > long.yaml
	"$program" simulate long.yaml -o long -q || return 1
	"$program" analyze long/test.yaml -o whole --only curve -q || return 1
	"$program" analyze long/test.yaml -o parts --only curve -q --executor slurm --shards 3 > words 2>&1 || return 1
	! grep -q "not cut" words && diff -r whole parts
}

start_slurm > start.log 2>&1 || skip "Slurm does not start here: $(tail -n 1 start.log ctld.log 2>/dev/null | tail -n 1)"
echo "1..14"
check "a study of $tests tests" make_study cluster "$tests" 3
check "analysed on this machine" "$program" compare study.yaml -o local $quick
check "a task under a limit of time" under_a_limit
check "analysed by Slurm, in arrays of at most 16" compare_slurm cluster
check "the same bytes" same cluster
check "killed and run again" killed_run
check "the same bytes after that" same killed
check "a task killed on its node" task_killed
check "a node drained, the controller restarted" node_drained_and_controller_restarted
check "the same bytes after both" sh -c 'diff -r -x .temtensile-spool local task && diff -r -x .temtensile-spool local drained'
check "detached: the last step compares" detached
check "a recording in 3 parts: the same bytes" sharded
check "the time limit is named" time_limit_is_named
check "cancelled" cancelled
exit $failed
