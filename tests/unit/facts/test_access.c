/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <endian.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "facts/walk.h"
#include "tree_of_files.h"

#define MOST ((size_t)1024 * 1024)

static void assert_known(const struct access_file *f, const char *resolved)
{
        if (f->state != BIO_KNOWN)
                fail_msg("%s: state %d, %s", f->path, f->state, f->why);
        assert_string_equal(f->resolved, resolved);
}

static void assert_absent(const struct access_file *f, const char *missing)
{
        assert_int_equal(f->state, BIO_ABSENT);
        assert_string_equal(f->why, missing);
        assert_null(f->resolved);
        assert_null(f->bytes);
}

static void assert_unreadable(const struct access_file *f, const char *why)
{
        assert_int_equal(f->state, BIO_UNREADABLE);
        assert_string_equal(f->why, why);
        assert_null(f->resolved);
        assert_null(f->bytes);
}

static void test_reads_a_file_once(void **state)
{
        struct access *a = open_root();
        const struct access_file *f;

        (void)state;
        make_directory("once");
        make_file("once/file", "one\ntwo\n");
        make_link("once/link", "file");
        f = access_read(a, "/once/file", MOST);
        assert_known(f, "/once/file");
        assert_int_equal(f->length, 8);
        assert_string_equal(f->bytes, "one\ntwo\n");
        assert_int_equal(f->size, 8);
        assert_int_equal(f->mode, S_IFREG | 0644);
        assert_int_equal(f->uid, geteuid());
        make_file("once/file", "changed");
        assert_ptr_equal(access_read(a, "/once/file", MOST), f);
        assert_ptr_equal(access_read(a, "//once/./file", MOST), f);
        assert_string_equal(access_read(a, "/once/link", MOST)->bytes, "one\ntwo\n");
        assert_int_equal(access_bytes_read(a), 8);
        access_close(a);
}

static void test_size_is_bounded(void **state)
{
        struct access *a = open_root();

        (void)state;
        make_file("five", "12345");
        make_file("empty", "");
        assert_unreadable(access_read(a, "/five", 4), "larger than 4 bytes");
        assert_known(access_read(a, "/five", 5), "/five");
        assert_unreadable(access_read(a, "/five", 3), "larger than 3 bytes");
        assert_known(access_read(a, "/empty", 0), "/empty");
        assert_string_equal(access_read(a, "/empty", 0)->bytes, "");
        access_close(a);
}

static void test_links_stay_below_the_root(void **state)
{
        struct access *a = open_root();

        (void)state;
        make_directory("in");
        make_file("in/file", "inside");
        make_link("absolute", "/in/file");
        make_link("up", "../../../../in/file");
        make_link("in/up", "../in/../../in/./file");
        make_link("directory", "/in/");
        make_link("to-root", "/");
        make_link("passwd", "/etc/passwd-of-nobody");
        make_link("escape", "/../../../../../../../../etc/hostname-x");
        assert_known(access_read(a, "/absolute", MOST), "/in/file");
        assert_known(access_read(a, "/up", MOST), "/in/file");
        assert_known(access_read(a, "/in/up", MOST), "/in/file");
        assert_known(access_read(a, "/directory/file", MOST), "/in/file");
        assert_known(access_read(a, "/to-root/to-root/in/file", MOST), "/in/file");
        assert_known(access_read(a, "/../../in/file", MOST), "/in/file");
        assert_absent(access_read(a, "/passwd", MOST), "/etc");
        assert_absent(access_read(a, "/escape", MOST), "/etc");
        assert_known(access_stat(a, "/.."), "/");
        access_close(a);
}

static void test_links_are_counted(void **state)
{
        struct access *a = open_root();
        unsigned i;

        (void)state;
        make_link("loop", "loop");
        make_link("ping", "pong");
        make_link("pong", "ping");
        make_file("chain0", "end");
        for (i = 1; i <= 41; i++) {
                char from[16], to[16];

                (void)snprintf(from, sizeof(from), "chain%u", i);
                (void)snprintf(to, sizeof(to), "chain%u", i - 1);
                make_link(from, to);
        }
        assert_unreadable(access_read(a, "/loop", MOST), "too many links");
        assert_unreadable(access_stat(a, "/ping/x"), "too many links");
        assert_known(access_read(a, "/chain40", MOST), "/chain0");
        assert_unreadable(access_read(a, "/chain41", MOST), "too many links");
        access_close(a);
}

static void test_lstat_answers_the_link(void **state)
{
        struct access *a = open_root();
        const struct access_file *f;

        (void)state;
        make_directory("ls");
        make_link("ls/link", "../nowhere");
        f = access_lstat(a, "/ls/link");
        assert_known(f, "/ls/link");
        assert_true(S_ISLNK(f->mode));
        assert_string_equal(f->bytes, "../nowhere");
        assert_int_equal(f->length, 10);
        assert_absent(access_stat(a, "/ls/link"), "/nowhere");
        make_link("ls/here", "../ls");
        assert_true(S_ISDIR(access_lstat(a, "/ls/here/")->mode));
        access_close(a);
}

static void test_the_first_missing_component_is_known(void **state)
{
        struct access *a = open_root();

        (void)state;
        make_directory("half");
        make_file("half/file", "");
        assert_absent(access_read(a, "/half/way/there", MOST), "/half/way");
        assert_absent(access_read(a, "/half/file/below", MOST), "/half/file/below");
        assert_absent(access_read(a, "/half/file/", MOST), "/half/file/");
        assert_absent(access_read(a, "/half/file/..", MOST), "/half/file/..");
        assert_absent(access_stat(a, "/half/file/."), "/half/file/.");
        assert_known(access_stat(a, "/half/."), "/half");
        assert_known(access_stat(a, "/half/"), "/half");
        access_close(a);
}

static void test_only_regular_files_are_read(void **state)
{
        struct access *a = open_root();
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        (void)state;
        must(mkfifoat(root_fd, "fifo", 0644));
        (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", root_path);
        must(bind(s, (const struct sockaddr *)&address, sizeof(address)));
        must(close(s));
        make_directory("dir");
        assert_unreadable(access_read(a, "/fifo", MOST), "is a FIFO");
        assert_unreadable(access_read(a, "/socket", MOST), "is a socket");
        assert_unreadable(access_read(a, "/dir", MOST), "is a directory");
        assert_true(S_ISFIFO(access_stat(a, "/fifo")->mode));
        access_close(a);
}

static void test_long_names_and_paths(void **state)
{
        struct access *a = open_root();
        _cleanup_text_ struct text path = {0};
        unsigned i;

        (void)state;
        text_add_char(&path, '/');
        for (i = 0; i < 255; i++)
                text_add_char(&path, 'n');
        assert_int_equal(access_stat(a, text_string(&path))->state, BIO_ABSENT);
        text_add_char(&path, 'n');
        assert_unreadable(access_stat(a, text_string(&path)), "name too long");
        text_clear(&path);
        for (i = 0; i < 1366; i++)
                text_add(&path, "/..");
        assert_unreadable(access_stat(a, text_string(&path)), "name too long");
        assert_unreadable(access_stat(a, "relative"), "not an absolute path");
        assert_unreadable(access_stat(a, ""), "not an absolute path");
        access_close(a);
}

static void test_a_directory_is_listed_sorted(void **state)
{
        struct access *a = open_root();
        const struct access_directory *d;

        (void)state;
        make_directory("list");
        make_file("list/b", "");
        make_file("list/B", "");
        make_file("list/\xff", "");
        make_file("list/.dot", "");
        make_directory("list/a");
        make_link("listed", "list");
        d = access_list(a, "/listed");
        assert_int_equal(d->state, BIO_KNOWN);
        assert_string_equal(d->resolved, "/list");
        assert_int_equal(d->count, 5);
        assert_string_equal(d->names[0], ".dot");
        assert_string_equal(d->names[1], "B");
        assert_string_equal(d->names[2], "a");
        assert_string_equal(d->names[3], "b");
        assert_string_equal(d->names[4], "\xff");
        assert_ptr_equal(access_list(a, "/listed"), d);
        /* The same directory under another name is not listed again. */
        make_file("list/later", "");
        assert_int_equal(access_list(a, "/list")->count, 5);
        assert_string_equal(access_list(a, "/list")->resolved, "/list");
        d = access_list(a, "/list/b");
        assert_int_equal(d->state, BIO_ABSENT);
        assert_string_equal(d->why, "/list/b/");
        assert_int_equal(access_list(a, "/list/none")->state, BIO_ABSENT);
        access_close(a);
}

static size_t open_descriptors(void)
{
        char descriptors[32];
        struct access *a;
        size_t count;

        assert_int_equal(access_open("/", &a), 0);
        (void)snprintf(descriptors, sizeof(descriptors), "/proc/%d/fd", (int)getpid());
        count = access_list(a, descriptors)->count;
        access_close(a);
        return count;
}

/* More directories than descriptors are kept for: those that were closed are opened again. */
static void test_directories_are_opened_again(void **state)
{
        struct access *a = open_root();
        char path[64];
        unsigned i;

        (void)state;
        make_directory("many");
        for (i = 0; i < WALK_OPEN_MOST * 2; i++) {
                (void)snprintf(path, sizeof(path), "many/%u", i);
                make_directory(path);
                (void)snprintf(path, sizeof(path), "many/%u/sub", i);
                make_directory(path);
                (void)snprintf(path, sizeof(path), "many/%u/sub/file", i);
                make_file(path, "x");
        }
        for (i = 0; i < WALK_OPEN_MOST * 2; i++) {
                (void)snprintf(path, sizeof(path), "/many/%u/sub", i);
                assert_known(access_stat(a, path), path);
        }
        for (i = 0; i < WALK_OPEN_MOST * 2; i++) {
                (void)snprintf(path, sizeof(path), "/many/%u/sub/file", i);
                assert_known(access_read(a, path, MOST), path);
        }
        assert_true(open_descriptors() > 0);
        assert_true(open_descriptors() < WALK_OPEN_MOST + 16);
        /* 0 was closed long ago; another directory has its name now. */
        must(renameat(root_fd, "many/0", root_fd, "many/gone"));
        make_directory("many/0");
        assert_unreadable(access_stat(a, "/many/0/sub/other"), "replaced while it was looked at");
        access_close(a);
}

static void test_a_replaced_file_is_looked_at_again(void **state)
{
        struct access *a = open_root();

        (void)state;
        make_directory("rename");
        make_file("rename/conf", "old");
        make_file("rename/new", "newer");
        assert_known(access_stat(a, "/rename/conf"), "/rename/conf");
        must(renameat(root_fd, "rename/new", root_fd, "rename/conf"));
        assert_string_equal(access_read(a, "/rename/conf", MOST)->bytes, "newer");
        /* The same for what became a link, a FIFO, nothing. */
        make_file("rename/a", "a");
        assert_known(access_stat(a, "/rename/a"), "/rename/a");
        must(unlinkat(root_fd, "rename/a", 0));
        make_link("rename/a", "conf");
        assert_known(access_read(a, "/rename/a", MOST), "/rename/conf");
        make_file("rename/b", "b");
        assert_known(access_stat(a, "/rename/b"), "/rename/b");
        must(unlinkat(root_fd, "rename/b", 0));
        must(mkfifoat(root_fd, "rename/b", 0644));
        assert_unreadable(access_read(a, "/rename/b", MOST), "is a FIFO");
        make_file("rename/c", "c");
        assert_known(access_stat(a, "/rename/c"), "/rename/c");
        must(unlinkat(root_fd, "rename/c", 0));
        assert_absent(access_read(a, "/rename/c", MOST), "/rename/c");
        access_close(a);
}

struct taken {
        struct text text;
        unsigned pieces, again;
        bool cut; /* a piece but the last ended without a newline */
};

static void take(void *user, const char *bytes, size_t length)
{
        struct taken *t = user;

        if (t->text.length > 0 && t->text.data[t->text.length - 1] != '\n')
                t->cut = true;
        text_append(&t->text, bytes, length);
        t->pieces++;
}

static void again(void *user)
{
        struct taken *t = user;

        text_clear(&t->text);
        t->again++;
}

static void test_a_pass_gives_whole_lines(void **state)
{
        struct access *a = open_root();
        _cleanup_text_ struct text content = {0};
        struct taken t = {0};
        const struct access_taker taker = {take, again, &t};
        unsigned i;

        (void)state;
        for (i = 0; i < 5000; i++)
                text_printf(&content, "line %u%.*s\n", i, (int)(i % 30), "..............................");
        /* One line longer than any buffer, and a last one without its newline. */
        for (i = 0; i < 50000; i++)
                text_add_char(&content, 'L');
        text_add(&content, "\nlast");
        make_file_of("passed", content.data, content.length);
        assert_known(access_pass(a, "/passed", MOST, &taker), "/passed");
        assert_false(t.cut);
        assert_true(t.pieces > 2);
        assert_int_equal(t.text.length, content.length);
        assert_memory_equal(t.text.data, content.data, content.length);
        assert_int_equal(t.again, 0);
        /* Asked again, it reads again. */
        text_clear(&t.text);
        assert_known(access_pass(a, "/passed", MOST, &taker), "/passed");
        assert_int_equal(t.text.length, content.length);
        assert_unreadable(access_pass(a, "/passed", 100, &taker), "larger than 100 bytes");
        text_clear(&t.text);
        assert_absent(access_pass(a, "/passed-not", MOST, &taker), "/passed-not");
        assert_int_equal(t.text.length, 0);
        text_free(&t.text);
        access_close(a);
}

static bool overlay(const char *resolved, struct access_file *f)
{
        if (streq(resolved, "/laid/over")) {
                f->uid = 7;
                f->gid = 42;
                f->mode = S_IFREG | 0640;
                f->mtime = 1;
                return true;
        }
        if (streq(resolved, "/laid/fifo"))
                f->mode = S_IFIFO | 0600;
        if (streq(resolved, "/laid/closed")) {
                f->state = BIO_UNREADABLE;
                f->why = "permission denied";
        }
        return false;
}

static void test_metadata_can_be_laid_over(void **state)
{
        struct access *a;
        const struct access_file *f;

        (void)state;
        make_directory("laid");
        make_file("laid/over", "x");
        make_file("laid/fifo", "x");
        make_file("laid/closed", "x");
        make_link("laid/link", "over");
        access_overlay = overlay;
        a = open_root();
        f = access_read(a, "/laid/link", MOST);
        assert_known(f, "/laid/over");
        assert_int_equal(f->uid, 7);
        assert_int_equal(f->gid, 42);
        assert_int_equal(f->mode, S_IFREG | 0640);
        assert_int_equal(f->mtime, 1);
        assert_string_equal(f->bytes, "x");
        assert_int_equal(access_stat(a, "/laid/over")->uid, 7);
        assert_unreadable(access_read(a, "/laid/fifo", MOST), "is a FIFO");
        assert_unreadable(access_read(a, "/laid/closed", MOST), "permission denied");
        access_close(a);
        access_overlay = NULL;
}

/* An access list as the kernel takes it: version 2, then tag, permissions and number of each entry. */
static void set_list(const char *path, const uint32_t (*entries)[3], size_t count)
{
        _cleanup_free_ char *whole = must_printf("%s/%s", root_path, path);
        unsigned char list[4 + 8 * 8] = {2};
        size_t i;

        for (i = 0; i < count; i++) {
                const uint16_t tag = htole16((uint16_t)entries[i][0]), permissions = htole16((uint16_t)entries[i][1]);
                const uint32_t id = htole32(entries[i][2]);

                memcpy(list + 4 + i * 8, &tag, 2);
                memcpy(list + 6 + i * 8, &permissions, 2);
                memcpy(list + 8 + i * 8, &id, 4);
        }
        must(setxattr(whole, "system.posix_acl_access", list, 4 + count * 8, 0));
}

static void test_access_lists_are_read_with_their_mask(void **state)
{
        static const uint32_t entries[][3] = {{1, 6, UINT32_MAX}, {2, 7, 1000},        {4, 5, UINT32_MAX},
                                              {8, 6, 50},         {16, 4, UINT32_MAX}, {32, 0, UINT32_MAX}};
        struct access *a;
        struct access_acl acl;

        (void)state;
        make_directory("lists");
        make_directory("lists/directory");
        make_file("lists/plain", "x");
        make_file("lists/file", "x");
        make_link("lists/link", "file");
        set_list("lists/file", entries, 6);
        set_list("lists/directory", entries, 6);
        a = open_root();
        acl = access_acl(a, "/lists/plain");
        assert_int_equal(acl.state, BIO_KNOWN);
        assert_int_equal(acl.count, 0);
        acl = access_acl(a, "/lists/link");
        assert_int_equal(acl.state, BIO_KNOWN);
        assert_int_equal(acl.count, 6);
        assert_int_equal(acl.grants[1].to, GRANT_USER);
        assert_int_equal(acl.grants[1].id, 1000);
        assert_int_equal(acl.grants[1].permissions, 4);
        assert_int_equal(acl.grants[2].permissions, 4);
        assert_int_equal(acl.grants[3].to, GRANT_GROUP);
        assert_int_equal(acl.grants[3].permissions, 4);
        assert_int_equal(acl.grants[0].permissions, 6);
        assert_int_equal(access_acl(a, "/lists/directory").count, 6);
        assert_int_equal(access_acl(a, "/lists/none").state, BIO_ABSENT);
        access_close(a);
}

/* The content of a whole run is bounded, and reaching the bound is an answer. */
static void test_the_run_is_bounded(void **state)
{
        struct access *a = open_root();
        const struct access_file *f = NULL;
        const char *const *paths;
        const struct access_directory *unreadable;
        char path[32];
        unsigned i;

        (void)state;
        make_directory("big");
        for (i = 0; i < 4; i++) {
                _cleanup_free_ char *whole = must_printf("%s/big/%u", root_path, i);

                (void)snprintf(path, sizeof(path), "big/%u", i);
                make_file(path, "");
                must(truncate(whole, (off_t)ACCESS_FILE_MOST));
        }
        for (i = 0; i < 4; i++) {
                (void)snprintf(path, sizeof(path), "/big/%u", i);
                f = access_read(a, path, SIZE_MAX);
                /* The third does not fit beside what is remembered. */
                if (i < 2)
                        assert_known(f, path);
                else
                        assert_unreadable(f, "more than 48 MiB in one run");
        }
        access_close(a);
        /* What is remembered of places that are not there counts as well. */
        a = open_root();
        for (i = 0; i < 400000; i++) {
                (void)snprintf(path, sizeof(path), "/big/none-%u", i);
                f = access_stat(a, path);
                if (f->state != BIO_ABSENT)
                        break;
        }
        assert_unreadable(f, "more than 48 MiB in one run");
        assert_int_equal(access_glob(a, "/big/*", &paths, &unreadable), 0);
        assert_int_equal(unreadable->state, BIO_UNREADABLE);
        assert_int_equal(access_list(a, "/big")->state, BIO_UNREADABLE);
        access_close(a);
}

static void test_roots(void **state)
{
        _cleanup_free_ char *file = must_printf("%s/root-file", root_path);
        _cleanup_free_ char *link = must_printf("%s/root-link", root_path);
        _cleanup_free_ char *nothing = must_printf("%s/root-nothing", root_path);
        _cleanup_free_ char *inside = must_printf("%s/./root-link/", root_path);
        struct access *a;

        (void)state;
        make_file("root-file", "");
        make_directory("root-dir");
        make_file("root-dir/x", "found");
        make_link("root-link", "root-dir");
        assert_int_equal(access_open("/", &a), 0);
        assert_true(access_is_live(a));
        access_close(a);
        assert_int_equal(access_open("/tmp/..//.", &a), 0);
        assert_true(access_is_live(a));
        access_close(a);
        assert_int_equal(access_open(link, &a), 0);
        assert_false(access_is_live(a));
        assert_string_equal(access_read(a, "/x", MOST)->bytes, "found");
        access_close(a);
        assert_int_equal(access_open(inside, &a), 0);
        access_close(a);
        assert_int_equal(access_open(file, &a), -ENOTDIR);
        assert_int_equal(access_open(nothing, &a), -ENOENT);
        assert_int_equal(access_open("", &a), -ENOENT);
        assert_int_equal(access_open("/proc/self/root", &a), -ELOOP);
        must(chdir(root_path));
        assert_int_equal(access_open("root-dir", &a), 0);
        assert_string_equal(access_read(a, "/x", MOST)->bytes, "found");
        access_close(a);
        must(chdir("/"));
}

static void test_inputs_tell_what_was_looked_at(void **state)
{
        struct access *a = open_root();
        const char *const *paths;
        _cleanup_json_ json_t *inputs = NULL, *expected = NULL;
        json_t *files, *file;
        size_t i;

        (void)state;
        make_directory("i");
        make_directory("i/d");
        make_file("i/d/a.conf", "A");
        make_file("i/d/\xff", "");
        make_link("i/link", "d/a.conf");
        (void)access_stat(a, "/i/d/a.conf");
        (void)access_read(a, "/i/d/a.conf", MOST);
        (void)access_read(a, "/i/link", MOST);
        (void)access_read(a, "/i/link", MOST);
        (void)access_lstat(a, "/i/link");
        (void)access_read(a, "/i/none/x", MOST);
        (void)access_read(a, "/i/none/y", MOST);
        (void)access_read(a, "/i/d", MOST);
        (void)access_glob(a, "/i/d/*.conf", &paths, NULL);
        (void)access_stat(a, "/i/d/\xff");
        inputs = access_inputs(a);
        files = json_object_get(inputs, "files");
        json_array_foreach (files, i, file) {
                static const char *const numbers[] = {"mode", "uid", "gid", "inode", "mtime", "ctime", "size"};

                for (size_t n = 0; n < ELEMENTS(numbers); n++)
                        (void)json_object_del(file, numbers[n]);
        }
        expected = json_pack("{s:[{s:s,s:s,s:s,s:b},{s:s,s:s,s:s,s:b},{s:s,s:s,s:s},{s:s,s:s,s:s},{s:s,s:s,s:s}],"
                             "s:[{s:s,s:s,s:s,s:i}],s:[{s:s,s:s}],s:[s]}",
                             "files", "path", "/i/d/a.conf", "resolved", "/i/d/a.conf", "state", "known", "read", 1,
                             "path", "/i/link", "resolved", "/i/d/a.conf", "state", "known", "read", 1, "path",
                             "/i/link", "resolved", "/i/link", "state", "known", "path", "/i/d", "state", "unreadable",
                             "why", "is a directory", "path", "/i/d/\\xff", "resolved", "/i/d/\\xff", "state", "known",
                             "directories", "path", "/i/d", "resolved", "/i/d", "state", "known", "entries", 2, "links",
                             "path", "/i/link", "target", "d/a.conf", "absent", "/i/none");
        assert_non_null(expected);
        if (!json_equal(inputs, expected)) {
                _cleanup_free_ char *x = json_dumps(inputs, JSON_INDENT(1));

                fail_msg("%s", x);
        }
        access_close(a);
}

static void test_proc_does_not_break_it(void **state)
{
        struct access *a;

        (void)state;
        assert_int_equal(access_open("/", &a), 0);
        assert_int_equal(access_read(a, "/proc/self/status", MOST)->state, BIO_KNOWN);
        assert_non_null(strstr(access_read(a, "/proc/self/status", MOST)->bytes, "Name:"));
        assert_unreadable(access_stat(a, "/proc/self/root/etc/passwd"), "link of the kernel's own kind, not followed");
        assert_unreadable(access_lstat(a, "/proc/self/exe"), "link of the kernel's own kind, not followed");
        assert_int_equal(access_stat(a, "/proc/mounts")->state, BIO_KNOWN);
        access_close(a);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_reads_a_file_once),
                cmocka_unit_test(test_size_is_bounded),
                cmocka_unit_test(test_links_stay_below_the_root),
                cmocka_unit_test(test_links_are_counted),
                cmocka_unit_test(test_lstat_answers_the_link),
                cmocka_unit_test(test_the_first_missing_component_is_known),
                cmocka_unit_test(test_only_regular_files_are_read),
                cmocka_unit_test(test_long_names_and_paths),
                cmocka_unit_test(test_a_directory_is_listed_sorted),
                cmocka_unit_test(test_directories_are_opened_again),
                cmocka_unit_test(test_a_replaced_file_is_looked_at_again),
                cmocka_unit_test(test_a_pass_gives_whole_lines),
                cmocka_unit_test(test_metadata_can_be_laid_over),
                cmocka_unit_test(test_access_lists_are_read_with_their_mask),
                cmocka_unit_test(test_the_run_is_bounded),
                cmocka_unit_test(test_roots),
                cmocka_unit_test(test_inputs_tell_what_was_looked_at),
                cmocka_unit_test(test_proc_does_not_break_it),
        };

        return cmocka_run_group_tests(tests, setup_root, teardown_root);
}
