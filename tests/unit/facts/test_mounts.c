/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/mounts.h"

static struct mounts parsed(const char *table)
{
        struct mounts m = {0};

        mounts_parse(&m, must_strdup(table), strlen(table));
        return m;
}

static const struct mount *at(const struct mounts *m, uint64_t parent, const char *path)
{
        return mounts_at(m, parent, path, strlen(path));
}

static const struct mount *foreign_at(const struct mounts *m, uint64_t parent, const char *path)
{
        return mounts_foreign_at(m, parent, path, strlen(path));
}

static void test_fields(void **state)
{
        (void)state;
        struct mounts m =
                parsed("26 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
                       "27 26 0:24 /sub /srv/data rw shared:5 master:1 propagate_from:2 - nfs4 host:/x rw,vers=4\n"
                       "28 26 0:25 / /home ro unbindable - fuse.sshfs user@host: rw");

        assert_int_equal(m.count, 3);
        assert_int_equal(m.foreign, 2);
        assert_int_equal(at(&m, 26, "/srv/data")->id, 27);
        assert_string_equal(at(&m, 26, "/srv/data")->type, "nfs4");
        assert_string_equal(at(&m, 26, "/srv/data")->device, "0:24");
        assert_string_equal(at(&m, 26, "/home")->type, "fuse.sshfs");
        assert_null(at(&m, 26, "/srv"));
        assert_null(at(&m, 26, "/srv/data/x"));
        assert_null(at(&m, 27, "/srv/data"));
        mounts_free(&m);
}

static void test_escapes_are_undone(void **state)
{
        (void)state;
        struct mounts m = parsed("2 1 0:2 / /a\\040b\\011c\\012d\\134e\\043 rw - nfs x rw\n"
                                 "3 1 0:3 / /no\\04x\\999\\ rw - nfs x rw\n");

        assert_int_equal(at(&m, 1, "/a b\tc\nd\\e#")->id, 2);
        assert_int_equal(at(&m, 1, "/no\\04x\\999\\")->id, 3);
        mounts_free(&m);
}

static void test_the_topmost_of_a_stack_counts(void **state)
{
        (void)state;
        struct mounts m = parsed("9 5 0:9 / /mnt rw - tmpfs t rw\n"
                                 "4 1 0:4 / /mnt rw - ext4 a rw\n"
                                 "5 4 0:5 / /mnt rw - autofs b rw\n"
                                 "6 1 0:6 / /auto rw - autofs b rw\n"
                                 "7 6 0:7 / /auto rw - nfs c rw\n");

        assert_int_equal(at(&m, 1, "/mnt")->id, 9);
        /* Over an autofs lies something local by now: that is what is entered. */
        assert_null(foreign_at(&m, 1, "/mnt"));
        assert_int_equal(foreign_at(&m, 1, "/auto")->id, 7);
        mounts_free(&m);
}

static void test_a_hidden_mount_does_not_count(void **state)
{
        (void)state;
        /* /a/b was mounted before another mount was laid over /a. */
        struct mounts m = parsed("2 1 0:2 / /a/b rw - nfs x rw\n"
                                 "3 1 0:3 / /a rw - tmpfs t rw\n");

        assert_int_equal(foreign_at(&m, 1, "/a/b")->id, 2);
        assert_null(at(&m, 3, "/a/b"));
        assert_null(foreign_at(&m, 3, "/a/b"));
        mounts_free(&m);
}

static void test_circles_end(void **state)
{
        (void)state;
        struct mounts m = parsed("2 2 0:2 / /x rw - nfs a rw\n"
                                 "3 4 0:2 / /y rw - nfs a rw\n"
                                 "4 3 0:2 / /y rw - nfs a rw\n");

        assert_null(at(&m, 2, "/x"));
        assert_non_null(at(&m, 3, "/y"));
        mounts_free(&m);
}

static void test_rows_that_are_none_are_left_out(void **state)
{
        (void)state;
        struct mounts m =
                parsed("\n\n2 1 0:2 / /x rw nfs a rw\n2 1 0:2 /\nx 1 0:2 / /x rw - nfs a rw\n2 1 0:2 / /x rw -\n"
                       "2 -1 0:2 / /x rw - nfs a\n- - - - - - - - -\n8 1 0:2 / /good rw - xfs a rw\n");

        assert_int_equal(m.count, 1);
        assert_int_equal(at(&m, 1, "/good")->kind, MOUNT_LOCAL);
        mounts_free(&m);
        m = parsed("");
        assert_int_equal(m.count, 0);
        mounts_free(&m);
}

static void test_kinds(void **state)
{
        (void)state;
        static const char *const local[] = {
                "ext2",     "ext3",        "ext4",     "xfs",        "btrfs",   "f2fs",     "zfs",       "bcachefs",
                "reiserfs", "jfs",         "vfat",     "exfat",      "iso9660", "squashfs", "erofs",     "overlay",
                "tmpfs",    "ramfs",       "devtmpfs", "proc",       "sysfs",   "cgroup",   "cgroup2",   "cpuset",
                "cramfs",   "debugfs",     "tracefs",  "securityfs", "devpts",  "mqueue",   "hugetlbfs", "affs",
                "zonefs",   "binfmt_misc", "efivarfs", "nsfs",       "rootfs",  "udf",      "ntfs3"};
        static const char *const remote[] = {"9p",    "nfs",          "nfs4",      "cifs",    "smb3",
                                             "ceph",  "autofs",       "fuse",      "fuseblk", "fuse.sshfs",
                                             "fuse.", "fuseblk.ntfs", "virtiofs",  "wekafs",  "afs",
                                             "ocfs2", "gfs2",         "glusterfs", "lustre",  "vboxsf"};
        static const char *const unknown[] = {"", "ext", "ext5", "fusex", "EXT4", "ext4 ", "nfs5"};
        size_t i;

        for (i = 0; i < ELEMENTS(local); i++)
                assert_int_equal(mount_kind(local[i]), MOUNT_LOCAL);
        for (i = 0; i < ELEMENTS(remote); i++)
                assert_int_equal(mount_kind(remote[i]), MOUNT_REMOTE);
        for (i = 0; i < ELEMENTS(unknown); i++)
                assert_int_equal(mount_kind(unknown[i]), MOUNT_UNKNOWN);
}

static void test_what_the_system_runs_from_is_trusted(void **state)
{
        (void)state;
        struct mounts m = parsed("10 1 0:40 / / rw - fuse.fuse-overlayfs o rw\n"
                                 "11 10 0:40 /x /bound rw - fuse.fuse-overlayfs o rw\n"
                                 "12 10 0:41 / /other rw - fuse.sshfs s rw\n");

        assert_int_equal(m.foreign, 3);
        mounts_trust(&m, 99);
        assert_int_equal(m.foreign, 3);
        mounts_trust(&m, 10);
        assert_int_equal(m.foreign, 1);
        assert_null(foreign_at(&m, 10, "/bound"));
        assert_int_equal(foreign_at(&m, 10, "/other")->id, 12);
        mounts_free(&m);
}

static void test_this_process_has_a_table(void **state)
{
        (void)state;
        struct mounts m = {0};
        int fd = mounts_open();

        assert_true(fd >= 0);
        assert_int_equal(mounts_load(&m, fd), 0);
        assert_true(m.count > 0);
        assert_int_equal(mounts_load(&m, fd), 0); /* replaces, leaks nothing */
        assert_true(m.count > 0);
        assert_false(mounts_changed(fd));
        (void)close(fd);
        assert_int_equal(mounts_load(&m, -ENOENT), -ENOENT);
        assert_int_equal(m.count, 0);
        assert_false(mounts_changed(-ENOENT));
        mounts_free(&m);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_fields),
                cmocka_unit_test(test_escapes_are_undone),
                cmocka_unit_test(test_the_topmost_of_a_stack_counts),
                cmocka_unit_test(test_a_hidden_mount_does_not_count),
                cmocka_unit_test(test_circles_end),
                cmocka_unit_test(test_rows_that_are_none_are_left_out),
                cmocka_unit_test(test_kinds),
                cmocka_unit_test(test_what_the_system_runs_from_is_trusted),
                cmocka_unit_test(test_this_process_has_a_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
