/* SPDX-License-Identifier: EUPL-1.2 */
/* A host for sshd's configuration that is a table of files, and questions about what comes of them. */
#ifndef TESTS_SSHD_FILES_H
#define TESTS_SSHD_FILES_H

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/sshd_config.h"
#include "facts/sshd_scopes.h"

struct sshd_file {
        const char *path;
        const char *bytes;
        size_t length; /* 0: that of the string */
};

static const struct sshd_file *sshd_files; /* ended by a row whose path is NULL */
static const char *sshd_globbed[16];

static const struct sshd_release bookworm = {
        .version = SSHD_9_2, .name = "9.2p1", .banner = "OpenSSH_9.2p1 Debian-2+deb12u7", .sntrup761_alias = true};
static const struct sshd_release trixie = {.version = SSHD_10_0,
                                           .name = "10.0p1",
                                           .banner = "OpenSSH_10.0p2 Debian-7+deb13u4",
                                           .sntrup761_alias = true,
                                           .ipqos_dscp = true};

static inline int sshd_files_read(void *user, const char *path, const char **bytes, size_t *length, const char **why)
{
        const struct sshd_file *f;

        (void)user;
        for (f = sshd_files; f->path; f++)
                if (streq(f->path, path)) {
                        if (!f->bytes) {
                                *why = "permission denied";
                                return -EACCES;
                        }
                        *bytes = f->bytes;
                        *length = f->length ? f->length : strlen(f->bytes);
                        return 0;
                }
        return -ENOENT;
}

/* The table is sorted as glob(3) would sort. */
static inline size_t sshd_files_glob(void *user, const char *pattern, const char *const **paths,
                                     const char **unreadable)
{
        const struct sshd_file *f;
        size_t count = 0;

        (void)user;
        *unreadable = NULL;
        for (f = sshd_files; f->path && count < ELEMENTS(sshd_globbed); f++)
                if (fnmatch(pattern, f->path, FNM_PATHNAME | FNM_PERIOD) == 0)
                        sshd_globbed[count++] = f->path;
        *paths = sshd_globbed;
        return count;
}

static inline int sshd_files_home(void *user, const char *name, const char **ret)
{
        (void)user;
        if (name && streq(name, "remote"))
                return -EIO;
        if (name && !streq(name, "alice"))
                return -ENOENT;
        *ret = name ? "/home/alice" : "/root";
        return 0;
}

static inline unsigned sshd_files_port(void *user, const char *name)
{
        (void)user;
        return streq(name, "ssh") ? 22 : 0;
}

static const struct sshd_host sshd_files_host = {sshd_files_read, sshd_files_glob, sshd_files_home, sshd_files_port,
                                                 NULL};

static inline struct sshd_config *read_files(const struct sshd_release *release, const struct sshd_file *files)
{
        static const struct sshd_arguments none;

        sshd_files = files;
        return sshd_config_read(release, &sshd_files_host, &none);
}

/* One file alone. */
static inline struct sshd_config *read_config(const struct sshd_release *release, const char *text)
{
        const struct sshd_file files[] = {{SSHD_CONFIG_FILE, text, 0}, {NULL, NULL, 0}};

        return read_files(release, files);
}

/* A value's items with one blank between them; malloc'd. */
static inline char *value_text(const struct sshd_value *v)
{
        struct text t = {0};
        size_t i;

        for (i = 0; i < v->count; i++)
                text_printf(&t, "%s%s", i > 0 ? " " : "", v->items[i]);
        return text_take(&t);
}

#endif
