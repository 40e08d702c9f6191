/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/memory.h"
#include "base/text.h"

#define READ_LEAST      ((size_t)4096)
#define TEMPORARY_TRIES 16

int fd_read_all(int fd, size_t most, char **ret, size_t *ret_length)
{
        _cleanup_text_ struct text t = {0};

        for (;;) {
                /* One byte beyond the bound tells a file that fits from one that does not. */
                size_t room = most - t.length < READ_LEAST ? most - t.length + 1 : READ_LEAST;
                ssize_t n;

                t.data = must_grow(t.data, &t.allocated, t.length + room + 1, 1);
                n = read(fd, t.data + t.length, room);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                t.length += (size_t)n;
                if (t.length > most)
                        return -EFBIG;
                t.data[t.length] = '\0';
                if (n == 0)
                        break;
        }
        if (ret_length)
                *ret_length = t.length;
        *ret = text_take(&t);
        return 0;
}

int file_read(int dirfd, const char *path, size_t most, char **ret, size_t *ret_length)
{
        /* O_NONBLOCK: opening a FIFO without a writer would wait; a regular file does not notice. */
        _cleanup_fd_ int fd = openat(dirfd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        struct stat st;

        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return -EINVAL;
        return fd_read_all(fd, most, ret, ret_length);
}

int fd_write_all(int fd, const void *bytes, size_t length)
{
        const char *p = bytes;

        while (length > 0) {
                ssize_t n = write(fd, p, length);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        return -EIO;
                p += n;
                length -= (size_t)n;
        }
        return 0;
}

/* Opens the directory that `path` stands in; *ret_name is its last component, within `path`. */
static int open_parent(int dirfd, const char *path, const char **ret_name)
{
        _cleanup_free_ char *directory = NULL;
        const char *slash = strrchr(path, '/');
        int fd;

        *ret_name = slash ? slash + 1 : path;
        if (!**ret_name || streq(*ret_name, ".") || streq(*ret_name, ".."))
                return -EINVAL;
        if (!slash)
                directory = must_strdup(".");
        else if (slash == path)
                directory = must_strdup("/");
        else
                directory = must_strndup(path, (size_t)(slash - path));
        fd = openat(dirfd, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

/* Creates a temporary file for `name`; *ret_name is malloc'd. */
static int create_temporary(int directory, const char *name, char **ret_name)
{
        static const char alphabet[32] = "abcdefghijklmnopqrstuvwxyz234567";
        unsigned i, j;

        for (i = 0; i < TEMPORARY_TRIES; i++) {
                _cleanup_free_ char *temporary = NULL;
                unsigned char bytes[6];
                char middle[sizeof(bytes) + 1] = "";
                int fd;

                random_bytes(bytes, sizeof(bytes));
                for (j = 0; j < sizeof(bytes); j++)
                        middle[j] = alphabet[bytes[j] % sizeof(alphabet)];
                temporary = must_printf(".%s.%s.tmp", name, middle);
                fd = openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
                if (fd >= 0) {
                        *ret_name = TAKE_PTR(temporary);
                        return fd;
                }
                if (errno != EEXIST)
                        return -errno;
        }
        return -EEXIST;
}

static int fill_file(int fd, mode_t mode, const void *bytes, size_t length)
{
        int r = fd_write_all(fd, bytes, length);

        if (r < 0)
                return r;
        if (fchmod(fd, mode) < 0 || fsync(fd) < 0)
                return -errno;
        return 0;
}

/* ".NAME.XXXXXX.tmp" */
static bool is_temporary_of(const char *entry, const char *name)
{
        size_t length = strlen(name);

        return entry[0] == '.' && strncmp(entry + 1, name, length) == 0 && entry[1 + length] == '.' &&
               strlen(entry) == length + strlen("..XXXXXX.tmp") && ends_with(entry, ".tmp");
}

void file_remove_temporaries(int directory, const char *path)
{
        _cleanup_dir_ DIR *dir = NULL;
        _cleanup_fd_ int fd = -1;
        const struct dirent *entry;
        const char *name;

        fd = open_parent(directory, path, &name);
        dir = fd < 0 ? NULL : fdopendir(fd);
        if (!dir)
                return;
        (void)TAKE_FD(fd);
        while ((entry = readdir(dir)))
                if (is_temporary_of(entry->d_name, name))
                        (void)unlinkat(dirfd(dir), entry->d_name, 0);
}

enum placing { PLACED_NEW, PLACED_EXCHANGED, PLACED_OVER };

/* Gives the temporary file its name. An old target is exchanged rather than overwritten where the file system can, so
 * that it can be brought back when the directory cannot be synced. */
static int place(int directory, const char *temporary, const char *name, bool exclusive, enum placing *ret)
{
        struct stat st;

        *ret = PLACED_NEW;
        if (renameat2(directory, temporary, directory, name, RENAME_NOREPLACE) == 0)
                return 0;
        if (exclusive && (errno == EINVAL || errno == ENOSYS)) {
                /* A file system without RENAME_NOREPLACE: a link does not replace either. */
                if (linkat(directory, temporary, directory, name, 0) < 0)
                        return -errno;
                return unlinkat(directory, temporary, 0) < 0 ? -errno : 0;
        }
        if (exclusive || (errno != EEXIST && errno != EINVAL && errno != ENOSYS))
                return -errno;
        if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
                return -EISDIR;
        *ret = PLACED_EXCHANGED;
        if (renameat2(directory, temporary, directory, name, RENAME_EXCHANGE) == 0)
                return 0;
        *ret = PLACED_OVER;
        return renameat(directory, temporary, directory, name) < 0 ? -errno : 0;
}

static void take_back(int directory, const char *temporary, const char *name, enum placing placing)
{
        if (placing == PLACED_NEW)
                (void)unlinkat(directory, name, 0);
        else if (placing == PLACED_EXCHANGED)
                (void)renameat2(directory, temporary, directory, name, RENAME_EXCHANGE);
}

int file_write_durably(int dirfd, const char *path, mode_t mode, const void *bytes, size_t length, bool exclusive)
{
        _cleanup_free_ char *temporary = NULL;
        _cleanup_fd_ int directory = -1, fd = -1;
        enum placing placing;
        const char *name;
        int r;

        directory = open_parent(dirfd, path, &name);
        if (directory < 0)
                return directory;
        fd = create_temporary(directory, name, &temporary);
        if (fd < 0)
                return fd;
        r = fill_file(fd, mode, bytes, length);
        if (r >= 0)
                r = place(directory, temporary, name, exclusive, &placing);
        if (r >= 0) {
                r = directory_sync(directory);
                if (r < 0)
                        take_back(directory, temporary, name, placing);
        }
        /* What bears the temporary name now is either ours or the target that was replaced. */
        (void)unlinkat(directory, temporary, 0);
        return r;
}

int directory_make(const char *path, mode_t mode)
{
        struct stat st;

        if (mkdir(path, mode) == 0)
                return chmod(path, mode) < 0 ? -errno : 0; /* whatever the umask took */
        if (errno != EEXIST)
                return -errno;
        if (stat(path, &st) < 0)
                return -errno;
        return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int directory_sync(int dirfd)
{
        return fsync(dirfd) < 0 ? -errno : 0;
}

_Noreturn static void cannot_go_on(const char *what)
{
        log_message(LOG_ERR, "%s failed", what);
        abort();
}

void random_bytes(void *out, size_t length)
{
        char *p = out;

        while (length > 0) {
                ssize_t n = getrandom(p, length, 0);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        cannot_go_on("getrandom");
                p += n;
                length -= (size_t)n;
        }
}

void random_uuid(char out[static 37])
{
        static const unsigned char dash_before[16] = {[4] = 1, [6] = 1, [8] = 1, [10] = 1};
        static const char digits[] = "0123456789abcdef";
        unsigned char bytes[16];
        size_t i, n = 0;

        random_bytes(bytes, sizeof(bytes));
        bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40); /* RFC 9562 §5.4: version 4 */
        bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80); /* §4.1: variant 10 */
        for (i = 0; i < sizeof(bytes); i++) {
                if (dash_before[i])
                        out[n++] = '-';
                out[n++] = digits[bytes[i] >> 4];
                out[n++] = digits[bytes[i] & 0xf];
        }
        out[n] = '\0';
}

static EVP_MD *sha256_fetched;

static void sha256_fetch(void)
{
        sha256_fetched = EVP_MD_fetch(NULL, "SHA256", NULL);
        if (!sha256_fetched)
                cannot_go_on("SHA-256");
}

/* EVP_sha256() would be looked up among the providers at each call, under a lock of all threads. */
void sha256(const void *bytes, size_t length, unsigned char out[static SHA256_BYTES])
{
        static pthread_once_t once = PTHREAD_ONCE_INIT;

        (void)pthread_once(&once, sha256_fetch);
        if (EVP_Digest(bytes, length, out, NULL, sha256_fetched, NULL) != 1)
                cannot_go_on("SHA-256");
}

char *sha256_digest(const void *bytes, size_t length)
{
        unsigned char digest[SHA256_BYTES];
        _cleanup_free_ char *hex = NULL;

        sha256(bytes, length, digest);
        hex = hex_encode(digest, sizeof(digest));
        return must_printf("sha256:%s", hex);
}
