/*
 * replay.c - a fuzzer as an ordinary test: runs the committed corpus of the fuzzer that this is
 * linked to, tests/fuzz/corpus/<program's name>/, and some thousand seeded mutations of it.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	INPUTS_MAX = 1024,
	INPUT_SIZE_MAX = 64 * 1024,
	MUTATIONS = 5000,
	CHANGES_MAX = 4,
	PATH_SIZE = 4096
};

struct input {
	uint8_t *data;
	size_t size;
};

static uint64_t random_word(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* 0 where there is nothing to choose from. */
static size_t below(uint64_t *state, size_t limit)
{
	return limit ? (size_t)(random_word(state) % limit) : 0;
}

static const char *program_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int read_input(struct input *out, const char *folder, const char *name)
{
	char path[PATH_SIZE];
	FILE *file;
	int length = snprintf(path, sizeof(path), "%s/%s", folder, name);

	if (length < 0 || (size_t)length >= sizeof(path))
		return 0;
	file = fopen(path, "rb");
	if (!file)
		return 0;
	out->data = xmalloc(INPUT_SIZE_MAX);
	out->size = fread(out->data, 1, INPUT_SIZE_MAX, file);
	(void)fclose(file);
	return 1;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* In the order of their names, so that every machine makes the same mutations. */
static size_t read_corpus(struct input *inputs, const char *folder)
{
	struct dirent **entries;
	int found = scandir(folder, &entries, NULL, by_name);
	size_t count = 0;

	for (int i = 0; i < found; i++) {
		if (entries[i]->d_name[0] != '.' && count < INPUTS_MAX)
			count += (size_t)read_input(&inputs[count], folder, entries[i]->d_name);
		free(entries[i]);
	}
	if (found >= 0)
		free(entries);
	return count;
}

/* From a block of exactly this size, so that sanitizers see every byte too far. */
static void run(const uint8_t *data, size_t size)
{
	uint8_t *exact = malloc(size);

	if (size && !exact)
		abort();
	if (size)
		memcpy(exact, data, size);
	(void)LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

static void insert(struct input *input, size_t at, const uint8_t *bytes, size_t size)
{
	if (size > INPUT_SIZE_MAX - input->size)
		return;
	memmove(input->data + at + size, input->data + at, input->size - at);
	memcpy(input->data + at, bytes, size);
	input->size += size;
}

static void erase(struct input *input, size_t at, size_t size)
{
	memmove(input->data + at, input->data + at + size, input->size - at - size);
	input->size -= size;
}

/* One change; `other` is where spliced bytes come from. */
static void change(struct input *input, const struct input *other, uint64_t *state)
{
	static const uint8_t edges[] = {0, 1, 0x1f, 0x20, 0x40, 0x7f, 0x80, 0xff, '(', ')', '['};
	size_t at = below(state, input->size);
	size_t from = below(state, other->size);
	size_t length;

	if (!input->size) {
		insert(input, 0, edges, 1 + below(state, sizeof(edges)));
		return;
	}
	switch (below(state, 7)) {
	case 0:
		input->data[at] ^= (uint8_t)(1u << below(state, 8));
		break;
	case 1:
		input->data[at] = edges[below(state, sizeof(edges))];
		break;
	case 2:
		input->data[at] = (uint8_t)random_word(state);
		break;
	case 3:
		erase(input, at, 1 + below(state, input->size - at));
		break;
	case 4:
		length = input->size - at;
		erase(input, at, 1 + below(state, length < 32 ? length : 32));
		break;
	case 5:
		insert(input, at, other->data + from, below(state, other->size - from + 1));
		break;
	default:
		length = other->size - from < input->size - at ? other->size - from
							       : input->size - at;
		memcpy(input->data + at, other->data + from, length);
		break;
	}
}

static void mutate(const struct input *inputs, size_t count)
{
	struct input mutant = {.data = xmalloc(INPUT_SIZE_MAX)};
	uint64_t state = 1;

	for (unsigned i = 0; i < MUTATIONS; i++) {
		const struct input *from = &inputs[below(&state, count)];
		size_t changes = 1 + below(&state, CHANGES_MAX);

		memcpy(mutant.data, from->data, from->size);
		mutant.size = from->size;
		while (changes--)
			change(&mutant, &inputs[below(&state, count)], &state);
		run(mutant.data, mutant.size);
	}
	free(mutant.data);
}

int main(int argc, char **argv)
{
	static struct input inputs[INPUTS_MAX];
	char folder[PATH_SIZE / 2];
	size_t count;

	(void)snprintf(folder, sizeof(folder), "tests/fuzz/corpus/%s",
		       argc > 0 ? program_name(argv[0]) : "");
	count = read_corpus(inputs, folder);
	if (!count) {
		printf("not ok 1 - no corpus in %s (run from the root of the checkout)\n", folder);
		return 1;
	}
	for (size_t i = 0; i < count; i++)
		run(inputs[i].data, inputs[i].size);
	run(NULL, 0);
	mutate(inputs, count);
	for (size_t i = 0; i < count; i++)
		free(inputs[i].data);
	printf("ok 1 - %zu inputs and %d mutations\n", count, MUTATIONS);
	return 0;
}
