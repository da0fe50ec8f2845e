#include "store/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PID_SIZE = 32, TEXT_SIZE = PID_SIZE + STORE_TROUBLE_SIZE, PATH_SIZE = 4096 };

int store_writer_sign(int fd)
{
	/* Of the open file, not of the process: another descriptor that is closed loses nothing. */
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char text[PID_SIZE];
	int length = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (fcntl(fd, F_OFD_SETLK, &lock) || ftruncate(fd, 0))
		return -1;
	return pwrite(fd, text, (size_t)length, 0) == length ? 0 : -1;
}

int store_writer_tell(int fd, const char *trouble)
{
	char text[TEXT_SIZE];
	int length = snprintf(text, sizeof(text), "%ld\n%.*s%s", (long)getpid(),
			      STORE_TROUBLE_SIZE - 2, trouble, *trouble ? "\n" : "");
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}};
	struct stat info;

	if (fstat(fd, &info))
		return -1;
	times[1] = info.st_mtim; /* it is the writer's beginning */
	if (pwrite(fd, text, (size_t)length, 0) != length || ftruncate(fd, length))
		return -1;
	return futimens(fd, times);
}

static void read_trouble(char out[STORE_TROUBLE_SIZE], const char *words)
{
	const char *end = strchr(words, '\n');

	if (end)
		(void)snprintf(out, STORE_TROUBLE_SIZE, "%.*s", (int)(end - words), words);
}

/* 0, or errno. */
static int read_signature(struct store_writer *out, int fd)
{
	char text[TEXT_SIZE] = {0};
	char *end;
	struct stat info;

	if (pread(fd, text, sizeof(text) - 1, 0) < 0 || fstat(fd, &info))
		return errno;
	out->pid = strtol(text, &end, 10); /* nothing yet between the lock and the words */
	if (*end == '\n')
		read_trouble(out->trouble, end + 1);
	out->since_ms =
		(uint64_t)info.st_mtim.tv_sec * 1000 + (uint64_t)info.st_mtim.tv_nsec / 1000000;
	return 0;
}

enum status store_writer_look(struct store_writer *out, const char *store_path, struct error *err)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	char path[PATH_SIZE];
	int problem = 0;
	int fd;

	*out = (struct store_writer){0};
	if (snprintf(path, sizeof(path), "%s/writer", store_path) >= (int)sizeof(path))
		return error_set(err, ERR_USAGE, "store.path is too long");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return OK;
	if (fd < 0)
		return error_set(err, ERR_SYSTEM, "cannot read %s: %s", path, strerror(errno));
	if (fcntl(fd, F_OFD_GETLK, &lock))
		problem = errno;
	else
		out->is_there = lock.l_type != F_UNLCK;
	if (out->is_there)
		problem = read_signature(out, fd);
	(void)close(fd);
	return problem ? error_set(err, ERR_SYSTEM, "cannot look at %s: %s", path,
				   strerror(problem))
		       : OK;
}
