/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/yaml.h"

static char *printed(const struct diag *d)
{
        char *s = NULL;
        size_t size;
        FILE *to = open_memstream(&s, &size);

        diag_print(d, to);
        (void)fclose(to);
        return s;
}

static void assert_refused(const char *bytes, size_t length, const char *message)
{
        _cleanup_tree_ struct tree *t = tree_new();
        _cleanup_diag_ struct diag d = {0};
        _cleanup_free_ char *s = NULL;
        const struct bio_node *root = NULL;

        assert_int_equal(yaml_parse(t, "f.yml", bytes, length, &d, &root), -EINVAL);
        assert_null(root);
        assert_true(d.failed);
        s = printed(&d);
        assert_string_equal(s, message);
}

static void assert_plain(const char *yaml, const char *expected)
{
        _cleanup_tree_ struct tree *t = tree_new();
        _cleanup_diag_ struct diag d = {0};
        _cleanup_json_ json_t *json = NULL;
        _cleanup_free_ char *s = NULL;
        const struct bio_node *root = NULL;

        assert_int_equal(yaml_parse(t, "f.yml", yaml, strlen(yaml), &d, &root), 0);
        assert_int_equal(d.count, 0);
        json = tree_to_plain_json(root);
        s = json_text(json);
        assert_string_equal(s, expected);
}

static void scalars_have_the_type_they_show(void **state)
{
        (void)state;
        assert_plain("[true, false, null, ~, 0, 22, -7, 9223372036854775807]",
                     "[true,false,null,null,0,22,-7,9223372036854775807]");
        assert_plain("[\"true\", 'null', \"22\", '', \"~\"]", "[\"true\",\"null\",\"22\",\"\",\"~\"]");
        assert_plain(
                "[yes, True, Null, 0640, 1.5, +1, 0x10, 1_000, -, P1Y, 10.0.0.1]",
                "[\"yes\",\"True\",\"Null\",\"0640\",\"1.5\",\"+1\",\"0x10\",\"1_000\",\"-\",\"P1Y\",\"10.0.0.1\"]");
        assert_plain("a:\nb: |\n  x\n  y\n", "{\"a\":null,\"b\":\"x\\\\x0ay\\\\x0a\"}");
        assert_plain("true: 1\n22: 2\n", "{\"true\":1,\"22\":2}");
}

static void an_empty_document_is_null(void **state)
{
        (void)state;
        assert_plain("", "null");
        assert_plain("# only a comment\n", "null");
        assert_plain("---\n", "null");
        assert_plain("--- {}\n...\n", "{}");
}

static void nodes_know_where_they_stand(void **state)
{
        static const char yaml[] = "schema: x\n"
                                   "list:\n"
                                   "  - one\n"
                                   "  - {k: two}\n"
                                   "empty:\n";
        _cleanup_tree_ struct tree *t = tree_new();
        const struct bio_node *root, *list, *two;

        (void)state;
        assert_int_equal(yaml_parse(t, "policies.d/a.yml", yaml, strlen(yaml), NULL, &root), 0);
        assert_string_equal(tree_source(tree_get(root, "schema")), "policies.d/a.yml");
        assert_int_equal(tree_line(tree_get(root, "schema")), 1);
        assert_int_equal(tree_column(tree_get(root, "schema")), 9);
        list = tree_get(root, "list");
        assert_int_equal(tree_line(list), 2); /* its key, not its first member */
        assert_int_equal(tree_column(list), 1);
        assert_int_equal(tree_line(tree_at(list, 0)), 3);
        assert_int_equal(tree_column(tree_at(list, 0)), 5);
        two = tree_get(tree_at(list, 1), "k");
        assert_int_equal(tree_line(two), 4);
        assert_int_equal(tree_column(two), 9);
        assert_int_equal(tree_line(tree_get(root, "empty")), 5);
}

static void what_we_do_not_take_is_named(void **state)
{
        static const struct {
                const char *bytes;
                size_t length;
                const char *message;
        } refused[] = {
#define REFUSED(bytes, message) {(bytes), sizeof(bytes) - 1, (message)}
                REFUSED("a: &x 1\n", "f.yml:1:4: error: an anchor (&x), expected the value alone\n"),
                REFUSED("- &x [1]\n", "f.yml:1:3: error: an anchor (&x), expected the value alone\n"),
                REFUSED("a: *x\n", "f.yml:1:4: error: an alias (*x), expected the value written out\n"),
                REFUSED("a: !!str 1\n", "f.yml:1:4: error: a tag (tag:yaml.org,2002:str), expected the value alone\n"),
                REFUSED("a: ! 1\n", "f.yml:1:4: error: a tag (!), expected the value alone\n"),
                REFUSED("a: !x {}\n", "f.yml:1:4: error: a tag (!x), expected the value alone\n"),
                REFUSED("a: '\n%TAG ! x'\n", "f.yml:2:1: error: a %TAG directive, expected no tags\n"),
                REFUSED("%TAG ! tag:x:\n--- 1\n", "f.yml:1:1: error: a %TAG directive, expected no tags\n"),
                REFUSED("a: 1\n---\nb: 2\n", "f.yml:2:1: error: a second document, expected one in a file\n"),
                REFUSED("a: 1\nb: 2\na: 3\n",
                        "f.yml:3:1: error: key \"a\" stands here twice, expected each key once\n"),
                REFUSED("{a: 1, 'a': 3}", "f.yml:1:8: error: key \"a\" stands here twice, expected each key once\n"),
                REFUSED("? [a]\n: 1\n", "f.yml:1:3: error: a list or map as a key, expected a name\n"),
                REFUSED("? {a: 1}\n: 1\n", "f.yml:1:3: error: a list or map as a key, expected a name\n"),
                REFUSED("\"a\\0b\": 1\n", "f.yml:1:1: error: a key with a NUL character, expected text\n"),
                REFUSED("'': 1\n", "f.yml:1:1: error: an empty key, expected a name\n"),
                REFUSED("?\n: 1\n", "f.yml:1:2: error: an empty key, expected a name\n"),
                REFUSED("a: 9223372036854775808\n",
                        "f.yml:1:4: error: number 9223372036854775808 is out of range, expected at most 64 bits\n"),
                REFUSED("a: 1\n b: 2\n",
                        "f.yml:2:3: error: not valid YAML: mapping values are not allowed in this context\n"),
                REFUSED("a: [1\n", "f.yml:2:1: error: not valid YAML: did not find expected ',' or ']' while parsing a "
                                   "flow sequence\n"),
                REFUSED("a:\n\t- 1\n",
                        "f.yml:2:1: error: not valid YAML: found character that cannot start any token while "
                        "scanning for the next token\n"),
                REFUSED("a: 1\nb: \xff\n",
                        "f.yml:2:4: error: invalid leading UTF-8 octet, expected printable UTF-8 text\n"),
                REFUSED("\"\xc3\xa9\" \xff\n",
                        "f.yml:1:5: error: invalid leading UTF-8 octet, expected printable UTF-8 text\n"),
                REFUSED("a: \x01\n",
                        "f.yml:1:4: error: control characters are not allowed, expected printable UTF-8 text\n"),
                REFUSED("a: x\0y\n",
                        "f.yml:1:5: error: control characters are not allowed, expected printable UTF-8 text\n"),
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(refused); i++)
                assert_refused(refused[i].bytes, refused[i].length, refused[i].message);
}

static void depth_is_bounded(void **state)
{
        _cleanup_text_ struct text deep = {0};
        _cleanup_tree_ struct tree *t = tree_new();
        const struct bio_node *root;
        size_t i;

        (void)state;
        for (i = 0; i < 32; i++)
                text_add_char(&deep, '[');
        for (i = 0; i < 32; i++)
                text_add_char(&deep, ']');
        assert_int_equal(yaml_parse(t, "f.yml", deep.data, deep.length, NULL, &root), 0);
        text_clear(&deep);
        for (i = 0; i < 100000; i++)
                text_add_char(&deep, '[');
        assert_refused(deep.data, deep.length, "f.yml:1:33: error: nested too deeply, expected at most 32 levels\n");
        text_clear(&deep);
        for (i = 0; i < 100000; i++)
                text_add(&deep, "- ");
        assert_refused(deep.data, deep.length, "f.yml:1:65: error: nested too deeply, expected at most 32 levels\n");
}

static void size_is_bounded(void **state)
{
        _cleanup_text_ struct text t = {0};
        size_t i;

        (void)state;
        for (i = 0; i < 100000; i++)
                text_add(&t, "- 1\n");
        assert_refused(t.data, t.length, "f.yml:100000:3: error: too large, expected at most 100000 values\n");
        while (t.length <= YAML_FILE_MOST)
                text_add_char(&t, '#');
        assert_refused(t.data, t.length, "f.yml: error: larger than 1048576 bytes, expected less\n");
}

static void many_directives_cost_nothing(void **state)
{
        _cleanup_text_ struct text t = {0};
        unsigned i;

        (void)state;
        text_add(&t, "# 100 %TAG\n");
        for (i = 0; t.length < YAML_FILE_MOST - 20; i++)
                text_printf(&t, "%%TAG !%u! x\n", i);
        assert_refused(t.data, t.length, "f.yml:2:1: error: a %TAG directive, expected no tags\n");
        assert_refused("\xef\xbb\xbf%TAG ! x\n", 12, "f.yml:1:2: error: a %TAG directive, expected no tags\n");
        assert_refused("\xc2\x85%TAG ! x\n", 11, "f.yml:1:2: error: a %TAG directive, expected no tags\n");
        assert_plain("a: 100 %TAG\n", "{\"a\":\"100 %TAG\"}");
}

static void files_are_loaded_with_their_digest(void **state)
{
        char directory[] = "/tmp/test_yaml.XXXXXX";
        _cleanup_tree_ struct tree *t = tree_new();
        _cleanup_free_ char *path = NULL, *digest = NULL;
        const struct bio_node *root;

        (void)state;
        assert_non_null(mkdtemp(directory));
        path = must_printf("%s/a.yml", directory);
        assert_int_equal(file_write_durably(-1, path, 0600, "a: 1\n", 5, true), 0);
        assert_int_equal(yaml_load(t, path, NULL, &root, &digest), 0);
        assert_int_equal(tree_integer_of(tree_get(root, "a")), 1);
        assert_string_equal(digest, "sha256:37b128c59f1f5097f73f82691cb519f1f568667faab5ced1b4ab979d36837eae");
        (void)unlink(path);
        (void)rmdir(directory);
}

static void files_that_cannot_be_read_are_named(void **state)
{
        char directory[] = "/tmp/test_yaml.XXXXXX";
        _cleanup_tree_ struct tree *t = tree_new();
        _cleanup_diag_ struct diag d = {0};
        _cleanup_free_ char *missing = NULL, *fifo = NULL, *large = NULL, *s = NULL, *expected = NULL,
                            *bytes = must_alloc(YAML_FILE_MOST + 1);
        const struct bio_node *root;

        (void)state;
        assert_non_null(mkdtemp(directory));
        missing = must_printf("%s/missing.yml", directory);
        fifo = must_printf("%s/fifo.yml", directory);
        assert_int_equal(mkfifo(fifo, 0600), 0);
        assert_int_equal(yaml_load(t, missing, &d, &root, NULL), -ENOENT);
        assert_int_equal(yaml_load(t, fifo, &d, &root, NULL), -EINVAL);
        large = must_printf("%s/large.yml", directory);
        assert_int_equal(file_write_durably(-1, large, 0600, bytes, YAML_FILE_MOST + 1, true), 0);
        assert_int_equal(yaml_load(t, large, &d, &root, NULL), -EFBIG);
        s = printed(&d);
        expected = must_printf("%s: error: cannot be read: No such file or directory\n"
                               "%s: error: not a regular file, expected one\n"
                               "%s: error: larger than 1048576 bytes, expected less\n",
                               missing, fifo, large);
        assert_string_equal(s, expected);
        (void)unlink(large);
        (void)unlink(fifo);
        (void)rmdir(directory);
}

static void unknown_keys_are_errors(void **state)
{
        static const char yaml[] = "policy: x\nmeasurs:\n  - a\ntitel: y\n";
        static const char *const keys[] = {"policy", "measures", NULL};
        _cleanup_tree_ struct tree *t = tree_new();
        _cleanup_diag_ struct diag d = {0};
        _cleanup_free_ char *s = NULL;
        const struct bio_node *root;

        (void)state;
        assert_int_equal(yaml_parse(t, "f.yml", yaml, strlen(yaml), NULL, &root), 0);
        assert_int_equal(yaml_only(&d, root, keys), -EINVAL);
        assert_int_equal(yaml_only(&d, tree_get(root, "policy"), keys), -EINVAL);
        s = printed(&d);
        assert_string_equal(s, "f.yml:2:1: error: unknown key \"measurs\", expected one of: policy, measures\n"
                               "f.yml:4:8: error: unknown key \"titel\", expected one of: policy, measures\n"
                               "f.yml:1:9: error: text, expected a map\n");
        assert_int_equal(yaml_only(&d, root, (const char *const[]){"policy", "measurs", "titel", NULL}), 0);
}

static void children_have_the_type_asked_for(void **state)
{
        static const char yaml[] = "valid: P1Y\nempty:\n";
        _cleanup_tree_ struct tree *t = tree_new();
        _cleanup_diag_ struct diag d = {0};
        _cleanup_free_ char *s = NULL;
        const struct bio_node *root, *child;

        (void)state;
        assert_int_equal(yaml_parse(t, "f.yml", yaml, strlen(yaml), NULL, &root), 0);
        assert_int_equal(yaml_child(&d, root, "valid", BIO_BYTES, true, &child), 0);
        assert_string_equal(tree_bytes_of(child, NULL), "P1Y");
        assert_int_equal(yaml_child(&d, root, "none", BIO_MAP, false, &child), 0);
        assert_null(child);
        assert_int_equal(d.count, 0);
        assert_int_equal(yaml_child(&d, root, "none", BIO_LIST, true, &child), -EINVAL);
        assert_int_equal(yaml_child(&d, root, "valid", BIO_INTEGER, false, &child), -EINVAL);
        assert_int_equal(yaml_child(&d, root, "empty", BIO_MAP, false, &child), -EINVAL);
        assert_null(child);
        s = printed(&d);
        assert_string_equal(s, "f.yml:1:1: error: \"none\" is missing, expected a list\n"
                               "f.yml:1:8: error: \"valid\" is text, expected a whole number\n"
                               "f.yml:2:7: error: \"empty\" is nothing, expected a map\n");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(scalars_have_the_type_they_show),
                cmocka_unit_test(an_empty_document_is_null),
                cmocka_unit_test(nodes_know_where_they_stand),
                cmocka_unit_test(what_we_do_not_take_is_named),
                cmocka_unit_test(depth_is_bounded),
                cmocka_unit_test(size_is_bounded),
                cmocka_unit_test(many_directives_cost_nothing),
                cmocka_unit_test(files_are_loaded_with_their_digest),
                cmocka_unit_test(files_that_cannot_be_read_are_named),
                cmocka_unit_test(unknown_keys_are_errors),
                cmocka_unit_test(children_have_the_type_asked_for),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
