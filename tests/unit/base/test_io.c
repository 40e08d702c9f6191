/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <syslog.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/text.h"

static unsigned syncs_until_failure;

/* Ours instead of libc's: the call that the counter reaches fails. */
int fsync(int fd)
{
        if (syncs_until_failure > 0 && --syncs_until_failure == 0) {
                errno = EIO;
                return -1;
        }
        return (int)syscall(SYS_fsync, fd);
}

static bool renames_are_plain;

/* A file system that knows no flags of renameat2(2), when asked to be one. */
int renameat2(int old_directory, const char *old, int new_directory, const char *new, unsigned flags)
{
        if (renames_are_plain && flags != 0) {
                errno = EINVAL;
                return -1;
        }
        return (int)syscall(SYS_renameat2, old_directory, old, new_directory, new, flags);
}

struct place {
        char path[32];
        int fd;
};

static int make_place(void **state)
{
        struct place *place = must_alloc(sizeof(*place));

        *place = (struct place){.path = "/tmp/test_io.XXXXXX", .fd = -1};
        if (!mkdtemp(place->path))
                return -1;
        place->fd = open(place->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        *state = place;
        return place->fd < 0 ? -1 : 0;
}

static int remove_place(void **state)
{
        struct place *place = *state;
        _cleanup_dir_ DIR *d = fdopendir(place->fd);
        struct dirent *entry;

        while ((entry = readdir(d)))
                if (unlinkat(place->fd, entry->d_name, 0) < 0)
                        (void)unlinkat(place->fd, entry->d_name, AT_REMOVEDIR);
        (void)rmdir(place->path);
        free(place);
        return 0;
}

/* Entries of a directory but "." and "..". */
static unsigned count_entries(const struct place *place)
{
        _cleanup_dir_ DIR *d = opendir(place->path);
        unsigned n = 0;

        while (readdir(d))
                n++;
        return n - 2;
}

static void assert_content(const struct place *place, const char *name, const char *expected)
{
        _cleanup_free_ char *bytes = NULL;
        size_t length;

        assert_int_equal(file_read(place->fd, name, 1000, &bytes, &length), 0);
        assert_int_equal(length, strlen(expected));
        assert_string_equal(bytes, expected);
}

static void files_are_read_up_to_the_bound(void **state)
{
        const struct place *place = *state;
        _cleanup_free_ char *large = must_alloc(100000), *bytes = NULL, *none = NULL;
        size_t length;

        memset(large, 'x', 100000);
        assert_int_equal(file_write_durably(place->fd, "f", 0600, large, 100000, false), 0);
        assert_int_equal(file_read(place->fd, "f", 99999, &none, &length), -EFBIG);
        assert_null(none);
        assert_int_equal(file_read(place->fd, "f", 100000, &bytes, &length), 0);
        assert_int_equal(length, 100000);
        assert_memory_equal(bytes, large, length);
        assert_int_equal(bytes[length], 0);
        free(TAKE_PTR(bytes));
        assert_int_equal(file_read(place->fd, "f", SIZE_MAX, &bytes, &length), 0);
        assert_int_equal(length, 100000);
        free(TAKE_PTR(bytes));
        assert_int_equal(file_write_durably(place->fd, "empty", 0600, NULL, 0, false), 0);
        assert_int_equal(file_read(place->fd, "empty", 0, &bytes, &length), 0);
        assert_int_equal(length, 0);
        assert_string_equal(bytes, "");
}

static void what_is_no_regular_file_is_refused_at_once(void **state)
{
        const struct place *place = *state;
        _cleanup_free_ char *bytes = NULL;
        size_t length;

        assert_int_equal(mkfifoat(place->fd, "fifo", 0600), 0);
        assert_int_equal(file_read(place->fd, "fifo", 10, &bytes, &length), -EINVAL);
        assert_int_equal(file_read(place->fd, ".", 10, &bytes, &length), -EINVAL);
        assert_int_equal(file_read(AT_FDCWD, "/dev/zero", 10, &bytes, &length), -EINVAL);
        assert_int_equal(file_read(place->fd, "none", 10, &bytes, &length), -ENOENT);
}

static void pipes_are_read_to_their_end(void **state)
{
        _cleanup_free_ char *bytes = NULL;
        size_t length;
        int fds[2];

        (void)state;
        assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
        assert_int_equal(fd_write_all(fds[1], "abc", 3), 0);
        (void)close(fds[1]);
        assert_int_equal(fd_read_all(fds[0], 3, &bytes, &length), 0);
        assert_string_equal(bytes, "abc");
        (void)close(fds[0]);
        assert_int_equal(fd_read_all(-1, 3, &bytes, &length), -EBADF);
        assert_int_equal(fd_write_all(-1, "x", 1), -EBADF);
}

static void a_file_is_replaced_whole(void **state)
{
        const struct place *place = *state;
        _cleanup_free_ char *path = must_printf("%s/f", place->path);
        mode_t old = umask(0077);
        struct stat st;

        assert_int_equal(file_write_durably(place->fd, "f", 0640, "one", 3, false), 0);
        (void)umask(old);
        assert_int_equal(fstatat(place->fd, "f", &st, 0), 0);
        assert_int_equal(st.st_mode & 07777, 0640);
        assert_int_equal(file_write_durably(AT_FDCWD, path, 0600, "two", 3, false), 0);
        assert_content(place, "f", "two");
        assert_int_equal(count_entries(place), 1);
}

/* As after a kill in the middle of a write. */
static void left_over_temporary_files_go_and_nothing_else(void **state)
{
        static const char *const gone[] = {".f.abcdef.tmp", ".f.222222.tmp"};
        static const char *const stay[] = {
                "f", "f.tmp", ".f.tmp", ".f.abcdefg.tmp", ".g.abcdef.tmp", ".ff.abcde.tmp", ".f.abcdef.tmq"};
        const struct place *place = *state;
        _cleanup_free_ char *path = must_printf("%s/f", place->path);
        struct stat st;
        size_t i;

        for (i = 0; i < ELEMENTS(gone); i++)
                assert_int_equal(file_write_durably(place->fd, gone[i], 0600, "x", 1, false), 0);
        for (i = 0; i < ELEMENTS(stay); i++)
                assert_int_equal(file_write_durably(place->fd, stay[i], 0600, "x", 1, false), 0);
        file_remove_temporaries(AT_FDCWD, path);
        for (i = 0; i < ELEMENTS(gone); i++)
                assert_int_equal(fstatat(place->fd, gone[i], &st, 0), -1);
        for (i = 0; i < ELEMENTS(stay); i++)
                if (fstatat(place->fd, stay[i], &st, 0) < 0)
                        fail_msg("%s is gone", stay[i]);
        file_remove_temporaries(AT_FDCWD, "/nonexistent/f");
}

static void an_exclusive_write_leaves_what_is_there(void **state)
{
        const struct place *place = *state;

        assert_int_equal(file_write_durably(place->fd, "f", 0600, "one", 3, true), 0);
        assert_int_equal(file_write_durably(place->fd, "f", 0600, "two", 3, true), -EEXIST);
        assert_content(place, "f", "one");
        assert_int_equal(count_entries(place), 1);
}

static void a_link_is_replaced_not_followed(void **state)
{
        const struct place *place = *state;

        assert_int_equal(file_write_durably(place->fd, "target", 0600, "one", 3, true), 0);
        assert_int_equal(symlinkat("target", place->fd, "link"), 0);
        assert_int_equal(file_write_durably(place->fd, "link", 0600, "two", 3, true), -EEXIST);
        assert_int_equal(file_write_durably(place->fd, "link", 0600, "two", 3, false), 0);
        assert_content(place, "target", "one");
        assert_content(place, "link", "two");
        assert_int_equal(count_entries(place), 2);
}

static void a_failed_write_leaves_nothing(void **state)
{
        const struct place *place = *state;
        struct rlimit limit, small = {.rlim_cur = 2};
        _cleanup_free_ char *long_name = must_alloc(256);

        memset(long_name, 'n', 250);
        assert_int_equal(mkdirat(place->fd, "directory", 0700), 0);
        assert_int_equal(file_write_durably(place->fd, "directory", 0600, "x", 1, false), -EISDIR);
        assert_int_equal(file_write_durably(place->fd, "directory", 0600, "x", 1, true), -EEXIST);
        assert_int_equal(file_write_durably(place->fd, "none/f", 0600, "x", 1, false), -ENOENT);
        assert_int_equal(file_write_durably(place->fd, "", 0600, "x", 1, false), -EINVAL);
        assert_int_equal(file_write_durably(place->fd, "..", 0600, "x", 1, false), -EINVAL);
        assert_int_equal(file_write_durably(place->fd, long_name, 0600, "x", 1, false), -ENAMETOOLONG);
        assert_int_equal(file_write_durably(place->fd, "f", 0600, "1", 1, false), 0);
        (void)signal(SIGXFSZ, SIG_IGN);
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
        small.rlim_max = limit.rlim_max;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        assert_int_equal(file_write_durably(place->fd, "f", 0600, "1234", 4, false), -EFBIG);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        assert_content(place, "f", "1");
        assert_int_equal(count_entries(place), 2);
}

static void a_failed_sync_brings_back_what_was(void **state)
{
        const struct place *place = *state;
        unsigned nth;

        /* The first sync is the file's, the second its directory's, after the rename. */
        for (nth = 1; nth <= 2; nth++) {
                syncs_until_failure = nth;
                assert_int_equal(file_write_durably(place->fd, "f", 0600, "x", 1, false), -EIO);
                assert_int_equal(count_entries(place), 0);
                syncs_until_failure = nth;
                assert_int_equal(file_write_durably(place->fd, "f", 0600, "x", 1, true), -EIO);
                assert_int_equal(count_entries(place), 0);
        }
        assert_int_equal(file_write_durably(place->fd, "f", 0600, "one", 3, true), 0);
        for (nth = 1; nth <= 2; nth++) {
                syncs_until_failure = nth;
                assert_int_equal(file_write_durably(place->fd, "f", 0600, "two", 3, false), -EIO);
                assert_content(place, "f", "one");
                assert_int_equal(count_entries(place), 1);
        }
        assert_int_equal(syncs_until_failure, 0);
}

static void file_systems_without_exchange_serve_too(void **state)
{
        const struct place *place = *state;

        renames_are_plain = true;
        assert_int_equal(file_write_durably(place->fd, "f", 0600, "one", 3, true), 0);
        assert_int_equal(file_write_durably(place->fd, "f", 0600, "two", 3, true), -EEXIST);
        assert_content(place, "f", "one");
        assert_int_equal(file_write_durably(place->fd, "f", 0600, "two", 3, false), 0);
        assert_int_equal(file_write_durably(place->fd, "g", 0600, "new", 3, false), 0);
        renames_are_plain = false;
        assert_content(place, "f", "two");
        assert_content(place, "g", "new");
        assert_int_equal(count_entries(place), 2);
}

static void directories_are_made_once(void **state)
{
        const struct place *place = *state;
        _cleanup_free_ char *path = must_printf("%s/d", place->path), *below = must_printf("%s/e/d", place->path),
                            *file = must_printf("%s/f", place->path);
        mode_t old = umask(0077);
        struct stat st;

        assert_int_equal(directory_make(path, 0750), 0);
        (void)umask(old);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0750);
        assert_int_equal(directory_make(path, 0700), 0);
        assert_int_equal(directory_make(below, 0700), -ENOENT);
        assert_int_equal(file_write_durably(place->fd, "f", 0600, "", 0, true), 0);
        assert_int_equal(directory_make(file, 0700), -ENOTDIR);
        assert_int_equal(directory_sync(place->fd), 0);
        assert_int_equal(directory_sync(-1), -EBADF);
}

static void uuids_are_version_4(void **state)
{
        char a[37], b[37];

        (void)state;
        random_uuid(a);
        random_uuid(b);
        assert_int_equal(strlen(a), 36);
        assert_string_not_equal(a, b);
        assert_int_equal(strspn(a, "0123456789abcdef-"), 36);
        assert_true(a[8] == '-' && a[13] == '-' && a[18] == '-' && a[23] == '-');
        assert_int_equal(a[14], '4');
        assert_non_null(strchr("89ab", a[19]));
}

static void digests_are_those_of_fips_180(void **state)
{
        _cleanup_free_ char *empty = sha256_digest("", 0), *abc = sha256_digest("abc", 3);

        (void)state;
        assert_string_equal(empty, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_string_equal(abc, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* What log_message() writes, with or without the journal at the other end. */
static char *logged(bool journal)
{
        _cleanup_free_ char *stream = NULL;
        struct stat st;
        size_t length;
        char *bytes;
        int fds[2], saved = dup(STDERR_FILENO);

        assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
        assert_true(dup2(fds[1], STDERR_FILENO) >= 0);
        (void)close(fds[1]);
        assert_int_equal(fstat(STDERR_FILENO, &st), 0);
        stream = must_printf("%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino + !journal);
        assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
        log_message(LOG_WARNING, "two\nlines %d", 1);
        log_message(LOG_DEBUG, "not said");
        log_set_verbose(true);
        log_message(LOG_DEBUG, "said");
        log_set_verbose(false);
        assert_true(dup2(saved, STDERR_FILENO) >= 0);
        (void)close(saved);
        assert_int_equal(fd_read_all(fds[0], 1000, &bytes, &length), 0);
        (void)close(fds[0]);
        return bytes;
}

static void messages_suit_who_listens(void **state)
{
        _cleanup_free_ char *terminal = NULL, *journal = NULL;

        (void)state;
        log_set_name("bioagent-sign");
        terminal = logged(false);
        journal = logged(true);
        assert_string_equal(terminal, "bioagent-sign: two\\x0alines 1\nbioagent-sign: said\n");
        assert_string_equal(journal, "<4>two\\x0alines 1\n<7>said\n");
}

static void out_of_memory_ends_with_status_4(void **state)
{
        pid_t child = fork();
        int status;

        (void)state;
        if (child == 0) {
                (void)close(STDERR_FILENO);
                out_of_memory();
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 4);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
        const struct CMUnitTest tests[] = {
                IN_PLACE(files_are_read_up_to_the_bound),
                IN_PLACE(what_is_no_regular_file_is_refused_at_once),
                cmocka_unit_test(pipes_are_read_to_their_end),
                IN_PLACE(a_file_is_replaced_whole),
                IN_PLACE(left_over_temporary_files_go_and_nothing_else),
                IN_PLACE(an_exclusive_write_leaves_what_is_there),
                IN_PLACE(a_link_is_replaced_not_followed),
                IN_PLACE(a_failed_write_leaves_nothing),
                IN_PLACE(a_failed_sync_brings_back_what_was),
                IN_PLACE(file_systems_without_exchange_serve_too),
                IN_PLACE(directories_are_made_once),
                cmocka_unit_test(uuids_are_version_4),
                cmocka_unit_test(digests_are_those_of_fips_180),
                cmocka_unit_test(messages_suit_who_listens),
                cmocka_unit_test(out_of_memory_ends_with_status_4),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
