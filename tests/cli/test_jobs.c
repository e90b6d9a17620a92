/* Whole jobs through the program: what they leave, what bad input gives, and what an interruption leaves.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "program.h"

#include <signal.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

static bool in_tmp(const char *name)
{
	char path[600];
	snprintf(path, sizeof path, "%s/%s", check_tmp(), name);
	return access(path, F_OK) == 0;
}

/* Shell before the run ("" for none), arguments, exit code, the sentence or a part of it. The output folder is "out";
 * "R" stands for the recording, whose copy lies in "bad". */
static const struct {
	const char *before, *args;
	int code;
	const char *sentence;
} bad[] = {
    {"", "analyze nowhere.yaml -o out", 3, "cannot open 'nowhere.yaml': No such file or directory"},
    {"mkdir -p folder", "analyze folder -o out", 3, "'folder' is a folder; expected a description (YAML)"},
    {": > empty.yaml", "analyze empty.yaml -o out", 3, "empty.yaml: the file holds no description (it is empty)"},
    {"head -c 3000 /dev/urandom > noise.yaml", "analyze noise.yaml -o out", 3, "noise.yaml:"},
    {"sed 's/^  thickness:/  thicknes:/' bad/test.yaml > bad/slip.yaml", "analyze bad/slip.yaml -o out", 3,
     "specimen: unknown key 'thicknes', did you mean 'thickness'?"},
    {"sed 's/^specimen:/colour: red\\nspecimen:/' bad/test.yaml > bad/more.yaml", "analyze bad/more.yaml -o out", 3,
     ": unknown key 'colour'"},
    {"sed '/^  thickness:/d' bad/test.yaml > bad/less.yaml", "analyze bad/less.yaml -o out", 3,
     "specimen: missing key 'thickness'"},
    {"", "analyze bad/test.yaml -o out --set specimen.width=400", 3,
     "--set specimen.width: '400' has no unit; a length needs one of m, mm, µm, nm, pm or Å"},
    {"", "analyze bad/test.yaml -o out --set 'specimen.thickness=-120 nm'", 3, "--set specimen.thickness: "},
    {"", "analyze bad/test.yaml -o out --set 'specimen.widht=400 nm'", 3,
     "--set specimen.widht: unknown key 'widht', did you mean 'width'?"},
    {"", "analyze bad/test.yaml -o out --strain 0.02", 2, "--strain needs two numbers A,B, found '0.02'"},
    {"", "analyze bad/test.yaml -o out --set 'gauge={from: [10, 10], to: [9000, 10]}'", 3, "--set gauge"},
    {"", "analyze bad/test.yaml -o out --set video.file=gone.mp4", 3, "gone.mp4"},
    {"", "analyze bad/test.yaml -o out --set force.file=gone.txt", 3, "gone.txt"},
    {": > bad/empty.txt", "analyze bad/test.yaml -o out --set force.file=empty.txt", 3, "empty.txt"},
    {": > bad/empty.mp4", "analyze bad/test.yaml -o out --set video.file=empty.mp4", 3, "empty.mp4"},
    {"cp bad/log.txt bad/log.mp4", "analyze bad/test.yaml -o out --set video.file=log.mp4", 3, "log.mp4"},
    {"V=$(ls bad/*.mp4 | grep -v -e empty -e log -e half); head -c 20000 $V > bad/half.mp4",
     "analyze bad/test.yaml -o out --set video.file=half.mp4", 3, "half.mp4"},
    {"echo precious > file", "analyze bad/test.yaml -o file", 1,
     "cannot make the folder 'file': 'file' is not a folder"},
    {"", "analyze bad/test.yaml -o /dev/full", 1, "cannot make the folder '/dev/full': '/dev/full' is not a folder"},
    {"", "probe nowhere.mp4", 3, "nowhere.mp4"},
    {": > nothing", "probe nothing", 3, "nothing"},
    {"head -c 5000 /dev/urandom > noise.bin", "probe noise.bin", 3, "noise.bin"},
    {"", "simulate nowhere.yaml -o out", 3, "cannot open 'nowhere.yaml': No such file or directory"},
    {"", "simulate simulation.yaml -o /dev/full", 1, "cannot make the folder '/dev/full': '/dev/full' is not a folder"},
    {"", "simulate simulation.yaml -o out --set colour=red", 3, "--set colour: unknown key 'colour'"},
};

static void bad_input(void)
{
	recording();
	CHECK(run("rm -rf bad && cp -r recording bad").code == 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_MSG(run("%s", bad[i].before).code == 0, "cannot prepare '%s'", bad[i].args);
		program_run r = run("\"$T\" %s", bad[i].args);
		CHECK_MSG(r.code == bad[i].code, "'%s' gives exit code %d: %s", bad[i].args, r.code, r.err);
		CHECK_HAS(r.err, bad[i].sentence);
		CHECK_MSG(strncmp(r.err, "temtensile: ", 12) == 0, "'%s' says: %s", bad[i].args, r.err);
		const char *end = strchr(r.err, '\n');
		CHECK_MSG(end && end[1] == '\0', "'%s' says more than one line: %s", bad[i].args, r.err);
		CHECK_STR(r.out, "");
		CHECK_MSG(!in_tmp("out"), "'%s' left a folder", bad[i].args);
	}
	CHECK_STR(run("cat file").out, "precious\n");
}

/* That a recording is cut belongs to the reason why nothing can be said of it. */
static void a_cut_recording_is_told(void)
{
	recording();
	program_run r = run("\"$T\" simulate simulation.yaml -o cut -q --size 320x240 --frames 60 --seed 1 --set "
	                    "video.file=test.mkv && "
	                    "sed -i '/log_starts_at/d;/^sync/d' cut/test.yaml && S=$(stat -c %%s cut/test.mkv) && "
	                    "truncate -s $((S*3/10)) "
	                    "cut/test.mkv && \"$T\" analyze cut/test.yaml -o out --only curve");
	CHECK_MSG(r.code == 1, "%d: %s", r.code, r.err);
	CHECK_HAS(r.err, "the evidence for the clocks is ambiguous");
	CHECK_HAS(r.err, "the file is cut");
	CHECK(!in_tmp("out"));
}

/* 0: all files have a report; 3: one is bad; 1: one could not be read, whatever the others are. */
static void exit_codes_of_probe(void)
{
	static const struct {
		const char *files;
		int code;
	} known[] = {{"recording/log.txt recording/test.mp4", 0},
	             {"recording/log.txt", 0},
	             {"nothing recording/log.txt", 3},
	             {"recording/test.mp4 nothing", 3},
	             {"nowhere.mp4 recording/log.txt", 3},
	             {"recording", 3}};
	recording();
	CHECK(run(": > nothing").code == 0);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		program_run r = run("\"$T\" probe %s", known[i].files);
		CHECK_MSG(r.code == known[i].code, "probe %s gives %d: %s", known[i].files, r.code, r.err);
		CHECK_MSG((r.err[0] == 0) == (r.code == 0), "probe %s says: %s", known[i].files, r.err);
	}
	program_run r = run("\"$T\" probe");
	CHECK_MSG(r.code == 2, "%d", r.code);
}

static void positions_are_told(void)
{
	recording();
	CHECK(run("rm -rf bad && cp -r recording bad").code == 0);
	program_run r = run("sed 's/^  thickness:/  thicknes:/' bad/test.yaml > bad/slip.yaml\n"
	                    "echo bad/slip.yaml:$(grep -n '^  thicknes:' bad/slip.yaml | cut -d: -f1):3:");
	char want[64];
	snprintf(want, sizeof want, "%.*s", (int)strcspn(r.out, "\n"), r.out);
	r = run("\"$T\" analyze bad/slip.yaml -o out");
	CHECK_HAS(r.err, want);
}

static void analyze_leaves_its_files(void)
{
	recording();
	program_run r = run("\"$T\" analyze recording/test.yaml -o results/one --only curve");
	CHECK_MSG(r.code == 0, "analyze: %s", r.err);
	static const char *const files[] = {"curve.csv",         "summary.json",      "stress_strain.pdf",
	                                    "stress_strain.svg", "stress_strain.png", "stress_strain.gp"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		CHECK_MSG(run("test -s results/one/%s", files[i]).code == 0, "%s is missing or empty", files[i]);
	CHECK_STR(run("ls -a results/one | grep -c tt-staging").out, "0\n");
	CHECK_STR(
	    run("head -n 1 results/one/curve.csv").out,
	    "frame,time_s,log_time_s,displacement_nm,force_raw_uN,force_spring_uN,force_uN,gauge_length_px,strain,"
	    "stress_GPa,u_strain,u_stress_GPa,true_strain,true_stress_GPa,zncc,flag\n");
	CHECK_STR(run("wc -l < results/one/curve.csv").out, "81\n");
}

static void same_input_same_bytes(void)
{
	recording();
	program_run r = run("\"$T\" analyze recording/test.yaml -o same/a --only curve --threads 1 && "
	                    "\"$T\" analyze recording/test.yaml -o same/b --only curve --threads 3 --quiet");
	CHECK_MSG(r.code == 0, "analyze: %s", r.err);
	r = run("diff -r same/a same/b");
	CHECK_MSG(r.code == 0, "two runs differ: %s", r.out);
}

static void quiet_and_pipes(void)
{
	recording();
	program_run r = run("\"$T\" analyze recording/test.yaml -o quiet --only curve --quiet");
	CHECK_MSG(r.code == 0, "analyze: %s", r.err);
	CHECK_STR(r.out, "");
	CHECK_STR(r.err, "");
	r = run("\"$T\" analyze recording/test.yaml -o quiet --only curve");
	CHECK(r.code == 0);
	CHECK_MSG(!strchr(r.err, '\r') && !strstr(r.err, "\033["), "a progress bar on a pipe: %s", r.err);
	CHECK(r.out[0] != '\0');
}

static void progress_as_json(void)
{
	recording();
	program_run r =
	    run("\"$T\" analyze recording/test.yaml -o progress --only curve --progress=json 2> lines > words; "
	        "grep -v '^temtensile: warning: ' lines > json; "
	        "grep -c -v -x '{\"stage\":\"[^\"]*\",\"done\":[0-9]*,\"total\":[0-9nul]*,\"elapsed_s\":[0-9.]*,"
	        "\"rate_per_s\":[-+0-9.e]*,\"remaining_s\":[-+0-9.enul]*}' json; tail -n 1 json");
	CHECK(r.code == 0);
	CHECK_MSG(strncmp(r.out, "0\n{", 3) == 0, "not JSON lines: %s", r.out);
}

static void probe_tells_of_all_files(void)
{
	recording();
	program_run r = run("\"$T\" probe recording/log.txt nowhere recording/*.mp4");
	CHECK(r.code == 3);
	CHECK_HAS(r.out, "recording/log.txt\n  format: ");
	CHECK_HAS(r.out, "rows:");
	CHECK_HAS(r.out, "480");
	CHECK_HAS(r.out, "h264");
	CHECK_HAS(r.err, "nowhere");
	r = run("\"$T\" probe recording/log.txt recording/*.mp4");
	CHECK(r.code == 0);
	CHECK_STR(r.err, "");
	r = run("cp recording/log.txt misleading.mp4; cp recording/*.mp4 misleading.txt; \"$T\" probe misleading.mp4 "
	        "misleading.txt");
	CHECK_MSG(r.code == 0, "probe goes by names: %s", r.err);
}

/* A log whose header says nothing that is known. */
static void probe_takes_columns_and_units(void)
{
	static const char all[] = "--columns time=1,force=b,displacement=3 --units time=s,force=uN,displacement=nm";
	program_run r = run("printf 'a;b;c\\n0;1;2\\n1;2,5;3\\n2;3,5;4\\n' > odd.txt; \"$T\" probe odd.txt");
	CHECK(r.code == 3);
	CHECK_HAS(r.err, "no row of its header names a time, a force and a displacement");
	r = run("\"$T\" probe --columns time=1,force=b,displacement=3 odd.txt");
	CHECK(r.code == 3);
	CHECK_HAS(r.err, "column 'a' (time) has no unit");
	r = run("\"$T\" probe %s odd.txt", all);
	CHECK_MSG(r.code == 0, "%s", r.err);
	CHECK_HAS(r.out, "force: column 2 'b' in uN");
	CHECK_HAS(r.out, "force: 1 to 3.5 µN");
	r = run("\"$T\" probe --columns time=1,force=b,displacement=3 --units time=s,force=nm,displacement=nm odd.txt");
	CHECK(r.code == 3);
	CHECK_HAS(r.err, "'nm' of column 'b' is no unit of force");
	r = run("\"$T\" probe --columns time=1,kraft=b odd.txt");
	CHECK(r.code == 2);
	CHECK_HAS(r.err, "--columns: time=…,force=…,displacement=… was expected");
	r = run("printf 'F (uN);d (nm)\\n1;2\\n2,5;3\\n' > odd.txt; \"$T\" probe --sampling-rate 50Hz odd.txt");
	CHECK_MSG(r.code == 0, "%s", r.err);
	CHECK_HAS(r.out, "time: 50 rows a second, as said");
}

static void shared_recording_is_probed(void)
{
	program_run r = run("\"$T\" probe '%s' '%s'", check_shared("recordings/film-50pa/test.avi"),
	                    check_shared("recordings/film-50pa/log.txt"));
	CHECK_MSG(r.code == 0, "%s", r.err);
	CHECK_HAS(r.out, "mpeg4");
	CHECK_HAS(r.out, "TriboScan");
}

static void wait_ms(long ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* Waits until the running job has its working folder, at most ten seconds; false when it ended before. */
static bool wait_for_staging(const char *folder)
{
	char command[700];
	snprintf(command, sizeof command, "ls -d '%s/%s/'.tt-staging-* >/dev/null 2>&1", check_tmp(), folder);
	for (int i = 0; i < 500; i++) {
		if (system(command) == 0) return true;
		wait_ms(20);
	}
	return false;
}

static void interrupted(const char *job, const char *folder, int number)
{
	program_run r = {0};
	for (int attempt = 0; attempt < 5; attempt++) {
		run("rm -rf '%s'", folder);
		pid_t pid = start("exec \"$T\" %s -o '%s'", job, folder);
		bool seen = wait_for_staging(folder);
		kill(pid, number);
		r = finish(pid);
		if (seen && r.code != 0) break; /* a job that was done before the signal came is tried again */
	}
	CHECK_MSG(r.code == 130, "'%s' gives exit code %d after signal %d: %s", job, r.code, number, r.err);
	CHECK_STR(r.err, "temtensile: interrupted\n");
	CHECK_MSG(!in_tmp(folder), "'%s' left a folder after signal %d", job, number);
}

static void ctrl_c_leaves_nothing(void)
{
	recording();
	interrupted("analyze recording/test.yaml", "stopped", SIGINT);
	interrupted("analyze recording/test.yaml", "stopped", SIGTERM);
	interrupted("simulate simulation.yaml --size 800x600 --frames 300", "stopped", SIGINT);
}

static void ctrl_c_keeps_old_results(void)
{
	recording();
	program_run r = run("\"$T\" analyze recording/test.yaml -o kept --only curve --quiet && cp -r kept before");
	CHECK_MSG(r.code == 0, "analyze: %s", r.err);
	pid_t pid = start("exec \"$T\" analyze recording/test.yaml -o kept --only curve --quiet");
	wait_for_staging("kept");
	kill(pid, SIGINT);
	finish(pid);
	r = run("diff -r before kept");
	CHECK_MSG(r.code == 0, "an interrupted run touched old results: %s", r.out);
}

static void full_disk_leaves_nothing(void)
{
	recording();
	if (geteuid() != 0) CHECK_SKIP("only root can mount a small disk");
	program_run r = run("mkdir -p small && mount -t tmpfs -o size=16k none small");
	if (r.code != 0) CHECK_SKIP("no small disk can be mounted here");
	r = run("\"$T\" analyze recording/test.yaml -o small/out --only curve");
	program_run left = {0};
	int code = r.code;
	char said[1000];
	snprintf(said, sizeof said, "%s", r.err);
	left = run("ls -A small; umount small");
	CHECK_MSG(code == 1, "a full disk gives exit code %d: %s", code, said);
	CHECK_HAS(said, "No space left on device");
	CHECK_STR(left.out, "");
}

static const check_case cases[] = {
    {"bad input", bad_input},
    {"a cut recording is told", a_cut_recording_is_told},
    {"exit codes of probe", exit_codes_of_probe},
    {"positions are told", positions_are_told},
    {"analyze leaves its files", analyze_leaves_its_files},
    {"same input, same bytes", same_input_same_bytes},
    {"quiet and pipes", quiet_and_pipes},
    {"progress as JSON", progress_as_json},
    {"probe tells of all files", probe_tells_of_all_files},
    {"probe takes columns and units", probe_takes_columns_and_units},
    {"shared recording is probed", shared_recording_is_probed},
    {"Ctrl-C leaves nothing", ctrl_c_leaves_nothing},
    {"Ctrl-C keeps old results", ctrl_c_keeps_old_results},
    {"full disk leaves nothing", full_disk_leaves_nothing},
};

CHECK_MAIN(cases)
