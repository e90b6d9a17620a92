/* Files read and written so that no byte is lost in silence.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/files.h"
#include "core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

tt_status tt_fail_write(tt_error *err, const char *shown, int why)
{
	return tt_fail(err, TT_ERR_FAILED, "cannot write '%s': %s", shown, why ? strerror(why) : "unknown error");
}

tt_status tt_fail_read(tt_error *err, const char *shown, int why)
{
	return tt_fail(err, why == EISDIR ? TT_ERR_INPUT : TT_ERR_FAILED, "cannot read '%s': %s", shown,
	               strerror(why ? why : EIO));
}

/* Not every file can be synced (pipes, devices): that is no loss of bytes. */
static bool sync_failed(int fd)
{
	return fsync(fd) != 0 && errno != EINVAL && errno != EROFS && errno != ENOTSUP;
}

tt_status tt_close_checked(FILE *f, const char *shown, tt_error *err)
{
	errno = 0;
	int why = 0;
	bool failed = ferror(f) != 0; /* an earlier write failed; its errno is gone, a flush often fails the same way */
	if (fflush(f) != 0 || sync_failed(fileno(f))) {
		failed = true;
		why = errno;
	}
	if (fclose(f) != 0 && !failed) {
		failed = true;
		why = errno;
	}
	if (failed && !why) why = EIO;
	return failed ? tt_fail_write(err, shown, why) : TT_OK;
}

tt_status tt_sync_path(const char *path, const char *shown, tt_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return tt_fail_write(err, shown, errno);
	int why = sync_failed(fd) ? errno : 0;
	close(fd);
	return why ? tt_fail_write(err, shown, why) : TT_OK;
}

static bool is_folder(const char *path)
{
	struct stat s;
	return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

/* Makes one folder; 1 made, 0 there already, -1 failed with a sentence. */
static int make_one(const char *path, const char *whole, tt_error *err)
{
	if (mkdir(path, 0777) == 0) return 1;
	int why = errno;
	if (why == EEXIST && is_folder(path)) return 0;
	if (why == EEXIST || why == ENOTDIR)
		tt_fail(err, TT_ERR_FAILED, "cannot make the folder '%s': '%s' is not a folder", whole, path);
	else
		tt_fail(err, TT_ERR_FAILED, "cannot make the folder '%s': %s", whole, strerror(why));
	return -1;
}

tt_status tt_make_folders(const char *path, char **first_made, tt_error *err)
{
	if (first_made) *first_made = NULL;
	char *work = tt_strdup(path);
	if (!work) return tt_fail_memory(err, path);
	size_t n = strlen(work);
	while (n > 1 && work[n - 1] == '/')
		work[--n] = '\0';
	int made = 0;
	for (size_t i = 1; i <= n && made >= 0; i++) {
		if (work[i] != '/' && work[i] != '\0') continue;
		if (work[i - 1] == '/') continue;
		char kept = work[i];
		work[i] = '\0';
		/* Parents that exist may lie where this user may not make anything. */
		made = kept && is_folder(work) ? 0 : make_one(work, path, err);
		if (made == 1 && first_made && !*first_made && !(*first_made = tt_strdup(work))) {
			rmdir(work); /* nobody could take it away later */
			made = -1;
			tt_fail_memory(err, path);
		}
		work[i] = kept;
	}
	free(work);
	return made < 0 ? TT_ERR_FAILED : TT_OK;
}

bool tt_process_is_gone(long pid)
{
	return pid <= 0 || (kill((pid_t)pid, 0) != 0 && errno == ESRCH);
}
