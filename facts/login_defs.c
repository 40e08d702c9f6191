/* SPDX-License-Identifier: EUPL-1.2 */
/* The fact `login-defs`: what login.defs and useradd's defaults say to the programs that read them. */
#include "facts/login_defs.h"

#include <stdlib.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/readers.h"

#define LOGIN_DEFS "/etc/login.defs"
#define USERADD    "/etc/default/useradd"
#define BUILT_IN   "built-in default"

/* --- lines -------------------------------------------------------------------------------------------------------- */

/* What fgets(3) with shadow's buffer of 1024 takes of a line at a time. */
#define PIECE 1023

static bool is_space(char c)
{
        return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_blank(char c)
{
        return c == ' ' || c == '\t';
}

struct settings settings_of(const char *bytes, size_t length)
{
        return (struct settings){.lines = lines_of(bytes, length)};
}

/* A NUL ends what a program sees of a line. */
static struct span until_nul(const char *bytes, size_t length)
{
        const char *nul = memchr(bytes, '\0', length);

        return (struct span){bytes, nul ? (size_t)(nul - bytes) : length};
}

static bool next_piece(struct settings *s, struct line *ret)
{
        if (s->left.length == 0 && !lines_next(&s->lines, &s->left))
                return false;
        *ret = s->left;
        ret->length = s->left.length > PIECE ? PIECE : s->left.length;
        s->left.bytes += ret->length;
        s->left.length -= ret->length;
        return true;
}

static size_t skip(struct span text, size_t at, bool (*is)(char c))
{
        while (at < text.length && is(text.bytes[at]))
                at++;
        return at;
}

static bool is_blank_or_quote(char c)
{
        return is_blank(c) || c == '"';
}

static bool shadow_setting_of(struct span text, struct setting *ret)
{
        size_t start, end;

        while (text.length > 0 && is_space(text.bytes[text.length - 1]))
                ret->odd_end |= !is_blank(text.bytes[--text.length]);
        start = skip(text, 0, is_blank);
        if (start == text.length || text.bytes[start] == '#')
                return false;
        for (end = start; end < text.length && !is_blank(text.bytes[end]); end++)
                ;
        if (end == text.length)
                return false;
        ret->key = (struct span){text.bytes + start, end - start};
        start = skip(text, end + 1, is_blank_or_quote);
        for (end = start; end < text.length && text.bytes[end] != '"'; end++)
                ;
        ret->value = (struct span){text.bytes + start, end - start};
        return true;
}

bool shadow_setting_next(struct settings *settings, struct setting *ret)
{
        struct line piece;

        while (next_piece(settings, &piece)) {
                *ret = (struct setting){.line = piece.number};
                if (shadow_setting_of(until_nul(piece.bytes, piece.length), ret))
                        return true;
        }
        return false;
}

static bool is_space_or_equals(char c)
{
        return is_space(c) || c == '=';
}

bool pam_setting_next(struct settings *settings, struct setting *ret)
{
        struct line line;

        while (lines_next(&settings->lines, &line)) {
                struct span text = until_nul(line.bytes, line.length);
                const char *comment = memchr(text.bytes, '#', text.length);
                size_t start, end;

                if (comment)
                        text.length = (size_t)(comment - text.bytes);
                start = skip(text, 0, is_space);
                if (start == text.length)
                        continue;
                for (end = start; end < text.length && !is_blank(text.bytes[end]) && text.bytes[end] != '='; end++)
                        ;
                *ret = (struct setting){.line = line.number};
                ret->key = (struct span){text.bytes + start, end - start};
                end = end < text.length ? skip(text, end + 1, is_space_or_equals) : end;
                ret->value = (struct span){text.bytes + end, text.length - end};
                return true;
        }
        return false;
}

static bool digit_of(char c, unsigned base, unsigned *ret)
{
        if (c >= '0' && c <= '9')
                *ret = (unsigned)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
                *ret = (unsigned)((c | 0x20) - 'a') + 10;
        else
                return false;
        return *ret < base;
}

bool shadow_number(struct span text, int64_t *ret)
{
        size_t at = skip(text, 0, is_space);
        bool negative = at < text.length && text.bytes[at] == '-';
        unsigned base = 10, digit;
        int64_t value = 0;

        at += at < text.length && (negative || text.bytes[at] == '+');
        if (at == text.length)
                return false;
        if (text.bytes[at] == '0') {
                base = 8;
                if (text.length - at > 2 && (text.bytes[at + 1] | 0x20) == 'x') {
                        base = 16;
                        at += 2;
                }
        }
        for (; at < text.length; at++)
                if (!digit_of(text.bytes[at], base, &digit) || __builtin_mul_overflow(value, (int64_t)base, &value) ||
                    __builtin_add_overflow(value, (int64_t)digit, &value))
                        return false;
        *ret = negative ? -value : value;
        return true;
}

/* --- keys --------------------------------------------------------------------------------------------------------- */

/* NUMBER: a C int; where it does not parse the default counts. ID: a number of 32 bits. MODE: permission bits, written
 * as a number. */
enum kind { NUMBER, ID, MODE, TEXT, YES_OR_NO };

/* Keys by which the tools of shadow make and age accounts, with what they go by where a key is not set
 * (src/useradd.c, lib/find_new_uid.c, lib/find_new_gid.c of shadow 4.13 and 4.17). -1 of an age: the field stays empty.
 */
static const struct {
        const char *key;
        enum kind kind;
        int64_t otherwise;
        const char *follows; /* the default is made from that key, which stands before this one */
} shadow_keys[] = {
        {"PASS_MAX_DAYS", NUMBER, -1, NULL},
        {"PASS_MIN_DAYS", NUMBER, -1, NULL},
        {"PASS_WARN_AGE", NUMBER, -1, NULL},
        {"UID_MIN", ID, 1000, NULL},
        {"UID_MAX", ID, 60000, NULL},
        {"SYS_UID_MIN", ID, 101, NULL},
        {"SYS_UID_MAX", ID, 0, "UID_MIN"},
        {"GID_MIN", ID, 1000, NULL},
        {"GID_MAX", ID, 60000, NULL},
        {"SYS_GID_MIN", ID, 101, NULL},
        {"SYS_GID_MAX", ID, 0, "GID_MIN"},
        {"UMASK", MODE, 0022, NULL},
        {"HOME_MODE", MODE, 0, "UMASK"},
        {"CREATE_HOME", YES_OR_NO, 0, NULL},
        {"USERGROUPS_ENAB", YES_OR_NO, 0, NULL},
        {"ENCRYPT_METHOD", TEXT, 0, NULL},
        {"SHA_CRYPT_MIN_ROUNDS", TEXT, 0, NULL},
        {"SHA_CRYPT_MAX_ROUNDS", TEXT, 0, NULL},
        {"YESCRYPT_COST_FACTOR", TEXT, 0, NULL},
};

/* Keys that modules of PAM look up: pam_unix, pam_umask, pam_mkhomedir, pam_usertype, pam_lastlog, pam_faildelay. */
static const char *const pam_keys[] = {
        "ENCRYPT_METHOD",
        "MD5_CRYPT_ENAB",
        "SHA_CRYPT_MAX_ROUNDS",
        "BCRYPT_MAX_ROUNDS",
        "YESCRYPT_COST_FACTOR",
        "UMASK",
        "USERGROUPS_ENAB",
        "HOME_MODE",
        "UID_MIN",
        "SYS_UID_MIN",
        "SYS_UID_MAX",
        "LASTLOG_UID_MAX",
        "FAIL_DELAY",
};

static struct bio_node *mode_node(struct tree *t, int64_t mode)
{
        return tree_printf(t, "%04o", (unsigned)mode);
}

static struct bio_node *default_node(struct tree *t, size_t i, const struct bio_node *map)
{
        const char *follows = shadow_keys[i].follows;
        const struct bio_node *base = follows ? tree_get(map, follows) : NULL;
        struct bio_node *node = NULL;

        if (base && tree_state(base) != BIO_KNOWN)
                return tree_undecidable(t, "%s is not known, and this follows it", follows);
        switch (shadow_keys[i].kind) {
        case NUMBER:
        case ID:
                node = tree_integer(t, base ? tree_integer_of(base) - 1 : shadow_keys[i].otherwise);
                break;
        case MODE:
                node = mode_node(t,
                                 base ? 0777 & ~strtol(tree_bytes_of(base, NULL), NULL, 8) : shadow_keys[i].otherwise);
                break;
        case YES_OR_NO:
                node = tree_bool(t, false);
                break;
        case TEXT:
                node = tree_absent(t, "not set, and the programs' own defaults differ by version");
                break;
        }
        return tree_from(node, BUILT_IN, 0, 0);
}

/* A value as the tools take it; NULL where they say that they cannot parse it, and go by their default. */
static struct bio_node *value_node(struct tree *t, enum kind kind, const struct setting *setting)
{
        const struct span value = setting->value;
        int64_t number;

        if (setting->odd_end)
                return tree_undecidable(t,
                                        "the line ends with a control character, of which versions of the tools make "
                                        "different things");
        if (kind == TEXT)
                return tree_bytes(t, value.bytes, value.length);
        if (kind == YES_OR_NO)
                return tree_bool(t, value.length == 3 && strncasecmp(value.bytes, "yes", 3) == 0);
        if (!shadow_number(value, &number) || (kind != ID && (number < INT32_MIN || number > INT32_MAX)))
                return NULL;
        if ((kind == ID && (number < 0 || number > UINT32_MAX)) || (kind == MODE && (number < 0 || number > 07777)) ||
            (kind == NUMBER && number < -1))
                return tree_undecidable(t, "the tools' versions differ in what they make of this number");
        return kind == MODE ? mode_node(t, number) : tree_integer(t, number);
}

static ssize_t find_key(struct span key)
{
        size_t i;

        for (i = 0; i < ELEMENTS(shadow_keys); i++)
                if (span_equals(key, shadow_keys[i].key, strlen(shadow_keys[i].key)))
                        return (ssize_t)i;
        return -1;
}

/* The last line of a key counts, even where its value does not parse. */
static struct bio_node *shadow_node(struct facts *f, const struct access_file *file)
{
        struct tree *t = facts_tree(f);
        struct settings settings = settings_of(file->bytes, file->length);
        struct bio_node *map = tree_map(t), *found[ELEMENTS(shadow_keys)] = {NULL};
        struct setting setting;
        size_t i;

        while (file->state == BIO_KNOWN && shadow_setting_next(&settings, &setting)) {
                ssize_t key = find_key(setting.key);
                struct bio_node *node;

                if (key < 0)
                        continue;
                node = value_node(t, shadow_keys[key].kind, &setting);
                if (!node)
                        node = tree_note(tree_bytes(t, setting.value.bytes, setting.value.length),
                                         "does not parse: the tools go by their default");
                tree_from(node, LOGIN_DEFS, setting.line, 0);
                if (found[key])
                        tree_overrode(node, found[key]);
                found[key] = node;
        }
        for (i = 0; i < ELEMENTS(shadow_keys); i++) {
                bool numeric = shadow_keys[i].kind == NUMBER || shadow_keys[i].kind == ID;
                bool parsed = found[i] && (tree_state(found[i]) != BIO_KNOWN || !tree_note_of(found[i]));
                struct bio_node *node = parsed ? found[i] : default_node(t, i, map);

                if (numeric && !parsed && found[i])
                        tree_note(node, "line %u of %s does not parse", tree_line(found[i]), LOGIN_DEFS);
                if (!parsed && found[i])
                        tree_overrode(node, found[i]);
                tree_set(map, shadow_keys[i].key, node);
        }
        return map;
}

static bool is_key(struct span key, const char *name)
{
        return key.length == strlen(name) && strncasecmp(key.bytes, name, key.length) == 0;
}

/* The first line of a key counts. */
static struct bio_node *pam_node(struct facts *f, const struct access_file *file)
{
        struct tree *t = facts_tree(f);
        struct bio_node *map = tree_map(t), *found[ELEMENTS(pam_keys)] = {NULL};
        struct settings settings = settings_of(file->bytes, file->length);
        struct setting setting;
        size_t i;

        while (file->state == BIO_KNOWN && pam_setting_next(&settings, &setting))
                for (i = 0; i < ELEMENTS(pam_keys); i++) {
                        struct bio_node *node;

                        if (!is_key(setting.key, pam_keys[i]))
                                continue;
                        node = tree_from(tree_bytes(t, setting.value.bytes, setting.value.length), LOGIN_DEFS,
                                         setting.line, 0);
                        if (found[i])
                                tree_overrode(found[i], node);
                        else
                                found[i] = node;
                }
        for (i = 0; i < ELEMENTS(pam_keys); i++)
                tree_set(map, pam_keys[i],
                         found[i] ? found[i] : tree_from(tree_absent(t, "not set"), LOGIN_DEFS, 0, 0));
        return map;
}

/* --- useradd's defaults ------------------------------------------------------------------------------------------- */

/* Keys of /etc/default/useradd (useradd(8)), with what useradd goes by where they are not set. INACTIVE is a number. */
static const struct {
        const char *key;
        const char *otherwise; /* NULL: versions differ */
        const char *empty;     /* in place of an empty value; NULL: the value stays empty */
} useradd_keys[] = {
        {"GROUP", NULL, NULL},
        {"HOME", "/home", NULL},
        {"INACTIVE", "-1", NULL},
        {"EXPIRE", "", NULL},
        {"SHELL", NULL, NULL},
        {"SKEL", "/etc/skel", "/etc/skel"},
        {"CREATE_MAIL_SPOOL", "no", "no"},
};

static struct bio_node *useradd_value(struct tree *t, size_t i, struct span value)
{
        int64_t days;

        if (!streq(useradd_keys[i].key, "INACTIVE")) {
                if (value.length == 0 && useradd_keys[i].empty)
                        return tree_text(t, useradd_keys[i].empty);
                return tree_bytes(t, value.bytes, value.length);
        }
        if (shadow_number(value, &days) && days >= -1)
                return tree_integer(t, days);
        return tree_note(tree_integer(t, -1), "does not parse: useradd goes by -1");
}

static struct bio_node *useradd_default(struct tree *t, size_t i)
{
        struct bio_node *node;

        if (!useradd_keys[i].otherwise)
                node = tree_absent(t, "not set, and the programs' own defaults differ by version");
        else if (streq(useradd_keys[i].key, "INACTIVE"))
                node = tree_integer(t, -1);
        else
                node = tree_text(t, useradd_keys[i].otherwise);
        return tree_from(node, BUILT_IN, 0, 0);
}

/* KEY=VALUE, without blanks or quotes of any meaning; the last line of a key counts. */
static struct bio_node *useradd_node(struct facts *f, const struct access_file *file)
{
        struct tree *t = facts_tree(f);
        struct bio_node *map = tree_map(t), *found[ELEMENTS(useradd_keys)] = {NULL};
        struct settings settings = settings_of(file->bytes, file->length);
        struct line piece;
        size_t i;

        while (file->state == BIO_KNOWN && next_piece(&settings, &piece)) {
                struct span text = until_nul(piece.bytes, piece.length);

                for (i = 0; i < ELEMENTS(useradd_keys); i++) {
                        size_t length = strlen(useradd_keys[i].key);
                        struct bio_node *node;

                        if (text.length <= length || memcmp(text.bytes, useradd_keys[i].key, length) != 0 ||
                            text.bytes[length] != '=')
                                continue;
                        node = useradd_value(t, i, (struct span){text.bytes + length + 1, text.length - length - 1});
                        tree_from(node, USERADD, piece.number, 0);
                        if (found[i])
                                tree_overrode(node, found[i]);
                        found[i] = node;
                }
        }
        for (i = 0; i < ELEMENTS(useradd_keys); i++)
                tree_set(map, useradd_keys[i].key, found[i] ? found[i] : useradd_default(t, i));
        return map;
}

/* --- the fact ----------------------------------------------------------------------------------------------------- */

static struct bio_node *from_file(struct facts *f, const char *path,
                                  struct bio_node *(*make)(struct facts *f, const struct access_file *file))
{
        const struct access_file *file = access_read(facts_access(f), path, ACCESS_FILE_MOST);

        return file->state == BIO_UNREADABLE ? fact_file_state(f, file) : tree_from(make(f, file), path, 0, 0);
}

static const struct bio_node *read_login_defs(struct facts *f)
{
        struct bio_node *root = tree_map(facts_tree(f));

        tree_set(root, "shadow", from_file(f, LOGIN_DEFS, shadow_node));
        tree_set(root, "pam", from_file(f, LOGIN_DEFS, pam_node));
        tree_set(root, "useradd", from_file(f, USERADD, useradd_node));
        return root;
}

int64_t login_defs_number(struct facts *f, const char *key, int64_t fallback)
{
        const struct bio_node *node = tree_get(tree_get(facts_get(f, "login-defs"), "shadow"), key);

        return tree_state(node) == BIO_KNOWN && tree_type(node) == BIO_INTEGER ? tree_integer_of(node) : fallback;
}

const struct fact_reader login_defs_fact = {
        .name = "login-defs",
        .title = "What login.defs and useradd's defaults say to the programs that read them",
        .read = read_login_defs,
};
