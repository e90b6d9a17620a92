/* Folders of results between machines that share nothing but them: no lock is carried from one to the other.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "check.h"
#include "core/outdir.h"
#include "core/staging.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static tt_error err;
static int refusal; /* of the file system, or 0 */

/* The file system's, in place of the C library's. */
int flock(int fd, int operation)
{
	if (refusal) {
		errno = refusal;
		return -1;
	}
	return (int)syscall(SYS_flock, fd, operation);
}

/* What a run leaves that ends with its machine. Returns its working folder. */
static const char *left_by(const char *folder, const char *host, long pid)
{
	static char path[600];
	char file[700];
	struct stat s;
	tt_outdir *dir;
	CHECK(tt_outdir_open(folder, &dir, &err) == TT_OK); /* makes it */
	tt_outdir_abort(dir);
	CHECK(mkdir(folder, 0777) == 0 || errno == EEXIST);
	snprintf(path, sizeof path, "%s/" TT_STAGING "%ld", folder, pid);
	CHECK(mkdir(path, 0777) == 0 && stat(path, &s) == 0);
	snprintf(file, sizeof file, "%s/" TT_OWNER, path);
	FILE *f = fopen(file, "w");
	CHECK(f);
	fprintf(f, "temtensile %llu %ld %s\n", (unsigned long long)s.st_ino, pid, host);
	fclose(f);
	return path;
}

static bool can_be_filled(const char *folder)
{
	tt_outdir *dir;
	FILE *f;
	if (tt_outdir_open(folder, &dir, &err) != TT_OK) return false;
	CHECK(tt_outdir_fopen(dir, "summary.json", &f, &err) == TT_OK);
	fputs("{}", f);
	CHECK(tt_outdir_fclose(dir, f, "summary.json", &err) == TT_OK);
	return tt_outdir_commit(dir, "summary.json", &err) == TT_OK;
}

/* Whether its file system locks for one machine (NFS, folders), or not at all (Lustre, as it is often mounted). */
static void dead_machine_stands_in_nobodys_way(void)
{
	static const int refusals[] = {0, ENOLCK, ENOSYS, EBADF};
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		char folder[600];
		snprintf(folder, sizeof folder, "%s/dead%zu", check_tmp(), i);
		refusal = 0;
		const char *staging = left_by(folder, "another-node", 4711);
		refusal = refusals[i];
		CHECK_MSG(can_be_filled(folder), "%s: %s", strerror(refusals[i]), err.message);
		CHECK(access(staging, F_OK) != 0);
	}
	refusal = 0;
}

/* On this machine the process number decides where there are no locks. */
static void process_of_this_machine(void)
{
	char host[256] = "", folder[600];
	CHECK(gethostname(host, sizeof host - 1) == 0);
	snprintf(folder, sizeof folder, "%s/alive", check_tmp());
	left_by(folder, host, (long)getppid());
	refusal = ENOLCK;
	CHECK(!can_be_filled(folder));
	CHECK_HAS(err.message, "another run (process");
	refusal = 0;
}

static const check_case cases[] = {
    {"a dead machine stands in nobody's way", dead_machine_stands_in_nobodys_way},
    {"a process of this machine that is alive does", process_of_this_machine},
};
CHECK_MAIN(cases)
