# covermirror: what to type.
#
#   make            build build/covermirror
#   make run        install what is missing (apt), build, mirror the demo chain, stay up
#   make test       install what the tests need (apt, npm), build, run everything
#   make unit       only the C tests (nothing is installed)
#   make bench      print the benchmarks' figures
#   make asan       the C tests with address and undefined-behaviour sanitizers
#   make tsan       the C tests with the thread sanitizer
#   make fuzz       build the libFuzzer targets (clang) in build/fuzz/
#   make lint       layers, clang-format, clang-tidy, cppcheck
#   make format     rewrite the sources with clang-format
#   make install    to $(DESTDIR)$(PREFIX)
#   make clean
#
# Knobs: CC, CFLAGS, LDFLAGS, VARIANT=release|clang|asan|tsan|fuzz, V=1 for whole commands.

PREFIX ?= /usr/local
VARIANT ?= release
V ?= 0

ROOMS := base abi chain store ledger protocols reconcile indexer serve cli
SRC := $(foreach room,$(ROOMS),$(wildcard $(room)/*.c) $(wildcard $(room)/*/*.c))
LIB_SRC := $(filter-out cli/main.c,$(SRC))
SUPPORT_SRC := $(wildcard tests/support/*.c)
TEST_SRC := $(foreach room,$(ROOMS) sim support,$(wildcard tests/$(room)/test_*.c) $(wildcard tests/$(room)/*/test_*.c))
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
BENCH_SRC := $(wildcard tests/bench/bench_*.c)
BENCH_SUPPORT_SRC := $(filter-out $(BENCH_SRC),$(wildcard tests/bench/*.c))

# The page (serve/page) and the library that draws its charts become part of the program.
CHART_JS ?= /usr/share/javascript/chart.js/chart.min.js
CHART_LICENCE ?= /usr/share/doc/libjs-chart.js/copyright
PAGE_FILES := $(wildcard serve/page/*.html serve/page/*.css serve/page/*.js serve/page/views/*.js)
PAGE_PARTS := $(foreach file,$(PAGE_FILES),$(file:serve/page/%=%)=$(file)) \
	chart.min.js=$(CHART_JS) licenses.txt=$(CHART_LICENCE)

PACKAGES := libcurl jansson lmdb libsecp256k1 zlib libmicrohttpd nettle
TEST_PACKAGES := cmocka gmp
# pkg-config is asked only where something is compiled, so that `make run` can install it first.
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lpthread

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wcast-qual -Wundef -Wvla -Wformat=2 -Wswitch-enum -Wwrite-strings
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -I. $(WARNINGS) $(VARIANT_CFLAGS) $(CFLAGS) $(PKG_CFLAGS)
ALL_LDFLAGS = $(VARIANT_LDFLAGS) $(LDFLAGS)

ifeq ($(VARIANT),release)
OUT := build
else
OUT := build/$(VARIANT)
endif
ifeq ($(VARIANT),asan)
VARIANT_CFLAGS := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
VARIANT_LDFLAGS := -fsanitize=address,undefined
endif
ifeq ($(VARIANT),tsan)
VARIANT_CFLAGS := -O1 -fsanitize=thread
VARIANT_LDFLAGS := -fsanitize=thread
endif
ifeq ($(VARIANT),clang)
CC := clang
endif
ifeq ($(VARIANT),fuzz)
CC := clang
VARIANT_CFLAGS := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
VARIANT_LDFLAGS := -fsanitize=address,undefined
endif

OBJ_DIR := $(OUT)/obj
LIB := $(OUT)/libcovermirror.a
PROGRAM := $(OUT)/covermirror
obj = $(patsubst %.c,$(OBJ_DIR)/%.o,$(1))
TESTS := $(patsubst tests/%.c,$(OUT)/tests/%,$(TEST_SRC))
BENCHES := $(patsubst tests/%.c,$(OUT)/tests/%,$(BENCH_SRC))
# In ordinary builds a fuzzer is a test that replays its committed corpus.
REPLAYS := $(patsubst tests/%.c,$(OUT)/tests/%,$(FUZZ_SRC))
FUZZERS := $(patsubst tests/fuzz/%.c,$(OUT)/%,$(FUZZ_SRC))

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-5s %s\n'
endif

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all run test unit unit-programs test-programs bench asan tsan fuzz lint format install clean help

all: $(PROGRAM)

$(PROGRAM): $(OBJ_DIR)/cli/main.o $(LIB)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(LIB): $(call obj,$(LIB_SRC)) $(OBJ_DIR)/page_files.o
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(OBJ_DIR)/%.o: %.c
	$(say) CC $<
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/page_files.c: tools/embed-page Makefile $(PAGE_FILES) $(CHART_JS) $(CHART_LICENCE)
	$(say) EMBED $@
	$(Q)mkdir -p $(@D) && tools/embed-page $@ $(PAGE_PARTS)

$(OBJ_DIR)/page_files.o: $(OUT)/page_files.c
	$(say) CC $<
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(CHART_JS) $(CHART_LICENCE):
	@echo "$@ is missing: install Debian's libjs-chart.js (tools/setup run)" >&2; exit 1

link_test = $(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) \
	$(shell pkg-config --libs $(TEST_PACKAGES) 2>/dev/null)

$(OUT)/tests/fuzz/%: $(OBJ_DIR)/tests/fuzz/%.o $(OBJ_DIR)/tests/fuzz/replay.o $(LIB)
	$(say) LINK $@
	$(link_test)

$(OUT)/tests/bench/%: $(OBJ_DIR)/tests/bench/%.o $(call obj,$(BENCH_SUPPORT_SRC)) $(LIB)
	$(say) LINK $@
	$(link_test)

$(OUT)/tests/%: $(OBJ_DIR)/tests/%.o $(call obj,$(SUPPORT_SRC)) $(LIB)
	$(say) LINK $@
	$(link_test)

$(OUT)/fuzz_%: $(OBJ_DIR)/tests/fuzz/fuzz_%.o $(LIB)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer,address,undefined -o $@ $^ $(PKG_LIBS)

# Programs that the tests on recorded chains and nodes call.
TOOLS := $(patsubst tests/%.c,$(OUT)/tests/%,$(wildcard tests/*/*_tool.c))

unit-programs: $(TESTS) $(REPLAYS) $(TOOLS)

# The node of the benchmarks serves a test, too: tests/e2e/week.mjs.
test-programs: $(PROGRAM) unit-programs $(OUT)/tests/bench/bench_server

run:
	@tools/setup run
	@$(MAKE) --no-print-directory all
	@tools/demo

test:
	@tools/setup test
	@$(MAKE) --no-print-directory -j2 test-programs
	@tests/run all

unit: test-programs
	@tests/run unit $(OUT)

bench: $(PROGRAM) $(BENCHES)
	@tests/bench/run $(OUT)

asan tsan:
	@$(MAKE) --no-print-directory -j2 VARIANT=$@ unit

fuzz:
	@$(MAKE) --no-print-directory VARIANT=fuzz fuzzers

fuzzers: $(FUZZERS)

lint:
	@tools/lint

format:
	@git ls-files -co --exclude-standard '*.[ch]' | xargs clang-format -i

install: $(PROGRAM)
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/covermirror
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/covermirror/configs configs/*.json
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/covermirror/configs/prometheus configs/prometheus/*.yml
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/covermirror/configs/grafana configs/grafana/*.json
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|/usr/local/bin/|$(PREFIX)/bin/|' configs/systemd/covermirror.service \
		>$(DESTDIR)$(PREFIX)/lib/systemd/system/covermirror.service
	chmod 644 $(DESTDIR)$(PREFIX)/lib/systemd/system/covermirror.service

clean:
	rm -rf build

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

-include $(shell find $(OBJ_DIR) -name '*.d' 2>/dev/null)
