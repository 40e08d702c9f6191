/* SPDX-License-Identifier: EUPL-1.2 */
/* Mounts: those that never answer, and those that must be entered. */
#include <errno.h>
#include <fcntl.h>
#include <linux/auto_fs.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answering.h"
#include "base/memory.h"
#include "base/text.h"
#include "scene.h"

#define SILENT "remote mount, not entered (fuse.silent)"

/* A FUSE file system whose program never reads a request: whoever asks it anything waits. `mode`: of its root. */
static void mount_silent(const char *target, unsigned mode)
{
        int fd = open("/dev/fuse", O_RDWR); /* kept open: closing it would end the connection */
        _cleanup_free_ char *options = NULL;

        if (fd < 0)
                scene_skip("no /dev/fuse: %s", strerror(errno));
        options = must_printf("fd=%d,rootmode=%o,user_id=0,group_id=0,allow_other", fd, mode);
        if (mount("silent", target, "fuse.silent", MS_NOSUID | MS_NODEV, options) < 0)
                scene_skip("no FUSE: %s", strerror(errno));
}

static void fuse_in_place_of_a_directory(void)
{
        const struct access_directory *unreadable;
        const char *const *paths;
        struct access *a;

        make_directories("etc", "etc/ssh", NULL);
        MUST(symlink("ssh/sshd_config", "etc/link"));
        write_file("etc/other", "here");
        mount_silent("etc/ssh", S_IFDIR);
        expect_plain_open_hangs("etc/ssh/sshd_config");
        a = image();
        expect_read(a, "/etc/ssh/sshd_config", BIO_UNREADABLE, SILENT);
        expect_read(a, "/etc/link", BIO_UNREADABLE, SILENT);
        expect_stat(a, "/etc/ssh", BIO_UNREADABLE, SILENT);
        expect_list(a, "/etc/ssh", BIO_UNREADABLE, SILENT);
        expect_stat(a, "/etc/ssh/..", BIO_UNREADABLE, SILENT);
        expect_list(a, "/etc", BIO_KNOWN, NULL);
        expect_content(a, "/etc/other", "here");
        expect(access_glob(a, "/etc/ssh/*.conf", &paths, &unreadable) == 0 && unreadable &&
                       streq(unreadable->why, SILENT),
               "a pattern says that it could not look");
        expect(access_glob(a, "/etc/*", &paths, &unreadable) == 3 && !unreadable, "its name matches all the same");
        expect(access_lstat(a, "/etc/ssh")->state == BIO_UNREADABLE, "nor is it looked at without following");
        expect_read(live(), below("/etc/ssh/sshd_config"), BIO_UNREADABLE, SILENT);
}

static void fuse_in_place_of_a_file(void)
{
        write_file("sshd_config", "hidden");
        mount_silent("sshd_config", S_IFREG);
        expect_plain_open_hangs("sshd_config");
        expect_read(image(), "/sshd_config", BIO_UNREADABLE, SILENT);
        expect_read(live(), below("/sshd_config"), BIO_UNREADABLE, SILENT);
}

/* Mounted after the mount table was read. */
static void fuse_that_comes_later(void)
{
        struct access *a = image();

        make_directories("seen", "unseen", NULL);
        write_file("seen/file", "before");
        expect_content(a, "/seen/file", "before");
        mount_silent("unseen", S_IFDIR);
        expect_read(a, "/unseen/file", BIO_UNREADABLE, SILENT);
        expect_read(a, "/unseen/..", BIO_UNREADABLE, SILENT);
}

static void fuse_above_the_root(void)
{
        struct access *a;

        make_directories("far", "far/image", NULL);
        mount_silent("far", S_IFDIR);
        expect(access_open(below("/far/image"), &a) == -EREMOTE, "an image behind it is refused");
        expect(access_open(below("/far"), &a) == -EREMOTE, "and so is it itself");
        expect(access_open("far", &a) == -EREMOTE, "and by a relative path");
}

static void stacks(void)
{
        struct access *a;

        make_directories("over", "under", "both", NULL);
        /* Something local over it: that is what every program sees. */
        mount_silent("over", S_IFDIR);
        MUST(mount("t", "over", "tmpfs", 0, NULL));
        write_file("over/file", "on top");
        /* The other way round. */
        MUST(mount("t", "under", "tmpfs", 0, NULL));
        write_file("under/file", "below");
        mount_silent("under", S_IFDIR);
        MUST(mount("t", "both", "tmpfs", 0, NULL));
        mount_silent("both", S_IFDIR);
        MUST(mount("t", "both", "tmpfs", 0, NULL));
        write_file("both/file", "third");
        a = image();
        expect_content(a, "/over/file", "on top");
        expect_read(a, "/under/file", BIO_UNREADABLE, SILENT);
        expect_content(a, "/both/file", "third");
}

/* A mount that is no longer seen, because another lies over a directory above it, must not count at the same path. */
static void hidden_mounts(void)
{
        struct access *a;

        make_directories("a", "a/b", NULL);
        mount_silent("a/b", S_IFDIR);
        MUST(mount("t", "a", "tmpfs", 0, NULL));
        make_directories("a/b", NULL);
        write_file("a/b/file", "seen");
        a = image();
        expect_content(a, "/a/b/file", "seen");
        expect_content(live(), below("/a/b/file"), "seen");
}

static void local_mounts(void)
{
        const struct access_file *f;
        struct access *a;

        make_directories("a", "a/deep", "bound", "with space\\and\ttab", "a/tmp", NULL);
        write_file("a/deep/file", "deep");
        write_file("a/plain", "plain");
        write_file("target", "");
        MUST(mount("a", "bound", NULL, MS_BIND, NULL));
        MUST(mount("a/plain", "target", NULL, MS_BIND, NULL));
        MUST(mount("t", "a/tmp", "tmpfs", 0, NULL));
        write_file("a/tmp/file", "in tmpfs");
        MUST(mount("t", "with space\\and\ttab", "tmpfs", 0, NULL));
        write_file("with space\\and\ttab/file", "odd");
        MUST(symlink("../bound/deep", "a/link"));
        for (unsigned i = 0; i < 2; i++) {
                a = i ? live() : image();
                expect_content(a, i ? below("/bound/deep/file") : "/bound/deep/file", "deep");
                expect_content(a, i ? below("/target") : "/target", "plain");
                expect_content(a, i ? below("/a/tmp/file") : "/a/tmp/file", "in tmpfs");
                expect_content(a, i ? below("/with space\\and\ttab/file") : "/with space\\and\ttab/file", "odd");
                /* A bind mount without MS_REC has an empty directory where the other has its mount. */
                expect_read(a, i ? below("/bound/tmp/file") : "/bound/tmp/file", BIO_ABSENT, NULL);
                expect_content(a, i ? below("/bound/link/file") : "/bound/link/file", "deep");
        }
        f = access_read(image(), "/bound/deep/../plain", SCENE_MOST);
        expect(streq(f->resolved, "/bound/plain"), "the way back out of a bind mount is its mount point");
}

/* What is mounted between two looks is known at the second. */
static void mounts_that_change(void)
{
        struct access *a;

        make_directories("t", "u", NULL);
        MUST(mount("t", "t", "tmpfs", 0, NULL));
        write_file("t/file", "old");
        a = image();
        MUST(umount2("t", MNT_DETACH));
        MUST(mount("t", "t", "tmpfs", 0, NULL));
        write_file("t/file", "new");
        MUST(mount("u", "u", "tmpfs", 0, NULL));
        write_file("u/file", "later");
        expect_content(a, "/t/file", "new");
        expect_content(a, "/u/file", "later");
        /* Local when the table was read, silent now. */
        make_directories("t/v", NULL);
        MUST(mount("v", "t/v", "tmpfs", 0, NULL));
        a = image();
        MUST(umount2("t/v", MNT_DETACH));
        mount_silent("t/v", S_IFDIR);
        expect_read(a, "/t/v/file", BIO_UNREADABLE, SILENT);
}

static void image_that_is_a_mount(void)
{
        struct access *a;

        make_directories("image", "image/etc", NULL);
        MUST(mount("t", "image", "tmpfs", 0, NULL));
        make_directories("image/etc", "image/etc/ssh", "image/etc/more", NULL);
        write_file("image/etc/passwd", "of the image");
        mount_silent("image/etc/ssh", S_IFDIR);
        MUST(mount("t", "image/etc/more", "tmpfs", 0, NULL));
        write_file("image/etc/more/file", "more");
        MUST(access_open(below("/image"), &a));
        expect_content(a, "/etc/passwd", "of the image");
        expect_content(a, "/etc/more/file", "more");
        expect_read(a, "/etc/ssh/sshd_config", BIO_UNREADABLE, SILENT);
        expect_stat(a, "/etc/more/../../../../..", BIO_KNOWN, NULL);
        expect(streq(access_stat(a, "/etc/more/../../../../..")->resolved, "/"), "never above the root");
}

/* An automounter: `daemon` plays in a process group of its own, which the kernel never makes wait. It gets the writing
 * end of the pipe that requests come through, and tells by a byte that it is ready. */
static int automounter(void (*daemon)(int request))
{
        int request[2], ready[2];
        char byte;

        MUST(pipe(request));
        MUST(pipe2(ready, O_CLOEXEC));
        if (MUST(fork()) == 0) {
                (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
                (void)alarm(SCENE_SECONDS + 1); /* what waits for it cannot be killed before */
                MUST(setpgid(0, 0));
                daemon(request[1]);
                (void)!write(ready[1], "r", 1);
                (void)close(ready[1]);
                for (;;)
                        (void)pause();
        }
        MUST(close(ready[1]));
        if (read(ready[0], &byte, 1) != 1)
                scene_skip("no autofs here");
        return request[0];
}

static int mount_autofs(int request)
{
        _cleanup_free_ char *options =
                must_printf("fd=%d,pgrp=%d,minproto=5,maxproto=5,direct", request, (int)getpgrp());

        if (mount("systemd-1", "auto", "autofs", 0, options) < 0)
                _exit(1);
        return MUST(open("auto", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static void never_answers(int request)
{
        (void)mount_autofs(request);
}

static void autofs(void)
{
        static const char why[] = "remote mount, not entered (autofs)";
        struct access *a;

        make_directories("auto", NULL);
        (void)automounter(never_answers);
        expect_plain_open_hangs("auto/file");
        a = image();
        expect_read(a, "/auto/file", BIO_UNREADABLE, why);
        expect_stat(a, "/auto", BIO_UNREADABLE, why);
        expect_list(a, "/auto", BIO_UNREADABLE, why);
}

static void expires(int request)
{
        int fd = mount_autofs(request), how = AUTOFS_EXP_IMMEDIATE;

        mount_silent("auto", S_IFDIR);
        /* Waits for the answer that nobody gives; and whoever looks at the mount point waits with it. */
        if (MUST(fork()) == 0) {
                (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
                (void)alarm(SCENE_SECONDS + 1);
                (void)ioctl(fd, AUTOFS_IOC_EXPIRE_MULTI, &how);
                _exit(0);
        }
}

/* While an automounter expires a mount, even a look at the mount point waits, and beyond any signal (older kernels do
 * not spare one that would not cross it); so what is known as remote is not touched. */
static void autofs_that_expires(void)
{
        struct access *a;
        struct pollfd request = {.events = POLLIN};

        make_directories("auto", NULL);
        request.fd = automounter(expires);
        if (poll(&request, 1, 1000) != 1)
                scene_skip("nothing expires");
        expect_plain_open_hangs("auto");
        a = image();
        expect_read(a, "/auto/file", BIO_UNREADABLE, SILENT);
        expect_stat(a, "/auto", BIO_UNREADABLE, SILENT);
}

/* Without a mount table nobody knows what lies behind a mount point. */
static void without_a_mount_table(void)
{
        struct access *a;

        make_directories("t", NULL);
        write_file("file", "x");
        MUST(mount("t", "t", "tmpfs", 0, NULL));
        if (umount2("/proc", MNT_DETACH) < 0)
                scene_skip("/proc cannot be taken away: %s", strerror(errno));
        a = live();
        expect_read(a, below("/file"), BIO_UNREADABLE, "mount, not entered: the mount table cannot be read");
        expect_stat(a, "/etc/passwd", BIO_KNOWN, NULL);
}

/* A root that is itself served by FUSE, as a container's on fuse-overlayfs: what the system runs from answers. */
static void root_on_fuse(void)
{
        struct access *a;

        make_directories("new", NULL);
        answering_mount("new");
        MUST(mount("/proc", "new/proc", NULL, MS_BIND, NULL));
        MUST(mount("new", "new/bound", NULL, MS_BIND, NULL));
        mount_silent("new/other", S_IFDIR);
        expect_read(live(), below("/new/file"), BIO_UNREADABLE, "remote mount, not entered (fuse.answering)");
        MUST(chroot("new"));
        MUST(chdir("/"));
        a = live();
        expect_content(a, "/file", ANSWERING_CONTENT);
        expect_content(a, "/bound/file", ANSWERING_CONTENT);
        expect_read(a, "/other/file", BIO_UNREADABLE, SILENT);
        expect_read(a, "/none", BIO_ABSENT, "/none");
}

/* The mount table names what a process sees from its own root. */
static void in_another_root(void)
{
        struct access *a;

        make_directories("new", "new/proc", "new/t", "new/silent", NULL);
        MUST(mount("/proc", "new/proc", NULL, MS_BIND, NULL));
        MUST(mount("t", "new/t", "tmpfs", 0, NULL));
        write_file("new/t/file", "in the new root");
        mount_silent("new/silent", S_IFDIR);
        MUST(chroot("new"));
        MUST(chdir("/"));
        a = live();
        expect_content(a, "/t/file", "in the new root");
        expect_read(a, "/silent/file", BIO_UNREADABLE, SILENT);
        expect(access_is_live(a), "it is the root of this process");
}

const struct scene mount_scenes[] = {
        {"FUSE in place of a directory", fuse_in_place_of_a_directory, MOUNTS},
        {"FUSE in place of a file", fuse_in_place_of_a_file, MOUNTS},
        {"FUSE that comes later", fuse_that_comes_later, MOUNTS},
        {"FUSE above the root", fuse_above_the_root, MOUNTS},
        {"stacked mounts", stacks, MOUNTS},
        {"hidden mounts", hidden_mounts, MOUNTS},
        {"bind mounts and tmpfs", local_mounts, MOUNTS},
        {"mounts that change", mounts_that_change, MOUNTS},
        {"image that is a mount", image_that_is_a_mount, MOUNTS},
        {"autofs", autofs, MOUNTS},
        {"autofs that expires", autofs_that_expires, MOUNTS},
        {"without a mount table", without_a_mount_table, MOUNTS},
        {"root on FUSE", root_on_fuse, MOUNTS},
        {"in another root", in_another_root, MOUNTS},
        {NULL, NULL, NOTHING},
};
