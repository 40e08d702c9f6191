/* SPDX-License-Identifier: EUPL-1.2 */
#include "observe/plugins.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/text.h"

#define CHECKS_MOST 256 /* of one file */

/* Descriptors of a plug-in that was built with fewer members than we know, completed with zeroes. */
static const struct bio_check *complete(const struct bio_check *check, size_t size)
{
        struct bio_check *whole;

        if (size >= sizeof(*check) || !check)
                return check;
        whole = must_alloc(sizeof(*whole));
        memcpy(whole, check, size);
        return whole;
}

/* NULL where the file may be believed; else what is wrong with it. */
static const char *distrust(const struct stat *st, mode_t type, uid_t owner)
{
        if ((st->st_mode & S_IFMT) != type)
                return type == S_IFDIR ? "is no directory" : "is no regular file";
        if (st->st_uid != 0 && st->st_uid != owner)
                return "belongs to another user than root";
        if (st->st_mode & (S_IWGRP | S_IWOTH))
                return "is writable by group or others";
        return NULL;
}

/* Opens one name below `parent`, never through a link. The object is looked at through its descriptor, so that it is
 * the one that is judged. */
static int open_trusted(int parent, const char *name, mode_t type, uid_t owner, int *ret, const char **what)
{
        int flags = O_CLOEXEC | O_NOFOLLOW | O_PATH | (type == S_IFDIR ? O_DIRECTORY : 0);
        _cleanup_fd_ int fd = openat(parent, name, flags);
        struct stat st;

        if (fd < 0 || fstat(fd, &st) < 0) {
                int r = -errno;

                *what = r == -ENOTDIR ? "is no directory, or a link to one" : strerror(-r);
                return r;
        }
        *what = S_ISLNK(st.st_mode) ? "is a symbolic link" : distrust(&st, type, owner);
        if (*what)
                return -EPERM;
        *ret = TAKE_FD(fd);
        return 0;
}

static bool climbs(const char *path)
{
        return strstr(path, "/../") || strstr(path, "/./") || strstr(path, "//") || ends_with(path, "/..") ||
               ends_with(path, "/.");
}

/* Every directory from the root down to `path` is judged. */
static int open_directory(const char *path, uid_t owner, int *ret, char **why)
{
        _cleanup_free_ char *copy = must_strdup(path);
        _cleanup_fd_ int fd = -1;
        const char *what;
        char *name = copy, *end;
        int r;

        if (*path != '/' || climbs(path)) {
                *why = must_printf("%s is no plain absolute path", path);
                return -EINVAL;
        }
        r = open_trusted(AT_FDCWD, "/", S_IFDIR, owner, &fd, &what);
        if (r < 0) {
                *why = must_printf("/ %s", what);
                return r;
        }
        for (name++; *name; name = end) {
                int next;

                end = name + strcspn(name, "/");
                if (*end)
                        *end++ = '\0';
                r = open_trusted(fd, name, S_IFDIR, owner, &next, &what);
                if (r < 0) {
                        *why = must_printf("%.*s: %s", (int)(name + strlen(name) - copy), path, what);
                        return r;
                }
                close_fd(&fd);
                fd = next;
        }
        *ret = TAKE_FD(fd);
        return 0;
}

static int take_checks(struct catalogue *c, const struct bio_plugin *plugin, const char *path, char **why)
{
        const struct bio_check *checks[CHECKS_MOST];
        size_t n = 0;

        if (plugin->abi != BIO_ABI_VERSION) {
                *why = must_printf("built for version %u of the check interface, this agent has %d", plugin->abi,
                                   BIO_ABI_VERSION);
                return -EINVAL;
        }
        if (plugin->size < offsetof(struct bio_check, run) + sizeof(plugin->checks[0]->run) || !plugin->checks) {
                *why = must_strdup("describes no checks");
                return -EINVAL;
        }
        for (; plugin->checks[n] && n < CHECKS_MOST; n++)
                checks[n] = complete(plugin->checks[n], plugin->size);
        return catalogue_add(c, checks, n, path, why);
}

/* What was judged is what is loaded: nobody else can change a name in a directory that passed. A loaded object stays.
 */
static int load(struct catalogue *c, const char *path, char **why)
{
        const struct bio_plugin *plugin;
        const char *message;
        void *object;
        int r;

        object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (!object) {
                message = dlerror();
                *why = must_strdup(message ? message : "cannot be loaded");
                return -EINVAL;
        }
        plugin = dlsym(object, BIO_PLUGIN_SYMBOL);
        if (plugin) {
                r = take_checks(c, plugin, path, why);
        } else {
                *why = must_strdup("has no symbol " BIO_PLUGIN_SYMBOL);
                r = -EINVAL;
        }
        if (r < 0)
                (void)dlclose(object);
        return r;
}

static void load_one(struct catalogue *c, int directory, const char *directory_path, const char *name, uid_t owner)
{
        _cleanup_free_ char *path = must_printf("%s/%s", directory_path, name), *why = NULL;
        _cleanup_fd_ int fd = -1;
        const char *what;
        int r;

        r = open_trusted(directory, name, S_IFREG, owner, &fd, &what);
        if (r < 0)
                why = must_strdup(what);
        else
                r = load(c, path, &why);
        if (r < 0)
                catalogue_refuse(c, path, why);
}

static int by_name(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
        char *items[PLUGINS_MOST];
        size_t count;
        bool more;
};

static void free_names(struct names *n)
{
        for (size_t i = 0; i < n->count; i++)
                free(n->items[i]);
}

static int list_objects(int directory, struct names *ret)
{
        _cleanup_dir_ DIR *d = NULL;
        _cleanup_fd_ int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const struct dirent *entry;

        if (fd < 0)
                return -errno;
        d = fdopendir(fd);
        if (!d)
                return -errno;
        fd = -1;
        while ((entry = readdir(d))) {
                if (!ends_with(entry->d_name, ".so") || entry->d_name[0] == '.')
                        continue;
                if (ret->count == PLUGINS_MOST) {
                        ret->more = true;
                        break;
                }
                ret->items[ret->count++] = must_strdup(entry->d_name);
        }
        qsort(ret->items, ret->count, sizeof(ret->items[0]), by_name);
        return 0;
}

void plugins_load(struct catalogue *c, const char *directory, bool required, uid_t owner)
{
        _cleanup_(free_names) struct names names = {0};
        _cleanup_free_ char *why = NULL;
        _cleanup_fd_ int fd = -1;
        int r;

        r = open_directory(directory, owner, &fd, &why);
        if (r == -ENOENT && !required)
                return;
        if (r == 0) {
                r = list_objects(fd, &names);
                if (r < 0)
                        why = must_printf("cannot be listed: %s", strerror(-r));
                else if (names.more)
                        why = must_printf("has more than %d shared objects; the rest is left out", PLUGINS_MOST);
        }
        if (why)
                catalogue_refuse(c, directory, why);
        for (size_t i = 0; i < names.count; i++)
                load_one(c, fd, directory, names.items[i], owner);
}
