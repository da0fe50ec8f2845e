#include "tests/support/scratch.h"

#include <dirent.h>
#include <unistd.h>

#include "tests/support/test.h"

void scratch_make(char path[SCRATCH_PATH_SIZE])
{
	const char *parent = getenv("TMPDIR");
	int length = snprintf(path, SCRATCH_PATH_SIZE, "%s/covermirror-test-XXXXXX",
			      parent && *parent ? parent : "/tmp");

	assert_in_range(length, 1, SCRATCH_PATH_SIZE - 1);
	assert_non_null(mkdtemp(path));
}

void scratch_remove(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	char name[SCRATCH_PATH_SIZE + sizeof(entry->d_name) + 1];

	while (folder && (entry = readdir(folder))) {
		(void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			(void)unlink(name);
	}
	if (folder)
		(void)closedir(folder);
	(void)rmdir(path);
}
