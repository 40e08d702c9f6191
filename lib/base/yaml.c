/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/yaml.h"

#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <yaml.h>

#include "base/io.h"
#include "base/memory.h"
#include "base/text.h"

#define DEPTH_MOST 32
#define NODES_MOST 100000

/* A list or map that is being filled. */
struct level {
        struct bio_node *node;
        const char *key;       /* of a map: read, and waiting for its value */
        yaml_mark_t key_start; /* where that key stands */
};

struct reader {
        struct tree *tree;
        const char *name;
        struct diag *diag;
        struct level levels[DEPTH_MOST];
        unsigned depth;
        size_t nodes;
        unsigned documents;
        struct bio_node *root;
};

static unsigned position(size_t from_zero)
{
        return (unsigned)(from_zero < UINT32_MAX - 1 ? from_zero + 1 : UINT32_MAX);
}

static int complain(struct reader *r, const yaml_mark_t *at, const char *fmt, ...) _printf_(3, 4);

static int complain(struct reader *r, const yaml_mark_t *at, const char *fmt, ...)
{
        _cleanup_text_ struct text t = {0};
        va_list ap;

        va_start(ap, fmt);
        text_vprintf(&t, fmt, ap);
        va_end(ap);
        return diag_add(r->diag, DIAG_ERROR, r->name, position(at->line), position(at->column), "%s", text_string(&t));
}

/* The reader of libyaml, which decodes characters, knows offsets only. */
static yaml_mark_t mark_at(const char *bytes, size_t offset)
{
        yaml_mark_t mark = {.index = offset};
        size_t i;

        for (i = 0; i < offset; i++) {
                mark.column += ((unsigned char)bytes[i] & 0xc0) != 0x80; /* characters, as in libyaml's own marks */
                if (bytes[i] == '\n') {
                        mark.line++;
                        mark.column = 0;
                }
        }
        return mark;
}

static int complain_of_syntax(struct reader *r, const yaml_parser_t *parser, const char *bytes, size_t length)
{
        const char *problem = parser->problem ? parser->problem : "cannot be parsed";
        yaml_mark_t mark;

        switch (parser->error) {
        case YAML_MEMORY_ERROR:
                out_of_memory();
        case YAML_READER_ERROR:
                mark = mark_at(bytes, parser->problem_offset < length ? parser->problem_offset : length);
                return complain(r, &mark, "%s, expected printable UTF-8 text", problem);
        default:
                return complain(r, &parser->problem_mark, "not valid YAML: %s%s%s", problem, parser->context ? " " : "",
                                parser->context ? parser->context : "");
        }
}

/* Hangs a node below the one that is being filled. */
static int add_node(struct reader *r, struct bio_node *node, const yaml_mark_t *at)
{
        struct level *level = r->depth > 0 ? &r->levels[r->depth - 1] : NULL;

        if (++r->nodes > NODES_MOST)
                return complain(r, at, "too large, expected at most %d values", NODES_MOST);
        /* What is wrong with a list or map is looked for at its key, not where its first line happens to be. */
        if (level && level->key && (tree_type(node) == BIO_LIST || tree_type(node) == BIO_MAP))
                at = &level->key_start;
        tree_from(node, r->name, position(at->line), position(at->column));
        if (!level) {
                r->root = node;
        } else if (tree_type(level->node) == BIO_LIST) {
                tree_append(level->node, node);
        } else {
                tree_set(level->node, level->key, node);
                level->key = NULL;
        }
        return 0;
}

static bool wants_key(const struct reader *r)
{
        const struct level *level = r->depth > 0 ? &r->levels[r->depth - 1] : NULL;

        return level && tree_type(level->node) == BIO_MAP && !level->key;
}

static int take_key(struct reader *r, const yaml_event_t *event)
{
        struct level *level = &r->levels[r->depth - 1];
        const char *key = (const char *)event->data.scalar.value;

        if (strlen(key) != event->data.scalar.length)
                return complain(r, &event->start_mark, "a key with a NUL character, expected text");
        if (!*key)
                return complain(r, &event->start_mark, "an empty key, expected a name");
        if (tree_get(level->node, key))
                return complain(r, &event->start_mark, "key \"%s\" stands here twice, expected each key once", key);
        level->key = tree_intern(r->tree, key);
        level->key_start = event->start_mark;
        return 0;
}

/* Decimal without leading zeros: 0640 is a file mode to its reader, and octal to YAML 1.1. */
static bool looks_decimal(const char *s)
{
        s += *s == '-';
        return *s && !s[strspn(s, "0123456789")] && (*s != '0' || !s[1]);
}

static int take_scalar(struct reader *r, const yaml_event_t *event)
{
        const char *s = (const char *)event->data.scalar.value;
        size_t length = event->data.scalar.length;
        bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        struct bio_node *node;
        int64_t integer;

        if (wants_key(r))
                return take_key(r, event);
        if (plain && (length == 0 || streq(s, "~") || streq(s, "null"))) {
                node = tree_null(r->tree);
        } else if (plain && (streq(s, "true") || streq(s, "false"))) {
                node = tree_bool(r->tree, streq(s, "true"));
        } else if (plain && looks_decimal(s)) {
                if (parse_i64(s, &integer) < 0)
                        return complain(r, &event->start_mark, "number %s is out of range, expected at most 64 bits",
                                        s);
                node = tree_integer(r->tree, integer);
        } else {
                node = tree_bytes(r->tree, s, length);
        }
        return add_node(r, node, &event->start_mark);
}

static int open_level(struct reader *r, struct bio_node *node, const yaml_mark_t *at)
{
        int e;

        if (wants_key(r))
                return complain(r, at, "a list or map as a key, expected a name");
        if (r->depth == DEPTH_MOST)
                return complain(r, at, "nested too deeply, expected at most %d levels", DEPTH_MOST);
        e = add_node(r, node, at);
        if (e < 0)
                return e;
        r->levels[r->depth++] = (struct level){.node = node};
        return 0;
}

static int open_document(struct reader *r, const yaml_event_t *event)
{
        if (++r->documents > 1)
                return complain(r, &event->start_mark, "a second document, expected one in a file");
        return 0;
}

/* Everything but this may end a line: U+0085, U+2028 and U+2029 do too, and a byte order mark may stand before it. */
static bool is_ascii_text(char c)
{
        return c >= ' ' && c < 0x7f;
}

/* Looked for before libyaml compares each %TAG with all others, which takes seconds for a mebibyte of them. Within a
 * value a line that starts so would have to be quoted text without indentation; nobody misses that. */
static int refuse_tag_directives(struct reader *r, const char *bytes, size_t length)
{
        static const char directive[] = "%TAG";
        size_t size = sizeof(directive) - 1;
        const char *at = bytes, *end = bytes + length;
        yaml_mark_t mark;

        while (at && (size_t)(end - at) >= size) {
                at = memmem(at, (size_t)(end - at), directive, size);
                if (!at)
                        break;
                if (at == bytes || !is_ascii_text(at[-1])) {
                        mark = mark_at(bytes, (size_t)(at - bytes));
                        return complain(r, &mark, "a %%TAG directive, expected no tags");
                }
                at += size;
        }
        return 0;
}

/* Anchors make a file say more than it shows, tags make it say it in types that we do not have. */
static int refuse_decoration(struct reader *r, const yaml_event_t *event)
{
        const yaml_char_t *anchor = NULL, *tag = NULL;

        if (event->type == YAML_SCALAR_EVENT) {
                anchor = event->data.scalar.anchor;
                tag = event->data.scalar.tag;
        } else if (event->type == YAML_SEQUENCE_START_EVENT) {
                anchor = event->data.sequence_start.anchor;
                tag = event->data.sequence_start.tag;
        } else if (event->type == YAML_MAPPING_START_EVENT) {
                anchor = event->data.mapping_start.anchor;
                tag = event->data.mapping_start.tag;
        }
        if (anchor)
                return complain(r, &event->start_mark, "an anchor (&%s), expected the value alone",
                                (const char *)anchor);
        if (tag)
                return complain(r, &event->start_mark, "a tag (%s), expected the value alone", (const char *)tag);
        return 0;
}

static int take_event(struct reader *r, const yaml_event_t *event)
{
        int e = refuse_decoration(r, event);

        if (e < 0)
                return e;
        switch (event->type) {
        case YAML_DOCUMENT_START_EVENT:
                return open_document(r, event);
        case YAML_ALIAS_EVENT:
                return complain(r, &event->start_mark, "an alias (*%s), expected the value written out",
                                (const char *)event->data.alias.anchor);
        case YAML_SCALAR_EVENT:
                return take_scalar(r, event);
        case YAML_SEQUENCE_START_EVENT:
                return open_level(r, tree_list(r->tree), &event->start_mark);
        case YAML_MAPPING_START_EVENT:
                return open_level(r, tree_map(r->tree), &event->start_mark);
        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT:
                r->depth--;
                return 0;
        default:
                return 0;
        }
}

static int take_events(struct reader *r, yaml_parser_t *parser, const char *bytes, size_t length)
{
        bool ended = false;
        int e = 0;

        while (e == 0 && !ended) {
                yaml_event_t event;

                if (!yaml_parser_parse(parser, &event))
                        return complain_of_syntax(r, parser, bytes, length);
                ended = event.type == YAML_STREAM_END_EVENT;
                e = take_event(r, &event);
                yaml_event_delete(&event);
        }
        return e;
}

int yaml_parse(struct tree *t, const char *name, const char *bytes, size_t length, struct diag *diag,
               const struct bio_node **ret)
{
        struct reader r = {.tree = t, .name = name, .diag = diag};
        yaml_parser_t parser;
        int e;

        if (length > YAML_FILE_MOST)
                return diag_add(diag, DIAG_ERROR, name, 0, 0, "larger than %d bytes, expected less", YAML_FILE_MOST);
        e = refuse_tag_directives(&r, bytes, length);
        if (e < 0)
                return e;
        if (!yaml_parser_initialize(&parser))
                out_of_memory();
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, length);
        e = take_events(&r, &parser, bytes, length);
        yaml_parser_delete(&parser);
        if (e < 0)
                return e;
        *ret = r.root ? r.root : tree_from(tree_null(t), name, 0, 0);
        return 0;
}

int yaml_load(struct tree *t, const char *path, struct diag *diag, const struct bio_node **ret, char **ret_digest)
{
        _cleanup_free_ char *bytes = NULL;
        size_t length;
        int e;

        e = file_read(AT_FDCWD, path, YAML_FILE_MOST, &bytes, &length);
        if (e == -EFBIG)
                diag_add(diag, DIAG_ERROR, path, 0, 0, "larger than %d bytes, expected less", YAML_FILE_MOST);
        else if (e == -EINVAL)
                diag_add(diag, DIAG_ERROR, path, 0, 0, "not a regular file, expected one");
        else if (e < 0)
                diag_add(diag, DIAG_ERROR, path, 0, 0, "cannot be read: %s", strerrordesc_np(-e));
        if (e < 0)
                return e;
        e = yaml_parse(t, path, bytes, length, diag, ret);
        if (e >= 0 && ret_digest)
                *ret_digest = sha256_digest(bytes, length);
        return e;
}

int yaml_error(struct diag *diag, const struct bio_node *node, const char *fmt, ...)
{
        _cleanup_text_ struct text t = {0};
        va_list ap;

        va_start(ap, fmt);
        text_vprintf(&t, fmt, ap);
        va_end(ap);
        return diag_add(diag, DIAG_ERROR, tree_source(node), tree_line(node), tree_column(node), "%s", text_string(&t));
}

static const char *type_in_words(enum bio_type type)
{
        static const char *const words[] = {
                [BIO_NULL] = "nothing", [BIO_BOOL] = "true or false", [BIO_INTEGER] = "a whole number",
                [BIO_BYTES] = "text",   [BIO_LIST] = "a list",        [BIO_MAP] = "a map",
        };

        return words[type];
}

int yaml_only(struct diag *diag, const struct bio_node *map, const char *const keys[])
{
        _cleanup_text_ struct text expected = {0};
        size_t i, j;
        int e = 0;

        if (tree_type(map) != BIO_MAP)
                return yaml_error(diag, map, "%s, expected a map", type_in_words(tree_type(map)));
        for (i = 0; keys[i]; i++)
                text_printf(&expected, "%s%s", i > 0 ? ", " : "", keys[i]);
        for (i = 0; i < tree_count(map); i++) {
                const struct bio_node *child = tree_at(map, i);

                for (j = 0; keys[j] && !streq(keys[j], tree_key(child)); j++)
                        ;
                if (!keys[j])
                        e = yaml_error(diag, child, "unknown key \"%s\", expected one of: %s", tree_key(child),
                                       text_string(&expected));
        }
        return e;
}

int yaml_child(struct diag *diag, const struct bio_node *map, const char *key, enum bio_type type, bool required,
               const struct bio_node **ret)
{
        const struct bio_node *child = tree_get(map, key);

        *ret = NULL;
        if (!child && required)
                return yaml_error(diag, map, "\"%s\" is missing, expected %s", key, type_in_words(type));
        if (!child)
                return 0;
        if (tree_type(child) != type)
                return yaml_error(diag, child, "\"%s\" is %s, expected %s", key, type_in_words(tree_type(child)),
                                  type_in_words(type));
        *ret = child;
        return 0;
}
