/*
 * input_file.h - a file that a verb was given, whole.
 */
#ifndef CLI_INPUT_FILE_H
#define CLI_INPUT_FILE_H

#include "base/slice.h"

/*
 * The bytes of the file, or of standard input where the path is "-", into the arena. ERR_SYSTEM:
 * it cannot be opened or read, or has more than `size_max` bytes; the error names it.
 */
enum status input_file(struct slice *out, struct arena *arena, const char *path, size_t size_max,
		       struct error *err) MUST_CHECK;

#endif
