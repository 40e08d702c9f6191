/* SPDX-License-Identifier: EUPL-1.2 */
/* What a full run costs the observer, beside merely reading the same files: both in this process' time, many times,
 * medians.
 *
 * run_once LIBEXEC RUNS: prints one JSON object. CPU is the observer's own account after start-up (WIRE_DONE); the
 * reading opens each file and directory that the run looked at, once, and reads it to its end; the names of processes,
 * which the run does not list among its inputs, belong to them. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "wire/observer.h"

#define RUNS_MOST 10000

static uint64_t microseconds(clockid_t clock)
{
        struct timespec now;

        if (clock_gettime(clock, &now) < 0)
                abort();
        return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int compare(const void *a, const void *b)
{
        uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

        return (x > y) - (x < y);
}

static json_int_t median(uint64_t *values, size_t count)
{
        qsort(values, count, sizeof(*values), compare);
        return (json_int_t)values[count / 2];
}

static void read_file(const char *path)
{
        static char buffer[256 * 1024];
        _cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

        while (fd >= 0 && read(fd, buffer, sizeof(buffer)) > 0)
                ;
}

static void list_directory(const char *path)
{
        _cleanup_dir_ DIR *directory = opendir(path);

        while (directory && readdir(directory))
                ;
}

static void read_processes(void)
{
        _cleanup_dir_ DIR *directory = opendir("/proc");
        struct dirent *entry;
        char path[sizeof("/proc//comm") + sizeof(entry->d_name)];

        while (directory && (entry = readdir(directory))) {
                if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
                        continue;
                (void)snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
                read_file(path);
        }
}

/* Everything that the run names as an input, and the processes. */
static uint64_t read_inputs(const json_t *inputs)
{
        uint64_t started = microseconds(CLOCK_PROCESS_CPUTIME_ID);
        struct stat st;
        json_t *input;
        size_t i;

        json_array_foreach (json_object_get(inputs, "files"), i, input) {
                const char *path = json_member_string(input, "resolved");

                if (path && json_object_get(input, "read") == json_false())
                        (void)stat(path, &st);
                else if (path)
                        read_file(path);
        }
        json_array_foreach (json_object_get(inputs, "directories"), i, input)
                if (json_member_string(input, "resolved"))
                        list_directory(json_member_string(input, "resolved"));
        json_array_foreach (json_object_get(inputs, "absent"), i, input)
                (void)stat(json_string_value(input), &st);
        read_processes();
        return microseconds(CLOCK_PROCESS_CPUTIME_ID) - started;
}

static json_t *plan_of(const json_t *descriptors)
{
        json_t *plan = json_must(json_object()), *checks = json_must(json_array()), *check;
        size_t i;

        json_array_foreach (json_object_get(descriptors, "checks"), i, check) {
                json_t *entry = json_must(json_object());

                json_set(entry, "check", json_must(json_copy(json_object_get(check, "id"))));
                json_set(entry, "with", json_must(json_object()));
                json_push(checks, entry);
        }
        json_set(plan, "now", json_integer((json_int_t)moment_now()));
        json_set(plan, "root", json_string("/"));
        json_set(plan, "checks", checks);
        return plan;
}

/* One run in an observer of its own. */
static int measure(const struct observer_options *options, uint64_t *ret_wall, json_t **ret_done)
{
        _cleanup_observer_ struct observer *o = NULL;
        _cleanup_json_ json_t *descriptors = NULL, *plan = NULL, *results = NULL;
        _cleanup_free_ char *why = NULL;
        uint64_t started = microseconds(CLOCK_MONOTONIC);
        int r = observer_open(options, &o, &why);

        if (r >= 0)
                r = observer_describe(o, &descriptors, &why);
        if (r >= 0) {
                plan = plan_of(descriptors);
                r = observer_run(o, plan, &results, ret_done, &why);
        }
        if (r < 0)
                (void)fprintf(stderr, "run_once: %s\n", why ? why : strerror(-r));
        *ret_wall = microseconds(CLOCK_MONOTONIC) - started;
        return r;
}

int main(int argc, char **argv)
{
        struct observer_options options = {0};
        static uint64_t cpu[RUNS_MOST], wall[RUNS_MOST], reading[RUNS_MOST];
        _cleanup_json_ json_t *out = json_must(json_object());
        _cleanup_free_ char *text = NULL;
        uint64_t runs, i;

        if (argc != 3 || parse_u64(argv[2], &runs) < 0 || runs == 0 || runs > RUNS_MOST) {
                (void)fprintf(stderr, "usage: run_once LIBEXEC RUNS\n");
                return 2;
        }
        options.libexec = argv[1];
        options.user_change = geteuid() == 0;
        for (i = 0; i < runs; i++) {
                _cleanup_json_ json_t *done = NULL;

                if (measure(&options, &wall[i], &done) < 0)
                        return 4;
                cpu[i] = (uint64_t)json_member_integer(done, "cpu_us", 0);
                reading[i] = read_inputs(json_object_get(done, "inputs"));
                if (i == 0) {
                        json_set(out, "files",
                                 json_integer((json_int_t)json_array_size(
                                         json_object_get(json_object_get(done, "inputs"), "files"))));
                        json_set(out, "bytes_read", json_integer(json_member_integer(done, "bytes_read", 0)));
                }
        }
        json_set(out, "runs", json_integer((json_int_t)runs));
        json_set(out, "cpu_us", json_integer(median(cpu, runs)));
        json_set(out, "wall_us", json_integer(median(wall, runs)));
        json_set(out, "reading_us", json_integer(median(reading, runs)));
        text = json_text(out);
        return puts(text) < 0 ? 4 : 0;
}
