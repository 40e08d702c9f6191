/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/pam_su.h"

#include <strings.h>

#include "base/memory.h"
#include "base/text.h"

#define FILES_MOST 32
#define PAM_MOST   ((size_t)1024 * 1024)

/* Files that are read already: a loop ends. */
struct reading {
        struct facts *f;
        struct bio_node *list;
        const char *read[FILES_MOST];
        size_t count;
};

static bool is_space(char c)
{
        return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next word of a line; one in brackets may hold blanks. */
static bool next_word(struct span *rest, struct span *ret)
{
        size_t length;

        while (rest->length > 0 && is_space(*rest->bytes)) {
                rest->bytes++;
                rest->length--;
        }
        if (rest->length == 0)
                return false;
        if (*rest->bytes == '[') {
                const char *end = memchr(rest->bytes, ']', rest->length);

                length = end ? (size_t)(end - rest->bytes) + 1 : rest->length;
        } else
                for (length = 0; length < rest->length && !is_space(rest->bytes[length]); length++)
                        ;
        *ret = (struct span){rest->bytes, length};
        rest->bytes += length;
        rest->length -= length;
        return true;
}

static bool is_word(struct span word, const char *text)
{
        return word.length == strlen(text) && strncasecmp(word.bytes, text, word.length) == 0;
}

static enum pam_su_says read_wheel(struct span rest, struct span *ret)
{
        struct span argument;
        bool trust = false, deny = false;

        *ret = (struct span){"", 0};
        while (next_word(&rest, &argument)) {
                trust |= is_word(argument, "trust");
                deny |= is_word(argument, "deny");
                if (argument.length > 6 && memcmp(argument.bytes, "group=", 6) == 0)
                        *ret = (struct span){argument.bytes + 6, argument.length - 6};
        }
        if (!trust)
                return PAM_SU_NOTHING;
        return deny ? PAM_SU_TRUST_ALL_BUT : PAM_SU_TRUST;
}

static void read_service(struct reading *r, const char *path);

static void read_included(struct reading *r, struct span name)
{
        _cleanup_text_ struct text path = {0};

        if (name.length > 0 && *name.bytes != '/')
                text_add(&path, "/etc/pam.d/");
        text_append(&path, name.bytes, name.length);
        read_service(r, text_string(&path));
}

static bool ends_with_module(struct span word)
{
        static const char module[] = "pam_wheel.so";

        return word.length >= sizeof(module) - 1 &&
               memcmp(word.bytes + word.length - (sizeof(module) - 1), module, sizeof(module) - 1) == 0;
}

enum pam_su_says pam_su_line_read(struct span line, struct span *ret)
{
        struct span word, control;

        if (!next_word(&line, &word))
                return PAM_SU_NOTHING;
        if (is_word(word, "@include"))
                return next_word(&line, ret) ? PAM_SU_READ : PAM_SU_NOTHING;
        if ((!is_word(word, "auth") && !is_word(word, "-auth")) || !next_word(&line, &control) ||
            !next_word(&line, ret))
                return PAM_SU_NOTHING;
        if (is_word(control, "include") || is_word(control, "substack"))
                return PAM_SU_READ;
        return ends_with_module(*ret) ? read_wheel(line, ret) : PAM_SU_NOTHING;
}

static void take_line(struct reading *r, struct span rest, const char *source, unsigned line)
{
        struct tree *t = facts_tree(r->f);
        struct span said = {"", 0};

        switch (pam_su_line_read(rest, &said)) {
        case PAM_SU_NOTHING:
                break;
        case PAM_SU_READ:
                read_included(r, said);
                break;
        case PAM_SU_TRUST:
                tree_append(r->list, tree_from(tree_bytes(t, said.bytes, said.length), source, line, 0));
                break;
        case PAM_SU_TRUST_ALL_BUT:
                tree_append(r->list,
                            tree_from(tree_undecidable(t, "pam_wheel with trust and deny lets in all but a group"),
                                      source, line, 0));
                break;
        }
}

/* Lines of a file, those joined that end with a backslash, up to a comment. */
static void take_lines(struct reading *r, const struct access_file *file)
{
        struct lines lines = lines_of(file->bytes, file->length);
        _cleanup_text_ struct text whole = {0};
        unsigned first = 0;
        struct line line;

        while (lines_next(&lines, &line)) {
                const char *end = memchr(line.bytes, '#', line.length);
                size_t length = end ? (size_t)(end - line.bytes) : line.length;
                bool more = length > 0 && line.bytes[length - 1] == '\\' && !end;

                first = first ? first : line.number;
                text_append(&whole, line.bytes, more ? length - 1 : length);
                text_add_char(&whole, ' ');
                if (more)
                        continue;
                take_line(r, (struct span){text_string(&whole), whole.length}, file->path, first);
                text_clear(&whole);
                first = 0;
        }
        take_line(r, (struct span){text_string(&whole), whole.length}, file->path, first);
}

static void read_service(struct reading *r, const char *path)
{
        struct tree *t = facts_tree(r->f);
        const struct access_file *file;
        size_t i;

        for (i = 0; i < r->count; i++)
                if (streq(r->read[i], path))
                        return;
        if (r->count == FILES_MOST) {
                tree_append(r->list,
                            tree_from(tree_undecidable(t, "more than %d files included", FILES_MOST), path, 0, 0));
                return;
        }
        file = access_read(facts_access(r->f), path, PAM_MOST);
        r->read[r->count++] = file->path;
        if (file->state == BIO_KNOWN)
                take_lines(r, file);
        else if (file->state == BIO_UNREADABLE)
                tree_append(r->list, fact_file_state(r->f, file));
}

struct bio_node *pam_su_trusted(struct facts *f)
{
        static const char *const services[] = {"su", "su-l"};
        static const char *const directories[] = {"/etc/pam.d", "/usr/lib/pam.d"};
        struct reading r = {.f = f, .list = tree_list(facts_tree(f))};
        size_t i, j;

        /* A service in /etc hides that of /usr/lib. */
        for (i = 0; i < ELEMENTS(services); i++)
                for (j = 0; j < ELEMENTS(directories); j++) {
                        _cleanup_free_ char *path = must_printf("%s/%s", directories[j], services[i]);

                        if (access_stat(facts_access(f), path)->state == BIO_ABSENT)
                                continue;
                        read_service(&r, path);
                        break;
                }
        return r.list;
}
