/* SPDX-License-Identifier: EUPL-1.2 */
/* meta.mtree: git keeps no owner, no mode but the x bit, no time and no device; a case says what it needs of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/memory.h"
#include "base/text.h"
#include "case.h"
#include "facts/access.h"

#define ENTRIES_MOST 1000
#define GRANTS_MOST  16

struct entry {
        char *path;
        bool has_type, has_mode, has_uid, has_gid, has_time;
        mode_t type, mode;
        uid_t uid;
        gid_t gid;
        int64_t time;
        struct grant grants[GRANTS_MOST];
        size_t grant_count;
        bool acl_unreadable;
};

static struct entry entries[ENTRIES_MOST];
static size_t entry_count;
static int64_t fallback;

static const struct {
        const char *name;
        mode_t type;
} types[] = {
        {"file", S_IFREG},    {"dir", S_IFDIR},  {"link", S_IFLNK},  {"fifo", S_IFIFO},
        {"socket", S_IFSOCK}, {"char", S_IFCHR}, {"block", S_IFBLK},
};

static int set_type(struct entry *e, const char *value)
{
        for (size_t i = 0; i < ELEMENTS(types); i++)
                if (streq(types[i].name, value)) {
                        e->has_type = true;
                        e->type = types[i].type;
                        return 0;
                }
        return -EINVAL;
}

static int set_mode(struct entry *e, const char *value)
{
        char *end;
        unsigned long mode = strtoul(value, &end, 8);

        if (!*value || *end || mode > 07777)
                return -EINVAL;
        e->has_mode = true;
        e->mode = (mode_t)mode;
        return 0;
}

static int set_uid(struct entry *e, const char *value)
{
        uint64_t n;

        if (parse_u64(value, &n) < 0 || n > UINT32_MAX)
                return -EINVAL;
        e->has_uid = true;
        e->uid = (uid_t)n;
        return 0;
}

static int set_gid(struct entry *e, const char *value)
{
        uint64_t n;

        if (parse_u64(value, &n) < 0 || n > UINT32_MAX)
                return -EINVAL;
        e->has_gid = true;
        e->gid = (gid_t)n;
        return 0;
}

/* mtree(5) writes seconds with a fraction; ours is always 0. */
static int set_time(struct entry *e, const char *value)
{
        _cleanup_free_ char *seconds = must_strndup(value, strcspn(value, "."));

        if (parse_i64(seconds, &e->time) < 0)
                return -EINVAL;
        e->has_time = true;
        return 0;
}

/* One of "user::rwx", "user:1000:r-x", "group::r-x", "group:50:rw-", "mask::r-x", "other::---". */
static int set_grant(struct grant *g, char *text)
{
        static const struct {
                const char *name;
                enum grant_to owner, named;
        } kinds[] = {{"user", GRANT_OWNER, GRANT_USER},
                     {"group", GRANT_GROUP_OWNER, GRANT_GROUP},
                     {"mask", GRANT_MASK, GRANT_MASK},
                     {"other", GRANT_EVERYONE, GRANT_EVERYONE}};
        char *kind = strsep(&text, ":"), *id = strsep(&text, ":");
        uint64_t n = 0;

        if (!text || strlen(text) != 3 || (*id && (parse_u64(id, &n) < 0 || n > UINT32_MAX)))
                return -EINVAL;
        for (size_t i = 0; i < ELEMENTS(kinds); i++)
                if (streq(kinds[i].name, kind)) {
                        g->to = *id ? kinds[i].named : kinds[i].owner;
                        g->id = (uint32_t)n;
                        g->permissions = (text[0] == 'r' ? 4U : 0) | (text[1] == 'w' ? 2U : 0) | (text[2] == 'x');
                        return 0;
                }
        return -EINVAL;
}

/* Entries with a comma between; what the mask takes away is not written. Or that they cannot be read. */
static int set_acl(struct entry *e, const char *value)
{
        _cleanup_free_ char *copy = must_strdup(value);
        char *rest = copy, *text;

        e->acl_unreadable = streq(value, "unreadable");
        if (e->acl_unreadable)
                return 0;
        for (e->grant_count = 0; (text = strsep(&rest, ",")); e->grant_count++)
                if (e->grant_count == GRANTS_MOST || set_grant(&e->grants[e->grant_count], text) < 0)
                        return -EINVAL;
        return 0;
}

static const struct {
        const char *name;
        int (*set)(struct entry *e, const char *value);
} keywords[] = {{"type", set_type}, {"mode", set_mode}, {"uid", set_uid},
                {"gid", set_gid},   {"time", set_time}, {"acl", set_acl}};

static int set_keyword(struct entry *e, const char *word)
{
        size_t length = strcspn(word, "=");

        for (size_t i = 0; i < ELEMENTS(keywords); i++)
                if (strlen(keywords[i].name) == length && strncmp(keywords[i].name, word, length) == 0 && word[length])
                        return keywords[i].set(e, word + length + 1);
        return -EINVAL;
}

static char *next_word(char **rest)
{
        char *word = *rest + strspn(*rest, " \t"), *end = word + strcspn(word, " \t");

        if (!*word)
                return NULL;
        *rest = *end ? end + 1 : end;
        *end = '\0';
        return word;
}

/* "./etc/passwd mode=0644 uid=0 …", or "/set …" for all that follow. */
static int take_line(char *line, struct entry *defaults)
{
        char *rest = line, *first = next_word(&rest), *word;
        struct entry *e = defaults;

        if (!first || *first == '#')
                return 0;
        if (!streq(first, "/set")) {
                if (!starts_with(first, "./") || entry_count == ENTRIES_MOST)
                        return -EINVAL;
                e = &entries[entry_count++];
                *e = *defaults;
                e->path = must_strdup(first + 1);
        }
        while ((word = next_word(&rest)))
                if (set_keyword(e, word) < 0)
                        return -EINVAL;
        return 0;
}

static const struct entry *find(const char *path)
{
        for (size_t i = 0; i < entry_count; i++)
                if (streq(entries[i].path, path))
                        return &entries[i];
        return NULL;
}

static bool lay_over(const char *resolved, struct access_file *f)
{
        const struct entry *e = find(resolved);
        mode_t executable = f->mode & 0111 ? 0755 : 0644;

        f->mode = (f->mode & S_IFMT) | (S_ISDIR(f->mode) ? 0755 : executable);
        f->uid = 0;
        f->gid = 0;
        f->mtime = f->ctime = fallback;
        if (!e)
                return true;
        if (e->has_type)
                f->mode = e->type | (f->mode & 07777);
        if (e->has_mode)
                f->mode = (f->mode & S_IFMT) | e->mode;
        if (e->has_uid)
                f->uid = e->uid;
        if (e->has_gid)
                f->gid = e->gid;
        if (e->has_time)
                f->mtime = f->ctime = e->time;
        return true;
}

static bool lay_acl_over(const char *resolved, struct access_acl *acl)
{
        const struct entry *e = find(resolved);

        if (e && e->acl_unreadable)
                *acl = (struct access_acl){.state = BIO_UNREADABLE, .why = "permission denied"};
        acl->count = e ? e->grant_count : 0;
        acl->grants = e ? e->grants : NULL;
        return true;
}

int overlay_load(const char *path, int64_t fallback_time, struct diag *diag)
{
        _cleanup_free_ char *text = NULL;
        struct entry defaults = {0};
        char *line, *next;
        unsigned number = 1;
        int r;

        fallback = fallback_time;
        access_overlay = lay_over;
        access_acl_overlay = lay_acl_over;
        r = file_read(AT_FDCWD, path, 1 << 20, &text, NULL);
        if (r == -ENOENT)
                return 0;
        if (r < 0)
                return diag_add(diag, DIAG_ERROR, path, 0, 0, "%s", strerror(-r));
        for (line = text; *line; line = next, number++) {
                next = line + strcspn(line, "\n");
                if (*next)
                        *next++ = '\0';
                if (take_line(line, &defaults) < 0)
                        return diag_add(diag, DIAG_ERROR, path, number, 0,
                                        "expected ./PATH or /set, and type, mode, uid, gid, time or acl");
        }
        return 0;
}

void overlay_unload(void)
{
        access_overlay = NULL;
        access_acl_overlay = NULL;
        while (entry_count > 0)
                free(entries[--entry_count].path);
}
