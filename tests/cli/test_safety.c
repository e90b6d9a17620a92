/* What the program must never do: replace what it reads or what no run left, mix two runs, follow links when it cleans,
 * open what it was not given, take a failed read for an end, leave half a file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "program.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* what was observed is kept from run to run */
#define SAME "diff -r -x observation.ttobs -x .temtensile-record one fresh"
#define HASH "cat $(find . -type f -not -name 'std*' | sort) | sha256sum"

static char *copy_of(const char *text)
{
	static char kept[256];
	snprintf(kept, sizeof kept, "%.255s", text);
	return kept;
}

/* Runs a command that has to be refused, and compares a folder before and after. */
static void refused(const char *folder, const char *command, const char *sentence)
{
	char before[256];
	snprintf(before, sizeof before, "%s", copy_of(run("cd %s && " HASH, folder).out));
	program_run r = run("cd %s && %s", folder, command);
	CHECK_MSG(r.code == 1 || r.code == 3, "'%s' gives exit code %d: %s", command, r.code, r.err);
	CHECK_HAS(r.err, sentence);
	CHECK_STR(run("cd %s && " HASH, folder).out, before);
	CHECK_MSG(run("find %s -name '.tt-*' | grep .", folder).code != 0, "'%s' left a working folder", command);
}

static void inputs_are_not_overwritten(void)
{
	recording();
	CHECK(run("cp -r recording own && rm own/.temtensile-record && cp own/log.txt own/curve.csv && sed -i 's/file: "
	          "log.txt/file: curve.csv/' own/test.yaml")
	          .code == 0);
	refused("own", "\"$T\" analyze test.yaml -o .", "this run reads it");
	refused("own", "\"$T\" analyze test.yaml -o . --force", "this run reads it");
	CHECK(run("cp -r recording linked && rm linked/.temtensile-record && cp linked/log.txt real.txt && cd linked "
	          "&& ln -s ../real.txt curve.csv && "
	          "sed -i 's/file: log.txt/file: ..\\/real.txt/' test.yaml")
	          .code == 0);
	refused("linked", "\"$T\" analyze test.yaml -o . --force", "this run reads it");
	CHECK(run("mkdir -p pictures && cp recording/*.mp4 pictures/v.pgm").code == 0);
	refused("pictures", "\"$T\" frame v.pgm -n 3 -o v.pgm --force", "this run reads it");
	CHECK(run("ln pictures/v.pgm pictures/w.pgm").code == 0);
	refused("pictures", "\"$T\" frame v.pgm -n 3 -o w.pgm --force", "this run reads it");
	CHECK(run("cd pictures && \"$T\" frame v.pgm -n 1 -o a.pgm && \"$T\" frame v.pgm -n 2 -o b.pgm").code == 0);
	refused("pictures", "\"$T\" correlate a.pgm b.pgm -o a.pgm --force", "this run reads it");
	refused("pictures", "\"$T\" correlate a.pgm b.pgm -o b.pgm --force", "this run reads it");
}

static void what_no_run_left_stays(void)
{
	recording();
	CHECK(run("cp -r recording bystander && cd bystander && rm -f .temtensile-record && echo mine > curve.csv")
	          .code == 0);
	refused("bystander", "\"$T\" analyze test.yaml -o . --only curve", "left by no run");
	refused("bystander", "\"$T\" simulate ../simulation.yaml -o .", "left by no run");
	program_run r = run("cd bystander && \"$T\" analyze test.yaml -o . --only curve --force -q");
	CHECK_MSG(r.code == 0, "%s", r.err);
	CHECK(run("cd bystander && test -f test.mp4 && head -n 1 curve.csv | grep -q ^frame").code == 0);
	/* what a run left is replaced by the next, unless it was changed since */
	r = run("cd bystander && \"$T\" analyze test.yaml -o . --only curve -q");
	CHECK_MSG(r.code == 0, "%s", r.err);
	CHECK(run("cd bystander && echo '# mine' >> stress_strain.gp").code == 0);
	refused("bystander", "\"$T\" analyze test.yaml -o . --only curve",
	        "was changed since a run left it: move it away");
	/* an edited figure script: moved away it stays, and the run goes through */
	r = run("cd bystander && mv stress_strain.gp mine.gp && \"$T\" analyze test.yaml -o . --only curve -q && tail "
	        "-n 1 mine.gp && "
	        "test -f stress_strain.gp && echo '# mine' >> stress_strain.gp && \"$T\" analyze test.yaml -o . --only "
	        "curve -q --force && "
	        "! grep mine stress_strain.gp");
	CHECK_MSG(r.code == 0, "%s%s", r.out, r.err);
	CHECK_STR(r.out, "# mine\n");
	/* single files */
	CHECK(run("mkdir -p single && cp recording/*.mp4 single/v.mp4 && echo mine > single/x.pgm").code == 0);
	refused("single", "\"$T\" frame v.mp4 -n 1 -o x.pgm", "left by no run");
	CHECK(run("cd single && \"$T\" frame v.mp4 -n 1 -o y.pgm && \"$T\" frame v.mp4 -n 2 -o y.pgm").code == 0);
	CHECK(run("cd single && \"$T\" frame v.mp4 -n 1 -o x.pgm --force").code == 0);
	/* a folder that another command filled */
	refused("recording", "\"$T\" analyze test.yaml -o . --only curve", "holds what `simulate` left");
}

static void a_folder_holds_one_run(void)
{
	recording();
	program_run r = run("\"$T\" analyze recording/test.yaml -o one -q --set properties.draws=100 --no-movie && "
	                    "test -f one/report.html && test -f one/results.mat && "
	                    "\"$T\" analyze recording/test.yaml -o one -q --only curve && "
	                    "\"$T\" analyze recording/test.yaml -o fresh -q --only curve && " SAME);
	CHECK_MSG(r.code == 0, "%s%s", r.out, r.err);
	/* what is not a run's stays */
	r = run("echo mine > one/notes.txt && mkdir one/sub && echo too > one/sub/a && "
	        "\"$T\" analyze recording/test.yaml -o one -q --only curve && cat one/notes.txt one/sub/a && rm -r "
	        "one/notes.txt "
	        "one/sub && " SAME);
	CHECK_MSG(r.code == 0, "%s%s", r.out, r.err);
	CHECK_STR(r.out, "mine\ntoo\n");
}

static void no_link_is_followed(void)
{
	recording();
	CHECK(run("mkdir -p victim trap && echo precious > victim/a && ln -s ../victim trap/.tt-staging-1x && "
	          "ln -s ../victim trap/.tt-staging-1 && mkdir trap/.tt-staging-77.yaml && echo mine > "
	          "trap/.tt-staging-77.yaml/b && mkdir trap/.tt-staging-999999 && echo mine > "
	          "trap/.tt-staging-999999/c && "
	          "ln -s ../victim trap/deep")
	          .code == 0);
	program_run r = run("\"$T\" analyze recording/test.yaml -o trap --only curve -q");
	CHECK_MSG(r.code == 0, "%s", r.err);
	r = run("cat victim/a trap/.tt-staging-77.yaml/b trap/.tt-staging-999999/c && test -L trap/deep && ls victim");
	CHECK_STR(r.out, "precious\nmine\nmine\na\n");
}

/* A recording that takes a while, and an analysis of it that has begun to work. */
static pid_t start_long(const char *out)
{
	CHECK(
	    run("test -d long/in || \"$T\" simulate simulation.yaml -o long/in --size 640x480 --frames 300 --seed 2 -q")
	        .code == 0);
	pid_t pid = start("exec \"$T\" analyze long/in/test.yaml -o %s -q", out);
	for (int i = 0; i < 500 && run("ls -d %s/.tt-staging-* 2>/dev/null", out).code != 0; i++)
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	return pid;
}

static void two_runs_one_folder(void)
{
	recording();
	pid_t pid = start_long("long/out");
	program_run r = run("\"$T\" analyze recording/test.yaml -o long/out --only curve");
	CHECK_MSG(r.code == 1, "two runs at once: %d, %s", r.code, r.err);
	CHECK_HAS(r.err, "another run (process ");
	kill(pid, SIGINT);
	finish(pid);
}

/* Two studies into one folder: the second is refused before it has changed anything. */
static void two_studies_one_folder(void)
{
	recording();
	CHECK(
	    run("test -d long/in || \"$T\" simulate simulation.yaml -o long/in --size 640x480 --frames 300 --seed 2 -q")
	        .code == 0);
	CHECK(
	    run("printf 'name: first\\ntests: [long/in/test.yaml, recording/test.yaml]\\n' > first.yaml; printf 'name: "
	        "second\\ntests: [recording/test.yaml, long/in/test.yaml]\\n' > second.yaml")
	        .code == 0);
	pid_t pid = start("exec \"$T\" compare first.yaml -o double -q");
	for (int i = 0; i < 500 && run("ls -A double 2>/dev/null | grep .").code != 0; i++)
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	program_run r = run("\"$T\" compare second.yaml -o double -q");
	CHECK_MSG(r.code == 1, "two studies at once: %d, %s", r.code, r.err);
	CHECK_HAS(r.err, "another run (process ");
	kill(pid, SIGINT);
	finish(pid);
}

static void replaced_under_way(void)
{
	recording();
	pid_t pid = start_long("replaced");
	CHECK(run("cp long/in/log.txt new.txt && echo >> new.txt && mv new.txt long/in/log.txt").code == 0);
	program_run r = finish(pid);
	CHECK_MSG(r.code == 1, "%d: %s", r.code, r.err);
	CHECK_HAS(r.err, "log.txt' was replaced while it was read");
	CHECK(run("test -e replaced").code != 0);
}

static void signals_leave_nothing(void)
{
	static const int number[] = {SIGINT, SIGTERM, SIGHUP};
	recording();
	for (size_t i = 0; i < sizeof number / sizeof *number; i++) {
		pid_t pid = start_long("signalled");
		kill(pid, number[i]);
		program_run r = finish(pid);
		CHECK_MSG(r.code == 130, "signal %d: %d, %s", number[i], r.code, r.err);
		CHECK_STR(r.err, "temtensile: interrupted\n");
		CHECK(run("test -e signalled").code != 0);
	}
}

/* Whether the process is the program and hears the signal; *early: before its libraries are there. */
static bool hears(pid_t pid, int number, bool *early)
{
	char path[64], line[4096] = "", exe[600] = "";
	unsigned long long caught = 0;
	snprintf(path, sizeof path, "/proc/%ld/exe", (long)pid);
	if (readlink(path, exe, sizeof exe - 1) < 0 || !strstr(exe, "temtensile")) return false;
	snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
	FILE *f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "SigCgt: %llx", &caught) == 1) break;
	if (f) fclose(f);
	if (!(caught >> (number - 1) & 1)) return false;
	*early = true;
	snprintf(path, sizeof path, "/proc/%ld/maps", (long)pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f))
		if (strstr(line, "libtemtensile")) *early = false;
	if (f) fclose(f);
	return true;
}

/* What waits for a pipe shall not end by itself. */
static void signals_are_heard_at_once(void)
{
	static const int number[] = {SIGINT, SIGTERM, SIGHUP};
	int early = 0, tries = 0;
	CHECK(run("mkfifo endless.mp4").code == 0);
	/* to see it that early takes some luck */
	for (int i = 0; i < 12 || (early == 0 && i < 200); i++, tries++) {
		bool before_libraries = false;
		pid_t pid = start("exec \"$T\" frame endless.mp4 -n 1 -o never.pgm");
		for (int k = 0; k < 20000 && !hears(pid, number[i % 3], &before_libraries); k++)
			nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
		kill(pid, number[i % 3]);
		program_run r = finish(pid);
		CHECK_MSG(r.code == 130, "signal %d: %d, %s", number[i % 3], r.code, r.err);
		CHECK_STR(r.err, "temtensile: interrupted\n");
		early += before_libraries;
	}
	check_note("%d of %d signals heard before the libraries were loaded", early, tries);
	CHECK(early > 0);
	CHECK(run("ls never.pgm .tt-*").code != 0);
}

static void names_of_tests_stay_inside(void)
{
	recording();
	program_run r =
	    run("mkdir -p names/in/x && cp -r recording names/in/a && cd names/in && cp a/test.yaml a/..yaml && cp "
	        "a/test.yaml "
	        "a/study.html.yaml && cp a/test.yaml a/.tt-staging-77.yaml && printf 'tests: [{test: a/..yaml, film: "
	        "{deposition_pressure: 1 Pa}}, "
	        "{test: x/../a/study.html.yaml, film: {deposition_pressure: 2 Pa}}, {test: a/.tt-staging-77.yaml, "
	        "film: {deposition_pressure: 3 Pa}}]\\nvariants: true\\n' > study.yaml && find .. -newer study.yaml > "
	        "/dev/null; touch ../../stamp; \"$T\" compare study.yaml -o out -q; find .. -newer ../../stamp -type f "
	        "-not -path "
	        "'../in/out/*'; ls -A out");
	CHECK_MSG(r.code == 0, "%s%s", r.out, r.err);
	CHECK_MSG(!strstr(r.out, "../") && !strstr(r.out, ".tt-"), "outside: %s", r.out);
	/* one folder each, none of them the study's own, and its page is a page */
	r = run("cd names/in && ls -d out/*/summary.json | wc -l && ls out/summary.json 2>/dev/null; test -f "
	        "out/study.html && "
	        "\"$T\" compare study.yaml -o out -q && ls -d out/*/summary.json | wc -l");
	CHECK_STR(r.out, "3\n3\n");
}

/* A stack of frames that is cut while it is read: the program lives and says so. */
static void a_stack_is_cut(void)
{
	program_run r =
	    run("head -c 128 /dev/zero > h; printf '\\223NUMPY\\001\\000v\\000{\"descr\": \"|u1\", \"fortran_order\": "
	        "False, \"shape\": (400, 600, 800), }' > s.npy; head -c 60 /dev/zero | tr '\\0' ' ' >> s.npy; "
	        "sed -i \"s/\\\"/'/g\" s.npy; truncate -s 128 s.npy; head -c 192000000 /dev/urandom >> s.npy; "
	        "\"$T\" probe s.npy");
	if (r.code != 0) CHECK_SKIP("no such stack can be made here: %s", r.err);
	pid_t pid = start("exec \"$T\" frame s.npy --every 1 -o stackout -q");
	for (int k = 0; k < 500 && run("ls stackout/.tt-staging-*/frame_00003.pgm 2>/dev/null").code != 0; k++)
		nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	CHECK(run("truncate -s 5000000 s.npy").code == 0);
	r = finish(pid);
	CHECK_MSG(r.code == 1, "exit code %d: %s", r.code, r.err);
	CHECK_HAS(r.err, "s.npy");
	CHECK(run("test -e stackout; s=$?; rm -f s.npy; exit $s").code != 0);
}

static void only_what_was_given_is_opened(void)
{
	recording();
	static const char *const lists[][2] = {
	    {"printf 'ffconcat version 1.0\\nfile recording/test.mp4\\n' > list.ffconcat", "list.ffconcat"},
	    {"printf '#EXTM3U\\n#EXT-X-TARGETDURATION:5\\n#EXTINF:5,\\nrecording/test.mp4\\n#EXT-X-ENDLIST\\n' > "
	     "list.m3u8",
	     "list.m3u8"},
	    {"printf 'v=0\\no=- 0 0 IN IP4 127.0.0.1\\ns=x\\nc=IN IP4 127.0.0.1\\nt=0 0\\nm=video 5004 RTP/AVP "
	     "96\\na=rtpmap:96 "
	     "H264/90000\\n' > list.sdp",
	     "list.sdp"},
	    {"printf '<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
	     "profiles=\"urn:mpeg:dash:profile:isoff-on-demand:2011\"><Period><AdaptationSet "
	     "mimeType=\"video/mp4\"><Representation "
	     "id=\"1\" "
	     "bandwidth=\"1\"><BaseURL>recording/test.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>' > "
	     "list.mpd",
	     "list.mpd"}};
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		CHECK(run("%s", lists[i][0]).code == 0);
		program_run r = run("\"$T\" frame %s -o list.pgm", lists[i][1]);
		CHECK_MSG(r.code == 3, "%s gives %d: %s", lists[i][1], r.code, r.err);
		CHECK_MSG(strstr(r.err, "refers to other files") || strstr(r.err, "is a text file"), "%s: %s",
		          lists[i][1], r.err);
		CHECK(run("test -e list.pgm").code != 0);
	}
}

static void compare_spares_its_inputs(void)
{
	recording();
	CHECK(run("mkdir -p place && for i in a b; do cp -r recording place/$i; rm place/$i/.temtensile-record; cp "
	          "place/$i/log.txt "
	          "place/$i/curve.csv; sed -i 's/file: log.txt/file: curve.csv/' place/$i/test.yaml; done; printf "
	          "'tests: "
	          "[a/test.yaml, b/test.yaml]\\n' > place/study.yaml")
	          .code == 0);
	program_run r = run(
	    "cd place && sha256sum */* > ../before; \"$T\" compare study.yaml -o . -q; sha256sum -c --quiet ../before");
	CHECK_MSG(r.code == 0, "%s%s", r.out, r.err);
}

static void limits_on_size(void)
{
	program_run r =
	    run("python3 - <<'E'\nimport struct,zlib\nw=h=65500\n"
	        "row=zlib.compress(b'\\0'*w*500)\nstrips=131\n"
	        "ents=[(256,4,1,w),(257,4,1,h),(258,3,1,8),(259,3,1,8),(262,3,1,1),(277,3,1,1),(278,4,1,500)]\n"
	        "data=8\nbody=row*strips\noff=[8+i*len(row) for i in range(strips)]\n"
	        "o=struct.pack('<%%dI'%%strips,*off);c=struct.pack('<%%dI'%%strips,*[len(row)]*strips)\n"
	        "ents+=[(273,4,strips,8+len(body)),(279,4,strips,8+len(body)+len(o))]\nents.sort()\n"
	        "ifd=8+len(body)+len(o)+len(c)\n"
	        "d=struct.pack('<H',len(ents))+b''.join(struct.pack('<HHII',*e) for e in ents)+b'\\0'*4\n"
	        "open('bomb.tif','wb').write(b'II*\\0'+struct.pack('<I',ifd)+body+o+c+d)\nE");
	if (r.code != 0) CHECK_SKIP("no python3 to make the file with");
	r = run("ulimit -v 3000000; \"$T\" frame bomb.tif -o bomb.pgm");
	CHECK_MSG(r.code == 3, "%d: %s", r.code, r.err);
	CHECK_HAS(r.err, "65500 x 65500 pixels");
	CHECK_HAS(r.err, "max_pixels");
	r = run("head -c 200000 /dev/zero | tr '\\0' '[' > deep.yaml; timeout 10 \"$T\" analyze deep.yaml -o deep");
	CHECK_MSG(r.code == 3, "%d: %s", r.code, r.err);
	CHECK_HAS(r.err, "more than 64 levels deep");
	r = run("(echo 'name:'; for i in $(seq 20000); do echo \" - &a$i x\"; done) > anchors.yaml; timeout 10 \"$T\" "
	        "analyze "
	        "anchors.yaml -o deep");
	CHECK_MSG(r.code == 3, "%d: %s", r.code, r.err);
	CHECK_HAS(r.err, "more than 1000 anchors");
}

static void keys_that_meet_in_a_mat_file(void)
{
	recording();
	program_run r =
	    run("\"$T\" analyze recording/test.yaml -o meet -q --no-movie --no-report --set properties.draws=100 --set "
	        "film.a-b=1 --set film.a_b=2");
	CHECK_MSG(r.code == 0, "%d: %s", r.code, r.err);
}

static void mat_files(void)
{
	recording();
	program_run r = run(
	    "test -f one/results.mat || \"$T\" analyze recording/test.yaml -o one -q --no-movie --no-report --set "
	    "properties.draws=100; cp one/results.mat whole.mat; S=$(stat -c %%s whole.mat); bad=0; for i in $(seq 1 "
	    "15); do head -c $((S*i/16)) whole.mat > cut.mat; \"$T\" mat cut.mat -o never.mat 2>/dev/null; "
	    "[ $? = 3 ] || bad=$((bad+1)); done; echo $bad; \"$T\" mat whole.mat -o h.mat --hdf && \"$T\" mat h.mat "
	    "-o back.mat && ls back.mat; ls never.mat");
	CHECK_MSG(strncmp(r.out, "0\nback.mat\n", 11) == 0, "%s%s", r.out, r.err);
	CHECK(run("test -e never.mat").code != 0);
	r = run("trap '' XFSZ; ulimit -f 8; \"$T\" mat whole.mat -o small.mat > /dev/null 2> said; echo $? > code; cat "
	        "said code");
	CHECK_HAS(r.out, "\n1\n");
	CHECK_HAS(r.out, "small.mat");
	r = run("ulimit -f 8; \"$T\" mat whole.mat --hdf -o small.mat > /dev/null 2> said; echo $? > code; cat said "
	        "code; ls small.mat");
	CHECK_HAS(r.out, "\n1\n");
	CHECK(run("test -e small.mat").code != 0);
}

static void file_size_limit_is_a_sentence(void)
{
	recording();
	program_run r = run(
	    "ulimit -f 8; \"$T\" analyze recording/test.yaml -o limited --only curve 2> said; echo $? > code; cat said "
	    "code");
	CHECK_HAS(r.out, "File too large");
	CHECK_HAS(r.out, "\n1\n");
	CHECK(run("test -e limited").code != 0);
}

static const check_case cases[] = {
    {"inputs are not overwritten", inputs_are_not_overwritten},
    {"what no run left stays", what_no_run_left_stays},
    {"a folder holds one run", a_folder_holds_one_run},
    {"no link is followed", no_link_is_followed},
    {"two runs, one folder", two_runs_one_folder},
    {"two studies, one folder", two_studies_one_folder},
    {"replaced under way", replaced_under_way},
    {"signals leave nothing", signals_leave_nothing},
    {"signals are heard at once", signals_are_heard_at_once},
    {"names of tests stay inside", names_of_tests_stay_inside},
    {"a stack is cut", a_stack_is_cut},
    {"only what was given is opened", only_what_was_given_is_opened},
    {"compare spares its inputs", compare_spares_its_inputs},
    {"limits on size", limits_on_size},
    {"keys that meet in a MAT file", keys_that_meet_in_a_mat_file},
    {"MAT files", mat_files},
    {"file size limit is a sentence", file_size_limit_is_a_sentence},
};

CHECK_MAIN(cases)
