/* SPDX-License-Identifier: EUPL-1.2 */
#include "spool/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/memory.h"
#include "base/text.h"

#define SPOOL_DIRECTORY_MODE 0750
#define SPOOL_FILE_MODE      0640
#define SEQ_DIGITS           20
#define NAME_LENGTH          (SEQ_DIGITS + 4) /* and ".jws" */
#define TEMPORARY_SUFFIX     ".tmp"

struct spool {
        int fd;
        uint64_t size;
        bool size_known;
};

static void entry_name(uint64_t seq, char out[static NAME_LENGTH + 1])
{
        (void)snprintf(out, NAME_LENGTH + 1, "%0*" PRIu64 ".jws", SEQ_DIGITS, seq);
}

/* The number of a record's file name; 0 for every other name. */
static uint64_t entry_seq(const char *name)
{
        char digits[SEQ_DIGITS + 1];
        uint64_t seq;

        if (strlen(name) != NAME_LENGTH || !ends_with(name, ".jws"))
                return 0;
        memcpy(digits, name, SEQ_DIGITS);
        digits[SEQ_DIGITS] = '\0';
        return parse_u64(digits, &seq) < 0 ? 0 : seq;
}

static bool is_chain(const char *name)
{
        return is_hex(name, RECORD_CHAIN_TEXT - 1);
}

static int open_directory(int dirfd, const char *path)
{
        int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

        return fd < 0 ? -errno : fd;
}

/* A stream over a directory that leaves `dirfd` itself open. */
static int list_directory(int dirfd, const char *path, DIR **ret)
{
        _cleanup_fd_ int fd = open_directory(dirfd, path);

        if (fd < 0)
                return fd;
        *ret = fdopendir(fd);
        if (!*ret)
                return -errno;
        (void)TAKE_FD(fd);
        return 0;
}

/* What an append left behind when the process ended in the middle of it. It was never visible as a record. */
static int remove_temporaries(int chain_fd)
{
        _cleanup_dir_ DIR *dir = NULL;
        const struct dirent *entry;
        int r = list_directory(chain_fd, ".", &dir);

        if (r < 0)
                return r;
        while ((entry = readdir(dir))) {
                if (entry->d_name[0] == '.' && ends_with(entry->d_name, TEMPORARY_SUFFIX))
                        (void)unlinkat(chain_fd, entry->d_name, 0);
        }
        return 0;
}

static int remove_all_temporaries(struct spool *s)
{
        _cleanup_dir_ DIR *dir = NULL;
        const struct dirent *entry;
        int r = list_directory(s->fd, ".", &dir);

        if (r < 0)
                return r;
        while ((entry = readdir(dir))) {
                _cleanup_fd_ int chain_fd = -1;

                if (!is_chain(entry->d_name))
                        continue;
                chain_fd = open_directory(s->fd, entry->d_name);
                if (chain_fd < 0)
                        return chain_fd;
                r = remove_temporaries(chain_fd);
                if (r < 0)
                        return r;
        }
        return 0;
}

int spool_open(const char *state, bool create, struct spool **ret, char **why)
{
        _cleanup_free_ char *path = must_printf("%s/spool", state);
        _cleanup_spool_ struct spool *s = must_alloc(sizeof(*s));
        int r;

        s->fd = -1;
        if (create) {
                r = directory_make(path, SPOOL_DIRECTORY_MODE);
                if (r < 0) {
                        *why = must_printf("cannot make %s: %s", path, strerror(-r));
                        return r;
                }
        }
        s->fd = open_directory(AT_FDCWD, path);
        if (s->fd < 0) {
                *why = must_printf("cannot open %s: %s", path, strerror(-s->fd));
                return s->fd;
        }
        if (create) {
                r = remove_all_temporaries(s);
                if (r < 0) {
                        *why = must_printf("cannot tidy %s: %s", path, strerror(-r));
                        return r;
                }
        }
        *ret = TAKE_PTR(s);
        return 0;
}

void spool_close(struct spool *s)
{
        if (!s)
                return;
        close_fd(&s->fd);
        free(s);
}

static int compare_entries(const void *a, const void *b)
{
        const struct spool_entry *x = a, *y = b;

        return x->seq < y->seq ? -1 : x->seq > y->seq;
}

int spool_entries(struct spool *s, const char *chain, struct spool_entry **ret, size_t *ret_count)
{
        _cleanup_free_ struct spool_entry *entries = NULL;
        _cleanup_dir_ DIR *dir = NULL;
        const struct dirent *entry;
        size_t count = 0, allocated = 0;
        int r;

        if (!is_chain(chain))
                return -EINVAL;
        r = list_directory(s->fd, chain, &dir);
        if (r < 0)
                return r;
        for (errno = 0; (entry = readdir(dir)); errno = 0) {
                uint64_t seq = entry_seq(entry->d_name);
                struct stat st;

                if (seq == 0 || fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
                    !S_ISREG(st.st_mode))
                        continue;
                entries = must_grow(entries, &allocated, count + 1, sizeof(*entries));
                entries[count] = (struct spool_entry){.seq = seq, .size = (uint64_t)st.st_size, .mtime = st.st_mtime};
                memcpy(entries[count].chain, chain, RECORD_CHAIN_TEXT);
                count++;
        }
        if (errno != 0)
                return -errno;
        if (count > 0)
                qsort(entries, count, sizeof(*entries), compare_entries);
        *ret = TAKE_PTR(entries);
        *ret_count = count;
        return 0;
}

struct dated_chain {
        char id[RECORD_CHAIN_TEXT];
        struct timespec since;
};

static int compare_chains(const void *a, const void *b)
{
        const struct dated_chain *x = a, *y = b;

        if (x->since.tv_sec != y->since.tv_sec)
                return x->since.tv_sec < y->since.tv_sec ? -1 : 1;
        if (x->since.tv_nsec != y->since.tv_nsec)
                return x->since.tv_nsec < y->since.tv_nsec ? -1 : 1;
        return strcmp(x->id, y->id);
}

/* When a chain began: its genesis' time, or that of the oldest record left. False: it holds no record. */
static bool chain_since(struct spool *s, const char *chain, struct timespec *ret)
{
        _cleanup_free_ struct spool_entry *entries = NULL;
        _cleanup_free_ char *path = NULL;
        char name[NAME_LENGTH + 1];
        size_t count = 0;
        struct stat st;

        if (spool_entries(s, chain, &entries, &count) < 0 || count == 0)
                return false;
        entry_name(entries[0].seq, name);
        path = must_printf("%s/%s", chain, name);
        if (fstatat(s->fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return false;
        *ret = st.st_mtim;
        return true;
}

int spool_chains(struct spool *s, char (**ret)[RECORD_CHAIN_TEXT], size_t *ret_count)
{
        _cleanup_free_ struct dated_chain *chains = NULL;
        _cleanup_dir_ DIR *dir = NULL;
        const struct dirent *entry;
        size_t count = 0, allocated = 0, i;
        int r = list_directory(s->fd, ".", &dir);

        if (r < 0)
                return r;
        for (errno = 0; (entry = readdir(dir)); errno = 0) {
                struct timespec since;

                if (!is_chain(entry->d_name) || !chain_since(s, entry->d_name, &since))
                        continue;
                chains = must_grow(chains, &allocated, count + 1, sizeof(*chains));
                memcpy(chains[count].id, entry->d_name, RECORD_CHAIN_TEXT);
                chains[count].since = since;
                count++;
        }
        if (errno != 0)
                return -errno;
        if (count > 0)
                qsort(chains, count, sizeof(*chains), compare_chains);
        *ret = must_alloc((count + 1) * sizeof(**ret));
        for (i = 0; i < count; i++)
                memcpy((*ret)[i], chains[i].id, RECORD_CHAIN_TEXT);
        *ret_count = count;
        return 0;
}

/* Counted once, then kept up to date: only the owner of this spool, who appends and removes, asks often. */
uint64_t spool_size(struct spool *s)
{
        _cleanup_free_ char(*chains)[RECORD_CHAIN_TEXT] = NULL;
        size_t count = 0, i, j;

        if (s->size_known)
                return s->size;
        s->size = 0;
        if (spool_chains(s, &chains, &count) < 0)
                return 0;
        for (i = 0; i < count; i++) {
                _cleanup_free_ struct spool_entry *entries = NULL;
                size_t n = 0;

                if (spool_entries(s, chains[i], &entries, &n) < 0)
                        continue;
                for (j = 0; j < n; j++)
                        s->size += entries[j].size;
        }
        s->size_known = true;
        return s->size;
}

/* The chain's directory, made durably where it is not there yet. */
static int chain_directory(struct spool *s, const char *chain)
{
        int r = open_directory(s->fd, chain);

        if (r != -ENOENT)
                return r;
        /* Whatever the umask is: the shipper reads through the group. */
        if (mkdirat(s->fd, chain, SPOOL_DIRECTORY_MODE) < 0 || fchmodat(s->fd, chain, SPOOL_DIRECTORY_MODE, 0) < 0)
                return -errno;
        r = directory_sync(s->fd);
        if (r < 0)
                return r;
        return open_directory(s->fd, chain);
}

/* Makes `from` visible as `to` unless there is one already. Not every file system knows RENAME_NOREPLACE; link(2) is as
 * atomic, and leaves the temporary name for the next start at worst. */
static int publish(int dirfd, const char *from, const char *to)
{
        if (renameat2(dirfd, from, dirfd, to, RENAME_NOREPLACE) == 0)
                return 0;
        if (errno != EINVAL && errno != ENOSYS)
                return -errno;
        if (linkat(dirfd, from, dirfd, to, 0) < 0)
                return -errno;
        (void)unlinkat(dirfd, from, 0);
        return 0;
}

static int write_temporary(int dirfd, const char *name, const char *line)
{
        _cleanup_fd_ int fd = -1;
        int r;

        /* Left by an append whose clean-up failed too; there is one writer. */
        (void)unlinkat(dirfd, name, 0);
        fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, SPOOL_FILE_MODE);
        if (fd < 0)
                return -errno;
        r = fd_write_all(fd, line, strlen(line));
        if (r == 0)
                r = fd_write_all(fd, "\n", 1);
        if (r == 0 && fchmod(fd, SPOOL_FILE_MODE) < 0)
                r = -errno;
        if (r == 0 && fsync(fd) < 0)
                r = -errno;
        return r;
}

int spool_append(struct spool *s, const char *chain, uint64_t seq, const char *line)
{
        char name[NAME_LENGTH + 1], temporary[NAME_LENGTH + sizeof("." TEMPORARY_SUFFIX)];
        _cleanup_fd_ int dirfd = -1;
        int r;

        if (!is_chain(chain) || seq == 0 || strchr(line, '\n'))
                return -EINVAL;
        dirfd = chain_directory(s, chain);
        if (dirfd < 0)
                return dirfd;
        entry_name(seq, name);
        (void)snprintf(temporary, sizeof(temporary), ".%s" TEMPORARY_SUFFIX, name);
        r = write_temporary(dirfd, temporary, line);
        if (r == 0)
                r = publish(dirfd, temporary, name);
        if (r < 0) {
                (void)unlinkat(dirfd, temporary, 0);
                return r;
        }
        if (s->size_known)
                s->size += strlen(line) + 1;
        /* The record exists from here on: the shipper may have seen it. So it stays, also where this fails. */
        return directory_sync(dirfd);
}

int spool_read(struct spool *s, const char *chain, uint64_t seq, char **ret, size_t *ret_length)
{
        _cleanup_free_ char *path = NULL;
        char name[NAME_LENGTH + 1];
        _cleanup_free_ char *bytes = NULL;
        size_t length = 0;
        int r;

        if (!is_chain(chain) || seq == 0)
                return -EINVAL;
        entry_name(seq, name);
        path = must_printf("%s/%s", chain, name);
        r = file_read(s->fd, path, JWS_LINE_MOST + 1, &bytes, &length);
        if (r < 0)
                return r;
        if (length > 0 && bytes[length - 1] == '\n')
                bytes[--length] = '\0';
        if (length == 0 || memchr(bytes, '\n', length) || memchr(bytes, '\0', length))
                return -EBADMSG;
        *ret = TAKE_PTR(bytes);
        *ret_length = length;
        return 0;
}

int spool_sync(struct spool *s, const char *chain)
{
        _cleanup_fd_ int dirfd = -1;

        if (!is_chain(chain))
                return -EINVAL;
        dirfd = open_directory(s->fd, chain);
        return dirfd < 0 ? dirfd : directory_sync(dirfd);
}

int spool_remove(struct spool *s, const char *chain, uint64_t seq)
{
        _cleanup_free_ struct spool_entry *entries = NULL;
        _cleanup_free_ char *path = NULL;
        char name[NAME_LENGTH + 1];
        size_t count = 0, i;
        int r = spool_entries(s, chain, &entries, &count);

        if (r < 0)
                return r;
        if (count == 0 || seq > entries[count - 1].seq)
                return -ENOENT;
        if (seq == entries[count - 1].seq)
                return -EBUSY;
        for (i = 0; i < count && entries[i].seq != seq; i++)
                ;
        if (i == count)
                return -ENOENT;
        entry_name(seq, name);
        path = must_printf("%s/%s", chain, name);
        if (unlinkat(s->fd, path, 0) < 0)
                return -errno;
        if (s->size_known)
                s->size -= entries[i].size;
        return 0;
}
