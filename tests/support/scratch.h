/*
 * scratch.h - a folder in $TMPDIR or /tmp that goes away again.
 */
#ifndef TESTS_SUPPORT_SCRATCH_H
#define TESTS_SUPPORT_SCRATCH_H

enum { SCRATCH_PATH_SIZE = 256 };

/* Makes an empty folder and writes its path; ends the test where that fails. */
void scratch_make(char path[SCRATCH_PATH_SIZE]);

/* Removes the folder and the files in it (a store's; no folders below). */
void scratch_remove(const char *path);

#endif
