/* SPDX-License-Identifier: EUPL-1.2 */
/* The stacks of a service: its file, what that includes, and what libpam makes of lines that are no good. */
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "facts/pam_internal.h"

#define DIRECTORY "/etc/pam.d"
#define VENDOR    "/usr/lib/pam.d"
#define CONF      "/etc/pam.conf"
#define ANY       PAM_TYPES

/* A file that is being read, and for what. */
struct frame {
        struct pam *p;
        struct pam_service *s;
        const char *service; /* the name that lines of pam.conf are for; NULL: that they are is known */
        const char *path;
        enum pam_type wanted; /* ANY: all types */
        unsigned includes, level;
};

/* Ends the reading of a service: nothing later is read. */
static int stop(struct pam_service *s, enum pam_service_state state, const char *why, const char *path, unsigned line)
{
        if (s->state == PAM_SERVICE_READ) {
                s->state = state;
                s->why = why;
                s->why_path = path;
                s->why_line = line;
        }
        return -EBADMSG;
}

/* libpam stops reading a file; where it was included only that line is no good. */
struct given_up {
        const char *why, *path;
        unsigned line;
};

static int give_up(struct given_up *g, const char *why, const char *path, unsigned line)
{
        *g = (struct given_up){why, path, line};
        return -EIO;
}

/* A line of which the words are being taken. */
struct taken {
        struct pam_entry entry;
        enum pam_type type;
        bool includes;
        char *rest;
};

static struct pam_entry *add(struct frame *f, enum pam_type type, const struct pam_entry *entry)
{
        struct pam_stack *stack = &f->s->stacks[type];

        stack->entries = must_grow(stack->entries, &stack->allocated, stack->count + 1, sizeof(*stack->entries));
        stack->entries[stack->count] = *entry;
        return &stack->entries[stack->count++];
}

static const char *keep(struct frame *f, const char *s)
{
        return arena_copy(&f->p->arena, s, strlen(s));
}

static void must_fail(struct taken *t, const char *why)
{
        t->entry.kind = PAM_MUST_FAIL;
        if (!t->entry.why)
                t->entry.why = why;
}

static void take_type(struct frame *f, struct taken *t, char *word)
{
        size_t i;

        t->type = f->wanted != ANY ? f->wanted : PAM_AUTH;
        if (!word)
                return must_fail(t, "no type");
        if (*word == '-') {
                t->entry.silent = true;
                word++;
        }
        for (i = 0; i < PAM_TYPES; i++)
                if (strcasecmp(word, pam_type_names[i]) == 0) {
                        t->type = (enum pam_type)i;
                        return;
                }
        if (f->p->reading.debian && strcasecmp(word, "@include") == 0) {
                t->includes = true;
                t->type = f->wanted;
                t->entry.control_text = "@include";
                /* Its control is never set: whatever stands in that memory counts if the file is missing. */
                t->entry.control.open = true;
                return;
        }
        must_fail(t, "no such type");
}

static void take_control(struct frame *f, struct taken *t, char *word)
{
        size_t i;

        if (!word) {
                for (i = 0; i < PAM_CODES; i++)
                        t->entry.control.actions[i] = ACTION_BAD;
                return must_fail(t, "no control");
        }
        t->entry.control_text = keep(f, word);
        if (strcasecmp(word, "include") == 0 || strcasecmp(word, "substack") == 0) {
                t->includes = true;
                for (i = 0; i < PAM_CODES; i++)
                        t->entry.control.actions[i] = ACTION_BAD;
        } else
                (void)pam_control_read(word, f->p->reading.release, &t->entry.control);
}

static void take_arguments(struct frame *f, struct taken *t)
{
        const char *words[128];
        const char **list;
        size_t count = 0;
        char *word = t->rest, *rest = NULL;

        if (!t->rest)
                return;
        for (word = pam_word(t->rest, &rest); word; word = pam_word(NULL, &rest)) {
                if (count == ELEMENTS(words)) {
                        (void)stop(f->s, PAM_SERVICE_OPEN, "a line with more than 128 arguments", t->entry.path,
                                   t->entry.line);
                        return;
                }
                words[count++] = keep(f, word);
        }
        list = arena_alloc(&f->p->arena, (count + 1) * sizeof(*list));
        memcpy(list, words, count * sizeof(*list));
        t->entry.arguments = list;
}

/* Names that libpam does not take for a module. */
static bool is_nameless(const char *module)
{
        const char *slash = strrchr(module, '/'), *name = slash ? slash + 1 : module;
        const char *dot = strrchr(name, '.');
        size_t length = dot ? (size_t)(dot - name) : strlen(name);

        return length == 0 || (length == 1 && *name == '?');
}

static int read_file(struct frame *f, struct given_up *g);

/* The path of an included file; NULL: libpam looks for none. */
static const char *included_path(struct frame *f, const char *name)
{
        static const char *const directories[] = {DIRECTORY, VENDOR};
        struct access *a = facts_access(f->p->facts);
        _cleanup_text_ struct text path = {0};
        const struct access_file *file;
        size_t i;

        if (*name == '/')
                return keep(f, name);
        if (f->p->reading.debian) {
                file = access_stat(a, DIRECTORY);
                if (file->state == BIO_ABSENT || (file->state == BIO_KNOWN && !S_ISDIR(file->mode)))
                        return NULL;
                text_printf(&path, "%s/%s", DIRECTORY, name);
                return keep(f, text_string(&path));
        }
        for (i = 0; i < ELEMENTS(directories); i++) {
                text_clear(&path);
                text_printf(&path, "%s/%s", directories[i], name);
                if (access_stat(a, text_string(&path))->state != BIO_ABSENT)
                        return keep(f, text_string(&path));
        }
        return NULL;
}

/* 0: read. -EIO: libpam could not read it, *why says why. */
static int read_included(struct frame *f, struct taken *t, const char *name, const char **why)
{
        struct frame inner = *f;
        struct given_up g = {0};
        int r;

        inner.wanted = t->type;
        inner.service = NULL;
        inner.includes++;
        inner.level += t->entry.kind == PAM_SUBSTACK;
        if (++f->s->files > PAM_FILES_MOST)
                return stop(f->s, PAM_SERVICE_OPEN, "more than 1024 files included", t->entry.path, t->entry.line);
        *why = "there are more than 16 levels of files";
        if (f->p->reading.release == PAM_1_5) {
                if (inner.level >= PAM_LEVELS)
                        return -EIO;
                if (inner.includes > PAM_INCLUDES_MOST)
                        return stop(f->s, PAM_SERVICE_OPEN, "files that include each other", t->entry.path,
                                    t->entry.line);
        } else if (inner.includes >= PAM_LEVELS) {
                if (f->p->reading.release == PAM_OTHER_RELEASE)
                        return stop(f->s, PAM_SERVICE_OPEN, "files that include each other", t->entry.path,
                                    t->entry.line);
                return -EIO;
        }
        *why = "the file that it names is missing";
        inner.path = included_path(f, name);
        if (!inner.path)
                return -EIO;
        r = read_file(&inner, &g);
        if (r == -EIO && g.why)
                *why = g.why;
        return r;
}

static int take_include(struct frame *f, struct taken *t, const char *name, struct given_up *g)
{
        bool substack = t->entry.control_text && strcasecmp(t->entry.control_text, "substack") == 0;
        const char *why;
        int r;

        if (substack) {
                struct pam_entry marker = t->entry;

                marker.kind = PAM_SUBSTACK;
                marker.module = name ? keep(f, name) : NULL;
                if (marker.module && is_nameless(marker.module))
                        return give_up(g, "a substack without a name", t->entry.path, t->entry.line);
                (void)add(f, t->type, &marker);
        }
        if (!name)
                return stop(f->s, PAM_SERVICE_CRASHES, "an include that names no file", t->entry.path, t->entry.line);
        t->entry.kind = substack ? PAM_SUBSTACK : PAM_MODULE;
        r = read_included(f, t, name, &why);
        if (r != -EIO)
                return r;
        t->entry.kind = PAM_MUST_FAIL;
        t->entry.why = why;
        t->entry.module = NULL;
        if (t->type == ANY)
                return give_up(g, why, t->entry.path, t->entry.line);
        (void)add(f, t->type, &t->entry);
        return 0;
}

/* "/lib/security/pam_unix.so" is pam_unix. */
static const char *name_of(struct frame *f, const char *module)
{
        const char *slash = strrchr(module, '/'), *name = slash ? slash + 1 : module, *dot = strrchr(name, '.');

        return arena_copy(&f->p->arena, name, dot ? (size_t)(dot - name) : strlen(name));
}

static int take_module(struct frame *f, struct taken *t, char *name, struct given_up *g)
{
        if (!name) {
                must_fail(t, "no module");
        } else {
                t->entry.module = keep(f, name);
                t->entry.name = name_of(f, name);
        }
        take_arguments(f, t);
        (void)add(f, t->type, &t->entry);
        /* In an included file 1.5 crashes at it, and 1.7 has the entry in one of two chains alone. */
        if (name && is_nameless(name) && f->includes > 0)
                return stop(f->s, PAM_SERVICE_OPEN, "an included line whose module has no name", t->entry.path,
                            t->entry.line);
        if (name && is_nameless(name))
                return give_up(g, "a module without a name", t->entry.path, t->entry.line);
        return 0;
}

/* Whether a line is for the service that is read; *rest is what is behind its name. */
static bool is_for(struct frame *f, char *line, char **rest)
{
        char *name;

        *rest = line;
        if (!f->service)
                return true;
        name = pam_word(line, rest);
        return name && strcasecmp(name, f->service) == 0;
}

static int take_line(struct frame *f, char *line, unsigned number, struct given_up *g)
{
        struct taken t = {.entry = {.control_text = "", .path = f->path, .line = number, .level = f->level}};
        char *word;
        size_t i;

        if (!is_for(f, line, &t.rest))
                return 0;
        for (i = 0; i < PAM_TYPES; i++)
                if (f->s->stacks[i].count >= PAM_ENTRIES_MOST)
                        return stop(f->s, PAM_SERVICE_OPEN, "more than 4096 entries", f->path, number);
        word = pam_word(NULL, &t.rest);
        take_type(f, &t, word);
        if (!t.includes) {
                if (f->wanted != ANY && t.type != f->wanted)
                        return 0;
                take_control(f, &t, pam_word(NULL, &t.rest));
        }
        word = pam_word(NULL, &t.rest);
        if (t.includes)
                return take_include(f, &t, word, g);
        return take_module(f, &t, word, g);
}

static int read_lines(struct frame *f, const struct access_file *file, struct given_up *g)
{
        struct pam_lines lines = {file->bytes, file->length, 0, 0, f->p->reading.release};
        _cleanup_text_ struct text line = {0};
        unsigned number = 0;
        int r;

        for (;;) {
                switch (pam_line_next(&lines, &line, &number)) {
                case PAM_LINE_NONE:
                        return 0;
                case PAM_LINE_INCOMPLETE:
                        return give_up(g, "a line that does not end", f->path, number);
                case PAM_LINE_ENDLESS:
                        return stop(f->s, PAM_SERVICE_OPEN, "a line at which libpam reads on for ever", f->path,
                                    lines.line + 1);
                case PAM_LINE_OPEN:
                        return stop(f->s, PAM_SERVICE_OPEN, "a line that releases of libpam read differently", f->path,
                                    lines.line);
                case PAM_LINE_READ:
                        r = take_line(f, line.data, number, g);
                        if (r < 0)
                                return r;
                        if (f->s->state != PAM_SERVICE_READ)
                                return -EBADMSG;
                }
        }
}

/* 0, also of a directory, which is empty for libpam; -EIO: it is not there; -EBADMSG: the reading ends. */
static int read_file(struct frame *f, struct given_up *g)
{
        struct access *a = facts_access(f->p->facts);
        const struct access_file *file = access_stat(a, f->path);

        if (file->state == BIO_ABSENT)
                return -EIO;
        if (file->state == BIO_KNOWN && S_ISDIR(file->mode))
                return 0;
        file = access_read(a, f->path, PAM_FILE_MOST);
        if (file->state == BIO_ABSENT)
                return -EIO;
        if (file->state == BIO_UNREADABLE)
                return stop(f->s, PAM_SERVICE_UNREADABLE, file->why, f->path, 0);
        f->s->bytes += file->length;
        if (f->s->bytes > PAM_BYTES_MOST)
                return stop(f->s, PAM_SERVICE_OPEN, "more text than this version reads", f->path, 0);
        return read_lines(f, file, g);
}

/* The file that libpam opens for a service; NULL: there is none. */
static const char *service_path(struct pam *p, const char *name)
{
        static const char *const directories[] = {DIRECTORY, VENDOR};
        size_t i;

        if (!p->directories)
                return CONF;
        for (i = 0; i < ELEMENTS(directories); i++) {
                _cleanup_text_ struct text path = {0};

                text_printf(&path, "%s/%s", directories[i], name);
                if (access_stat(facts_access(p->facts), text_string(&path))->state != BIO_ABSENT)
                        return arena_copy(&p->arena, text_string(&path), path.length);
        }
        return NULL;
}

void pam_service_read(struct pam *p, struct pam_service *s)
{
        struct frame f = {.p = p, .s = s, .wanted = ANY};
        struct given_up g = {0};
        int r;

        f.path = service_path(p, s->name);
        if (!f.path)
                return;
        if (!p->directories)
                f.service = s->name;
        s->file = f.path;
        r = read_file(&f, &g);
        if (r == -EIO && g.why)
                (void)stop(s, PAM_SERVICE_BROKEN, g.why, g.path, g.line);
        else if (r == -EIO)
                s->file = NULL;
}
