/* SPDX-License-Identifier: EUPL-1.2 */
/* What can stand in a file's place, and what can happen to it while it is read. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "scene.h"

static void fifo(void)
{
        struct access *a = image();

        MUST(mkfifo("sshd_config", 0644));
        expect_read(a, "/sshd_config", BIO_UNREADABLE, "is a FIFO");
        expect_stat(a, "/sshd_config", BIO_KNOWN, NULL);
}

static void devices(void)
{
        struct access *a = image();

        /* An unused number: opening it would fail, opening a terminal or a tape would do things. */
        MUST(mknod("tty", S_IFCHR | 0644, makedev(4, 60)));
        MUST(mknod("disk", S_IFBLK | 0644, makedev(7, 250)));
        expect_read(a, "/tty", BIO_UNREADABLE, "is a character device");
        expect_read(a, "/disk", BIO_UNREADABLE, "is a block device");
}

static void loops(void)
{
        struct access *a = image();
        const struct access_directory *unreadable;
        const char *const *paths;

        MUST(symlink("sshd_config", "sshd_config"));
        MUST(symlink("b/x", "a"));
        MUST(symlink("a/y", "b"));
        expect_read(a, "/sshd_config", BIO_UNREADABLE, "too many links");
        expect_read(a, "/a", BIO_UNREADABLE, "too many links");
        expect_list(a, "/a/b/c", BIO_UNREADABLE, "too many links");
        expect(access_glob(a, "/sshd*", &paths, &unreadable) == 1 && !unreadable, "a loop still matches by its name");
}

static void out_of_the_image(void)
{
        struct access *a = image();

        make_directories("etc", "in", NULL);
        write_file("etc/mine", "the image's");
        MUST(symlink("/etc/passwd", "passwd"));
        MUST(symlink("/etc/mine", "mine"));
        MUST(symlink("../../../../../../etc/passwd", "in/up"));
        MUST(symlink("../../../../../../etc/mine", "in/down"));
        MUST(symlink(scene_place, "in/outside-name"));
        expect_read(a, "/passwd", BIO_ABSENT, "/etc/passwd");
        expect_read(a, "/in/up", BIO_ABSENT, "/etc/passwd");
        expect_content(a, "/mine", "the image's");
        expect_content(a, "/in/down", "the image's");
        expect_content(a, "/../../../etc/mine", "the image's");
        expect_read(a, "/in/outside-name/etc/mine", BIO_ABSENT, "/tmp");
}

static void sparse(void)
{
        int fd = MUST(open("sshd_config", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
        struct access *a = image();

        if (ftruncate(fd, (off_t)1024 * 1024 * 1024) < 0)
                scene_skip("no file of 1 GiB: %s", strerror(errno));
        expect_read(a, "/sshd_config", BIO_UNREADABLE, "larger than 1048576 bytes");
        expect(access_read(a, "/sshd_config", SIZE_MAX)->state == BIO_UNREADABLE, "no caller can ask for more");
        expect(access_bytes_read(a) == 0, "nothing of it was read");
}

/* Runs `work` for ever beside the scene, until the scene ends. */
static void beside(void (*work)(void))
{
        if (MUST(fork()) > 0)
                return;
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)alarm(SCENE_SECONDS);
        for (;;)
                work();
}

/* Serves permission events until the scene ends: `change` runs whenever the file or directory is about to be read,
 * before the reading goes on (fanotify(7)). */
static _Noreturn void serve_events(int events, void (*change)(void))
{
        struct fanotify_event_metadata event;

        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)alarm(SCENE_SECONDS + 1);
        while (read(events, &event, sizeof(event)) == (ssize_t)sizeof(event)) {
                const struct fanotify_response allow = {.fd = event.fd, .response = FAN_ALLOW};

                change();
                if (write(events, &allow, sizeof(allow)) != (ssize_t)sizeof(allow))
                        break;
                (void)close(event.fd);
        }
        _exit(1);
}

static void when_read(const char *path, void (*change)(void))
{
        int events = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY | O_CLOEXEC);

        if (events < 0 || fanotify_mark(events, FAN_MARK_ADD, FAN_ACCESS_PERM | FAN_ONDIR, AT_FDCWD, path) < 0)
                scene_skip("no fanotify here: %s", strerror(errno));
        if (MUST(fork()) == 0)
                serve_events(events, change);
        MUST(close(events));
}

static void append_to(const char *path)
{
        int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

        if (fd < 0 || write(fd, "more\n", 5) != 5 || close(fd) < 0)
                _exit(1);
}

static void grow(void)
{
        append_to("growing");
}

static void grow_once(void)
{
        static unsigned times;

        if (times++ == 0)
                append_to("grows-once");
}

static void add_entry(void)
{
        static unsigned times;
        char path[32];

        (void)snprintf(path, sizeof(path), "busy/%u", times++);
        if (mkdir(path, 0755) < 0)
                _exit(1);
}

static void add_entry_once(void)
{
        (void)mkdir("busy-once/second", 0755);
}

static void take(void *user, const char *bytes, size_t length)
{
        (void)bytes;
        *(size_t *)user += length;
}

static void again(void *user)
{
        *(size_t *)user = 0;
}

static void growing(void)
{
        static const char why[] = "changes while it is read";
        static char lines[64 * 1024 + 1];
        size_t taken = 0;
        const struct access_taker taker = {.take = take, .again = again, .user = &taken};
        const struct access_file *f;

        /* Of several pieces, so that something was taken before the change shows. */
        memset(lines, '\n', sizeof(lines) - 1);
        write_file("growing", lines);
        when_read("growing", grow);
        expect_read(image(), "/growing", BIO_UNREADABLE, why);
        f = access_pass(image(), "/growing", SCENE_MOST, &taker);
        expect(f->state == BIO_UNREADABLE && streq(f->why, why), "nor is it read piece by piece");
        expect(taken == 0, "what was taken of it is void");
}

static void growing_once(void)
{
        size_t taken = 0;
        const struct access_taker taker = {.take = take, .again = again, .user = &taken};

        write_file("grows-once", "one\n");
        when_read("grows-once", grow_once);
        expect_content(image(), "/grows-once", "one\nmore\n");
        expect(access_pass(image(), "/grows-once", SCENE_MOST, &taker)->state == BIO_KNOWN && taken == 9,
               "piece by piece it is the same");
}

static void busy_directories(void)
{
        const struct access_directory *d;

        make_directories("busy", "busy-once", "busy-once/first", NULL);
        when_read("busy", add_entry);
        when_read("busy-once", add_entry_once);
        expect_list(image(), "/busy", BIO_UNREADABLE, "changes while it is read");
        d = access_list(image(), "/busy-once");
        expect(d->count == 2 && streq(d->names[0], "first") && streq(d->names[1], "second"), "it is listed again");
}

static void crowded_directory(void)
{
        char name[32];
        unsigned i;

        make_directories("crowd", NULL);
        for (i = 0; i <= ACCESS_DIRECTORY_MOST; i++) {
                (void)snprintf(name, sizeof(name), "crowd/%u", i);
                MUST(symlink("x", name));
        }
        expect_list(image(), "/crowd", BIO_UNREADABLE, "more than 65536 entries");
        MUST(unlink("crowd/0"));
        expect_list(image(), "/crowd", BIO_KNOWN, NULL);
}

/* As an editor saves: a new file is renamed over the old one. All bytes of a version are the same. */
static void save(void)
{
        static unsigned version;
        char bytes[4096];
        int fd;

        memset(bytes, 'a' + (int)(version++ % 26), sizeof(bytes));
        fd = open("saved.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (fd < 0 || write(fd, bytes, sizeof(bytes)) != (ssize_t)sizeof(bytes) || close(fd) < 0 ||
            rename("saved.new", "saved") < 0)
                _exit(1);
}

static void saved_meanwhile(void)
{
        unsigned i, known = 0;

        save();
        beside(save);
        for (i = 0; i < 300; i++) {
                struct access *a = image();
                const struct access_file *f;

                (void)access_stat(a, "/saved");
                f = access_read(a, "/saved", SCENE_MOST);
                expect(f->state == BIO_KNOWN ||
                               (f->state == BIO_UNREADABLE && streq(f->why, "replaced while it was looked at")),
                       "a file that is saved again and again is there, or was replaced each time");
                if (f->state == BIO_KNOWN) {
                        known++;
                        expect(f->length == 4096 && f->bytes[0] == f->bytes[4095], "what is read is one version");
                }
                access_close(a);
        }
        expect(known > 0, "at least once it was read");
}

/* The owner of a file may hold a lease, and an open then waits for the lease's holder to let go. */
static void leased(void)
{
        int fd, ready[2];
        char byte;

        write_file("leased", "x");
        write_file("free", "x");
        MUST(pipe2(ready, O_CLOEXEC));
        if (MUST(fork()) == 0) {
                (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
                (void)signal(SIGIO, SIG_IGN);
                fd = open("leased", O_RDWR | O_CLOEXEC);
                byte = fcntl(fd, F_SETLEASE, F_WRLCK) < 0 ? 'n' : 'y';
                (void)!write(ready[1], &byte, 1);
                for (;;)
                        (void)pause();
        }
        if (read(ready[0], &byte, 1) != 1 || byte != 'y')
                scene_skip("no leases here");
        expect_read(image(), "/leased", BIO_UNREADABLE, "in use: a lease is held on it");
        expect_content(image(), "/free", "x");
}

static void without_permission(void)
{
        struct access *a;

        make_directories("closed", "closed/in", "no-search", "no-list", NULL);
        write_file("closed/file", "x");
        write_file("no-search/file", "x");
        write_file("no-list/file", "seen");
        write_file("secret", "x");
        MUST(symlink("closed/file", "link"));
        MUST(chmod("closed", 0700));
        MUST(chmod("no-search", 0744));
        MUST(chmod("no-list", 0711));
        MUST(chmod("secret", 0600));
        MUST(setgroups(0, NULL));
        MUST(setresgid(65534, 65534, 65534));
        MUST(setresuid(65534, 65534, 65534));
        a = image();
        expect_read(a, "/closed/file", BIO_UNREADABLE, "permission denied");
        expect_read(a, "/closed/none", BIO_UNREADABLE, "permission denied");
        expect_read(a, "/closed/in/deep", BIO_UNREADABLE, "permission denied");
        expect_read(a, "/closed/../secret", BIO_UNREADABLE, "permission denied");
        expect_stat(a, "/closed/..", BIO_UNREADABLE, "permission denied");
        expect_stat(a, "/closed/.", BIO_UNREADABLE, "permission denied");
        expect_stat(a, "/closed", BIO_KNOWN, NULL);
        expect_list(a, "/closed", BIO_UNREADABLE, "permission denied");
        expect_read(a, "/link", BIO_UNREADABLE, "permission denied");
        expect_read(a, "/no-search/file", BIO_UNREADABLE, "permission denied");
        expect_list(a, "/no-search", BIO_KNOWN, NULL);
        expect_content(a, "/no-list/file", "seen");
        expect_list(a, "/no-list", BIO_UNREADABLE, "permission denied");
        expect_read(a, "/secret", BIO_UNREADABLE, "permission denied");
        expect_stat(a, "/secret", BIO_KNOWN, NULL);
}

static void magic_links(void)
{
        static const char magic[] = "link of the kernel's own kind, not followed";
        struct access *a = live();

        MUST(symlink("/proc/self/root/etc/passwd", "by-link"));
        MUST(symlink("/proc/self/fd/0", "by-descriptor"));
        MUST(symlink("/proc/self/status", "ordinary"));
        if (access("/proc/self/root", F_OK) < 0)
                scene_skip("no /proc");
        expect_read(a, below("/by-link"), BIO_UNREADABLE, magic);
        expect_read(a, below("/by-descriptor"), BIO_UNREADABLE, magic);
        expect_read(a, "/proc/self/cwd/by-link", BIO_UNREADABLE, magic);
        expect_list(a, "/proc/self/root", BIO_UNREADABLE, magic);
        expect_stat(a, "/proc/self/exe", BIO_UNREADABLE, magic);
        expect_read(a, below("/ordinary"), BIO_KNOWN, NULL);
}

/* openat2 answers `error`, as a kernel that lacks it or a container that forbids it. */
static void forbid_openat2(int error)
{
        struct sock_filter filter[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        const struct sock_fprog program = {.len = (unsigned short)ELEMENTS(filter), .filter = filter};

        MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
                scene_skip("no seccomp: %s", strerror(errno));
}

static void without_openat2(void)
{
        struct access *a;

        forbid_openat2(ENOSYS);
        a = live();
        expect_read(a, "/etc/passwd", BIO_UNREADABLE, "this kernel lacks openat2 or mount ids (5.8 has both)");
        expect_list(a, "/", BIO_UNREADABLE, "this kernel lacks openat2 or mount ids (5.8 has both)");
        expect(access_open(scene_place, &a) == -ENOSYS, "an image cannot be opened without openat2");
}

static void with_openat2_forbidden(void)
{
        struct access *a;

        forbid_openat2(EPERM);
        a = live();
        expect_read(a, "/etc/passwd", BIO_UNREADABLE, "openat2 is not permitted to this process");
        expect(access_open(scene_place, &a) == -EPERM, "an image cannot be opened without openat2");
}

const struct scene file_scenes[] = {
        {"FIFO", fifo, NOTHING},
        {"devices", devices, ROOT},
        {"link loops", loops, NOTHING},
        {"links out of the image", out_of_the_image, NOTHING},
        {"1 GiB sparse file", sparse, NOTHING},
        {"growing file", growing, ROOT},
        {"file that grows once", growing_once, ROOT},
        {"busy directories", busy_directories, ROOT},
        {"crowded directory", crowded_directory, NOTHING},
        {"file saved meanwhile", saved_meanwhile, NOTHING},
        {"lease", leased, NOTHING},
        {"without permission", without_permission, ROOT},
        {"magic links", magic_links, NOTHING},
        {"kernel without openat2", without_openat2, NOTHING},
        {"openat2 forbidden", with_openat2_forbidden, NOTHING},
        {NULL, NULL, NOTHING},
};
