/* SPDX-License-Identifier: EUPL-1.2 */
#include "scene.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"

enum { EXIT_FAILED = 1, EXIT_SKIPPED = 77 };

char scene_place[64];

/* Shared with the scenes' processes. */
struct totals {
        unsigned compared, played, skipped, failed;
};

static struct totals *totals;
static const char *scene_name;

void scene_fail(const char *fmt, ...)
{
        va_list ap;

        (void)fprintf(stderr, "%s: ", scene_name);
        va_start(ap, fmt);
        (void)vfprintf(stderr, fmt, ap);
        va_end(ap);
        (void)fprintf(stderr, "\n");
        _exit(EXIT_FAILED);
}

void scene_skip(const char *fmt, ...)
{
        va_list ap;

        (void)printf("%s: skipped: ", scene_name);
        va_start(ap, fmt);
        (void)vprintf(fmt, ap);
        va_end(ap);
        (void)printf("\n");
        (void)fflush(stdout);
        _exit(EXIT_SKIPPED);
}

int scene_must(int r, const char *what)
{
        if (r < 0)
                scene_fail("%s: %s", what, strerror(errno));
        return r;
}

static const char *const states[] = {"known", "absent", "unreadable", "undecidable"};

static void expect_state(const char *question, const char *path, enum bio_state state, const char *why,
                         enum bio_state wanted, const char *wanted_why)
{
        totals->compared++;
        if (state != wanted || (wanted_why && !streq(why, wanted_why)))
                scene_fail("%s %s: %s (%s), expected %s (%s)", question, path, states[state], why ? why : "-",
                           states[wanted], wanted_why ? wanted_why : "any reason");
}

void expect_read(struct access *a, const char *path, enum bio_state state, const char *why)
{
        const struct access_file *f = access_read(a, path, SCENE_MOST);

        expect_state("read", path, f->state, f->why, state, why);
}

void expect_stat(struct access *a, const char *path, enum bio_state state, const char *why)
{
        const struct access_file *f = access_stat(a, path);

        expect_state("stat", path, f->state, f->why, state, why);
}

void expect_list(struct access *a, const char *path, enum bio_state state, const char *why)
{
        const struct access_directory *d = access_list(a, path);

        expect_state("list", path, d->state, d->why, state, why);
}

void expect_content(struct access *a, const char *path, const char *content)
{
        const struct access_file *f = access_read(a, path, SCENE_MOST);

        expect_state("read", path, f->state, f->why, BIO_KNOWN, NULL);
        if (!streq(f->bytes, content))
                scene_fail("read %s: other content than expected", path);
}

void expect(bool held, const char *what)
{
        totals->compared++;
        if (!held)
                scene_fail("%s", what);
}

void expect_plain_open_hangs(const char *path)
{
        const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};
        pid_t pid = MUST(fork());
        struct stat s;
        unsigned i;

        if (pid == 0) {
                (void)stat(path, &s);
                (void)open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
                _exit(0);
        }
        for (i = 0; i < 50; i++) {
                if (waitpid(pid, NULL, WNOHANG) != 0)
                        scene_fail("a plain open of %s does not hang: the scene shows nothing", path);
                (void)nanosleep(&moment, NULL);
        }
        /* Not waited for: it may be beyond any signal until what it waits for is gone. */
        (void)kill(pid, SIGKILL);
}

struct access *image(void)
{
        struct access *a;

        errno = -access_open(scene_place, &a);
        return MUST(-errno) == 0 ? a : NULL;
}

struct access *live(void)
{
        struct access *a;

        errno = -access_open("/", &a);
        return MUST(-errno) == 0 ? a : NULL;
}

const char *below(const char *path)
{
        return must_printf("%s%s", scene_place, path);
}

void write_file(const char *path, const char *content)
{
        int fd = MUST(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));

        if (write(fd, content, strlen(content)) != (ssize_t)strlen(content))
                scene_fail("cannot write %s", path);
        MUST(close(fd));
}

void make_directories(const char *first, ...)
{
        const char *path;
        va_list ap;

        va_start(ap, first);
        for (path = first; path; path = va_arg(ap, const char *))
                MUST(mkdir(path, 0755));
        va_end(ap);
}

/* A place that nobody else sees, and that goes away with the process; where that cannot be, an ordinary directory. */
static void set_up(const struct scene *scene)
{
        bool mounts = geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
                      mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
                      mount("scene", scene_place, "tmpfs", 0, "mode=0755") == 0;

        if (scene->needs >= ROOT && geteuid() != 0)
                scene_skip("needs root");
        if (scene->needs == MOUNTS && !mounts)
                scene_skip("no mount namespace of its own");
        MUST(chmod(scene_place, 0755));
        MUST(chdir(scene_place));
}

static void play(const struct scene *scene)
{
        (void)alarm(SCENE_SECONDS);
        set_up(scene);
        scene->play();
        (void)fflush(stdout);
        _exit(0);
}

static bool play_one(const struct scene *scene)
{
        int status;
        pid_t pid;

        scene_name = scene->name;
        pid = MUST(fork());
        if (pid == 0)
                play(scene);
        MUST(waitpid(pid, &status, 0));
        while (waitpid(-1, NULL, WNOHANG) > 0)
                ; /* what the scene left behind */
        if (WIFSIGNALED(status))
                (void)fprintf(stderr, "%s: %s\n", scene->name,
                              WTERMSIG(status) == SIGALRM ? "hangs" : strsignal(WTERMSIG(status)));
        if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIPPED)
                totals->skipped++;
        else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
                totals->played++;
        else
                totals->failed++;
        return WIFEXITED(status) && WEXITSTATUS(status) != EXIT_FAILED;
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *ftw)
{
        (void)s;
        (void)type;
        (void)ftw;
        (void)remove(path);
        return 0;
}

bool scenes_play(const struct scene *scenes)
{
        bool well = true;

        if (!totals) {
                totals = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
                if (totals == MAP_FAILED)
                        abort();
                (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
        }
        for (; scenes->name; scenes++) {
                (void)snprintf(scene_place, sizeof(scene_place), "/tmp/bioagent-scene.XXXXXX");
                if (!mkdtemp(scene_place))
                        abort();
                well = play_one(scenes) && well;
                (void)nftw(scene_place, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
        }
        return well;
}

bool scenes_report(void)
{
        const struct timespec moment = {.tv_nsec = 50 * 1000 * 1000};

        (void)nanosleep(&moment, NULL);
        while (waitpid(-1, NULL, WNOHANG) > 0)
                ;
        (void)printf("hostile files and mounts: %u scenes, %u answers compared, %u skipped, %u failed\n",
                     totals->played, totals->compared, totals->skipped, totals->failed);
        return totals->compared > 0;
}
