/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/systemd_conf.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"

#define CONF_FILE_MOST ((size_t)4 * 1024 * 1024)
#define SETTINGS_MOST  65536
/* Since when daemons look for their main file in all directories; what lies between was not looked at. */
#define LAST_IN_ETC_ALONE   252
#define FIRST_IN_ALL_PLACES 257

static const char *const places[] = {"/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd",
                                     "/lib/systemd"};

struct taking {
        struct systemd *s;
        struct conf *conf;
        const char *section, *path;
};

void conf_free(struct conf *c)
{
        strings_free(&c->files);
        strings_free(&c->directories);
        free(c->settings);
        *c = (struct conf){0};
}

static void give_up(struct conf *c, enum bio_state state, const char *path, const char *why)
{
        if (c->state != BIO_KNOWN)
                return;
        c->state = state;
        c->why = why;
        c->why_path = path;
}

static const char *take(void *user, const struct unit_assignment *a)
{
        struct taking *t = user;
        struct conf *c = t->conf;
        struct arena *arena = &t->s->arena;

        if (!streq(a->section, t->section))
                return NULL;
        if (c->count == SETTINGS_MOST || systemd_spent(t->s)) {
                give_up(c, BIO_UNDECIDABLE, t->path, "more settings than this version keeps");
                return "more settings than this version keeps";
        }
        c->settings = must_grow(c->settings, &c->allocated, c->count + 1, sizeof(*c->settings));
        c->settings[c->count++] = (struct conf_setting){.key = arena_copy(arena, a->key, strlen(a->key)),
                                                        .value = arena_copy(arena, a->value, strlen(a->value)),
                                                        .path = t->path,
                                                        .line = a->line};
        return NULL;
}

static void end_at(struct conf *c, const char *path, unsigned line, const char *why)
{
        c->ended = why;
        c->ended_path = path;
        c->ended_line = line;
}

/* A link to /dev/null, which an unpacked image does not have. */
static bool leads_to_null(const struct access_file *file)
{
        return file->state == BIO_ABSENT && (streq(file->why, "/dev") || streq(file->why, "/dev/null"));
}

/* Reads one file; false where there is none. */
static bool read_file(struct taking *t, const char *path)
{
        const struct access_file *file = access_stat(t->s->access, path);
        struct conf *c = t->conf;
        const char *why;
        unsigned line;

        if (file->state == BIO_ABSENT && !leads_to_null(file))
                return false;
        strings_add(&c->files, path);
        if (file->state == BIO_ABSENT)
                return true;
        if (file->state == BIO_UNREADABLE) {
                give_up(c, BIO_UNREADABLE, path, file->why);
                return true;
        }
        if (S_ISDIR(file->mode)) {
                end_at(c, path, 0, "a directory where a file belongs");
                return true;
        }
        if (S_ISCHR(file->mode) || streq(file->resolved, "/dev/null"))
                return true;
        file = access_read(t->s->access, path, CONF_FILE_MOST);
        if (file->state != BIO_KNOWN) {
                give_up(c, BIO_UNREADABLE, path, file->why);
                return true;
        }
        t->path = path;
        why = unit_file_parse(file->bytes, file->length, take, t, &line);
        if (why)
                end_at(c, path, line, why);
        return true;
}

/* The main file: of 252 the one in /etc, of 257 the first that there is. Between them, and where the version is not
 * known, it must not matter. */
static void read_main(struct taking *t, const char *name)
{
        const unsigned version = t->s->version;
        size_t i, most = ELEMENTS(places) - 1;

        if (version > 0 && version <= LAST_IN_ETC_ALONE)
                most = 1;
        for (i = 0; i < most; i++) {
                const char *path = arena_printf(&t->s->arena, "%s/%s.conf", places[i], name);

                if (!read_file(t, path))
                        continue;
                if (i > 0 && version < FIRST_IN_ALL_PLACES)
                        give_up(t->conf, BIO_UNDECIDABLE, path,
                                "whether this version of systemd reads it is not known");
                return;
        }
}

void conf_read(struct systemd *s, const char *name, const char *section, struct conf *ret)
{
        _cleanup_strings_ struct strings directories = {0}, drop_ins = {0};
        struct taking t = {.s = s, .conf = ret, .section = section};
        const char *why;
        size_t i;

        *ret = (struct conf){.state = BIO_KNOWN};
        for (i = 0; i < ELEMENTS(places); i++) {
                const char *path = arena_printf(&s->arena, "%s/%s.conf.d", places[i], name);

                strings_add(&directories, path);
                if (access_stat(s->access, path)->state == BIO_KNOWN)
                        strings_add(&ret->directories, path);
        }
        why = unit_conf_files(s, &directories, &drop_ins);
        if (why)
                give_up(ret, BIO_UNREADABLE, NULL, why);
        read_main(&t, name);
        for (i = 0; i < drop_ins.count && !ret->ended; i++)
                (void)read_file(&t, drop_ins.items[i]);
}
