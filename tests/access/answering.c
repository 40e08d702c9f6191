/* SPDX-License-Identifier: EUPL-1.2 */
#include "answering.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "scene.h"

/* Node ids: 1 is the root (FUSE_ROOT_ID); the others in this order. */
static const char *const names[] = {NULL, NULL, "file", "proc", "bound", "other"};
#define FILE_ID 2

static struct fuse_attr attributes(uint64_t id)
{
        struct fuse_attr a = {.ino = id, .nlink = 1, .blksize = 4096};

        a.mode = id == FILE_ID ? S_IFREG | 0644 : S_IFDIR | 0755;
        a.size = id == FILE_ID ? strlen(ANSWERING_CONTENT) : 0;
        return a;
}

static void reply(int fd, uint64_t unique, int error, const void *body, size_t length)
{
        struct fuse_out_header header = {.len = (uint32_t)(sizeof(header) + length), .error = error, .unique = unique};
        const struct iovec parts[] = {{&header, sizeof(header)}, {(void *)(uintptr_t)body, length}};

        (void)!writev(fd, parts, length > 0 ? 2 : 1);
}

static void reply_init(int fd, const struct fuse_in_header *in, const struct fuse_init_in *init)
{
        struct fuse_init_out out = {.major = FUSE_KERNEL_VERSION,
                                    .minor = init->minor < FUSE_KERNEL_MINOR_VERSION ? init->minor
                                                                                     : FUSE_KERNEL_MINOR_VERSION,
                                    .max_readahead = 65536,
                                    .max_write = 4096};

        reply(fd, in->unique, 0, &out, sizeof(out));
}

static void reply_lookup(int fd, const struct fuse_in_header *in, const char *name)
{
        struct fuse_entry_out out = {0};
        uint64_t id;

        for (id = FILE_ID; id < ELEMENTS(names) && !streq(names[id], name); id++)
                ;
        if (in->nodeid != FUSE_ROOT_ID || id == ELEMENTS(names)) {
                reply(fd, in->unique, -ENOENT, NULL, 0);
                return;
        }
        out.nodeid = id;
        out.attr = attributes(id);
        reply(fd, in->unique, 0, &out, sizeof(out));
}

static void serve_one(int fd, const struct fuse_in_header *in)
{
        const void *body = in + 1;
        struct fuse_attr_out attr = {.attr = attributes(in->nodeid)};
        const struct fuse_open_out opened = {0};
        const struct fuse_read_in *range = body;

        switch (in->opcode) {
        case FUSE_INIT:
                reply_init(fd, in, body);
                break;
        case FUSE_LOOKUP:
                reply_lookup(fd, in, body);
                break;
        case FUSE_GETATTR:
                reply(fd, in->unique, 0, &attr, sizeof(attr));
                break;
        case FUSE_OPEN:
        case FUSE_OPENDIR:
                reply(fd, in->unique, 0, &opened, sizeof(opened));
                break;
        case FUSE_READ:
                reply(fd, in->unique, 0, ANSWERING_CONTENT, range->offset == 0 ? strlen(ANSWERING_CONTENT) : 0);
                break;
        case FUSE_RELEASE:
        case FUSE_RELEASEDIR:
        case FUSE_FLUSH:
                reply(fd, in->unique, 0, NULL, 0);
                break;
        case FUSE_FORGET:
        case FUSE_BATCH_FORGET:
        case FUSE_INTERRUPT:
                break; /* these have no answer */
        default:
                reply(fd, in->unique, -ENOSYS, NULL, 0);
        }
}

static _Noreturn void serve(int fd)
{
        static _Alignas(struct fuse_in_header) char request[FUSE_MIN_READ_BUFFER];

        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)alarm(SCENE_SECONDS + 1);
        while (read(fd, request, sizeof(request)) >= (ssize_t)sizeof(struct fuse_in_header))
                serve_one(fd, (const struct fuse_in_header *)request);
        _exit(0);
}

void answering_mount(const char *target)
{
        int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
        _cleanup_free_ char *options = NULL;

        if (fd < 0)
                scene_skip("no /dev/fuse: %s", strerror(errno));
        options = must_printf("fd=%d,rootmode=40755,user_id=0,group_id=0,allow_other", fd);
        if (mount("answering", target, "fuse.answering", MS_NOSUID | MS_NODEV, options) < 0)
                scene_skip("no FUSE: %s", strerror(errno));
        if (MUST(fork()) == 0)
                serve(fd);
        MUST(close(fd));
}
