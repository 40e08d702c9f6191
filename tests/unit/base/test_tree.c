/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/tree.h"

static void assert_value_text(const struct bio_node *node, const char *expected)
{
        _cleanup_free_ char *s = tree_value_text(node);

        assert_string_equal(s, expected);
}

static void assert_json(json_t *json, const char *expected)
{
        _cleanup_free_ char *s = json_text(json);

        json_decref(json);
        assert_string_equal(s, expected);
}

static void values_are_what_was_put_in(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        const struct bio_node *node;
        size_t length;

        (void)state;
        assert_int_equal(tree_type(tree_null(t)), BIO_NULL);
        assert_int_equal(tree_state(tree_null(t)), BIO_KNOWN);
        assert_true(tree_bool_of(tree_bool(t, true)));
        assert_true(tree_integer_of(tree_integer(t, INT64_MIN)) == INT64_MIN);
        node = tree_bytes(t, "a\0b", 3);
        assert_memory_equal(tree_bytes_of(node, &length), "a\0b", 4);
        assert_int_equal(length, 3);
        node = tree_printf(t, "%s-%d", "a value that is too long for the node", 7);
        assert_string_equal(tree_bytes_of(node, &length), "a value that is too long for the node-7");
        assert_int_equal(length, 39);
        assert_string_equal(tree_bytes_of(tree_text(t, "1234567"), NULL), "1234567");
        assert_string_equal(tree_bytes_of(tree_text(t, "12345678"), NULL), "12345678");
        assert_string_equal(tree_bytes_of(tree_bytes(t, NULL, 0), NULL), "");
}

static void a_getter_of_another_type_answers_nothing(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        const struct bio_node *text = tree_text(t, "1"), *number = tree_integer(t, 1);
        size_t length = 9;

        (void)state;
        assert_false(tree_bool_of(number));
        assert_int_equal(tree_integer_of(text), 0);
        assert_string_equal(tree_bytes_of(number, &length), "");
        assert_int_equal(length, 0);
        assert_null(tree_get(text, "a"));
        assert_null(tree_at(text, 0));
        assert_int_equal(tree_count(number), 0);
        assert_null(tree_get(tree_list(t), "a"));
}

static void null_reads_as_an_absent_node(void **state)
{
        size_t length = 9;

        (void)state;
        assert_int_equal(tree_type(NULL), BIO_NULL);
        assert_int_equal(tree_state(NULL), BIO_ABSENT);
        assert_non_null(tree_why(NULL));
        assert_null(tree_source(NULL));
        assert_int_equal(tree_line(NULL), 0);
        assert_int_equal(tree_column(NULL), 0);
        assert_int_equal(tree_basis_of(NULL), BIO_DISK);
        assert_int_equal(tree_class_of(NULL), BIO_TECHNICAL);
        assert_null(tree_note_of(NULL));
        assert_int_equal(tree_overrode_count(NULL), 0);
        assert_null(tree_overrode_at(NULL, 0));
        assert_null(tree_key(NULL));
        assert_null(tree_get(NULL, "a"));
        assert_null(tree_at(NULL, 0));
        assert_int_equal(tree_count(NULL), 0);
        assert_false(tree_bool_of(NULL));
        assert_int_equal(tree_integer_of(NULL), 0);
        assert_string_equal(tree_bytes_of(NULL, &length), "");
        assert_value_text(NULL, "(absent)");
        assert_json(tree_to_plain_json(NULL), "null");
        assert_json(tree_to_json(NULL), "{\"type\":\"null\",\"state\":\"absent\",\"why\":\"not there\"}");
        tree_free(NULL);
}

static void nodes_without_a_value_say_why(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        const struct bio_node *node = tree_unreadable(t, "%s mount, not entered", "remote");

        (void)state;
        assert_int_equal(tree_state(node), BIO_UNREADABLE);
        assert_int_equal(tree_type(node), BIO_NULL);
        assert_string_equal(tree_why(node), "remote mount, not entered");
        assert_value_text(node, "(unreadable: remote mount, not entered)");
        assert_value_text(tree_undecidable(t, "a\nb"), "(undecidable: a\\x0ab)");
        assert_value_text(tree_absent(t, "no such file"), "(absent)");
        assert_null(tree_why(tree_null(t)));
}

static void maps_keep_the_order_of_setting(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        struct bio_node *map = tree_map(t), *first = tree_integer(t, 1);

        (void)state;
        tree_set(map, "zeta", first);
        tree_set(map, "alpha", tree_integer(t, 2));
        tree_set(map, "zeta", tree_integer(t, 3));
        assert_int_equal(tree_count(map), 2);
        assert_string_equal(tree_key(tree_at(map, 0)), "zeta");
        assert_int_equal(tree_integer_of(tree_at(map, 0)), 3);
        assert_int_equal(tree_integer_of(tree_get(map, "alpha")), 2);
        assert_null(tree_get(map, "beta"));
        assert_null(tree_at(map, 2));
        /* What was replaced is still there for whoever holds it. */
        assert_int_equal(tree_integer_of(first), 1);
}

static void large_maps_find_every_key(void **state)
{
        enum { ACCOUNTS = 100000 };
        _cleanup_tree_ struct tree *t = tree_new();
        struct bio_node *map = tree_map(t);
        char key[32];
        int i;

        (void)state;
        for (i = 0; i < ACCOUNTS; i++) {
                (void)snprintf(key, sizeof(key), "user%d", i);
                tree_set(map, key, tree_integer(t, i));
                /* The moments at which the map grows are where a key could get lost. */
                if (i < 100)
                        assert_int_equal(tree_integer_of(tree_get(map, "user0")), 0);
        }
        tree_set(map, "user77777", tree_integer(t, -1));
        assert_int_equal(tree_count(map), ACCOUNTS);
        for (i = 0; i < ACCOUNTS; i++) {
                (void)snprintf(key, sizeof(key), "user%d", i);
                assert_int_equal(tree_integer_of(tree_get(map, key)), i == 77777 ? -1 : i);
                assert_string_equal(tree_key(tree_at(map, (size_t)i)), key);
        }
        assert_null(tree_get(map, "user100000"));
}

static void long_lists_append_cheaply(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        struct bio_node *list = tree_list(t);
        int i;

        (void)state;
        for (i = 0; i < 200000; i++)
                tree_append(list, tree_integer(t, i));
        assert_int_equal(tree_count(list), 200000);
        assert_int_equal(tree_integer_of(tree_at(list, 199999)), 199999);
}

static void large_bytes_do_not_waste_the_current_chunk(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        _cleanup_free_ char *large = must_alloc(1000001);
        const struct bio_node *a, *b, *c;
        size_t length;

        (void)state;
        memset(large, 'x', 1000000);
        a = tree_text(t, "before the large one");
        b = tree_text(t, large);
        c = tree_text(t, "after the large one");
        assert_string_equal(tree_bytes_of(a, NULL), "before the large one");
        assert_string_equal(tree_bytes_of(b, &length), large);
        assert_int_equal(length, 1000000);
        assert_string_equal(tree_bytes_of(c, NULL), "after the large one");
}

static void interned_strings_outlive_their_origin(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        char key[] = "PermitRootLogin";
        const char *interned = tree_intern(t, key);

        (void)state;
        assert_ptr_not_equal(interned, key);
        assert_ptr_equal(tree_intern(t, "PermitRootLogin"), interned);
        key[0] = 'X';
        assert_string_equal(interned, "PermitRootLogin");
}

static void provenance_is_inherited_from_the_nearest_ancestor(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        struct bio_node *root = tree_from(tree_map(t), "/etc/passwd", 0, 0);
        struct bio_node *user = tree_set(root, "alice", tree_from(tree_map(t), NULL, 12, 1));
        struct bio_node *home = tree_set(user, "home", tree_text(t, "/home/alice"));
        struct bio_node *shell = tree_set(user, "shell", tree_from(tree_text(t, "/bin/sh"), "built-in default", 0, 0));

        (void)state;
        tree_class(user, BIO_PERSONAL);
        tree_class(shell, BIO_TECHNICAL);
        tree_basis(root, BIO_RUNNING);
        assert_ptr_equal(tree_parent(home), user);
        assert_null(tree_parent(root));
        assert_string_equal(tree_source(home), "/etc/passwd");
        assert_int_equal(tree_line(home), 12);
        assert_int_equal(tree_column(home), 1);
        assert_string_equal(tree_source(shell), "built-in default");
        assert_int_equal(tree_line(shell), 0);
        assert_int_equal(tree_line(root), 0);
        assert_int_equal(tree_class_of(root), BIO_TECHNICAL);
        assert_int_equal(tree_class_of(home), BIO_PERSONAL);
        assert_int_equal(tree_class_of(shell), BIO_TECHNICAL);
        assert_int_equal(tree_basis_of(shell), BIO_RUNNING);
}

static void what_was_overridden_is_kept_in_order_of_reading(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        struct bio_node *map = tree_from(tree_map(t), "/etc/sysctl.conf", 0, 0), *last = NULL;
        const struct bio_node *node;
        int i;

        (void)state;
        tree_class(map, BIO_PERSONAL);
        for (i = 1; i <= 3; i++) {
                struct bio_node *fresh = tree_from(tree_integer(t, i), NULL, (unsigned)i, 1);

                if (last)
                        tree_overrode(fresh, last);
                last = tree_set(map, "kernel.kptr_restrict", fresh);
        }
        node = tree_get(map, "kernel.kptr_restrict");
        assert_int_equal(tree_integer_of(node), 3);
        assert_int_equal(tree_overrode_count(node), 2);
        for (i = 1; i <= 2; i++) {
                const struct bio_node *loser = tree_overrode_at(node, (size_t)i - 1);

                assert_int_equal(tree_integer_of(loser), i);
                assert_int_equal(tree_line(loser), i);
                assert_string_equal(tree_source(loser), "/etc/sysctl.conf");
                assert_int_equal(tree_class_of(loser), BIO_PERSONAL);
                assert_string_equal(tree_key(loser), "kernel.kptr_restrict");
                assert_int_equal(tree_overrode_count(loser), 0);
        }
        assert_null(tree_overrode_at(node, 2));
}

static void a_loser_does_not_take_its_winners_source(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        struct bio_node *map = tree_from(tree_map(t), "main", 1, 0);
        struct bio_node *winner = tree_set(map, "k", tree_from(tree_integer(t, 2), "drop-in", 9, 9));
        struct bio_node *loser = tree_integer(t, 1);

        (void)state;
        tree_overrode(winner, loser);
        assert_string_equal(tree_source(loser), "main");
        assert_int_equal(tree_line(loser), 1);
}

static void a_circle_of_overriding_ends(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        struct bio_node *a = tree_integer(t, 1), *b = tree_integer(t, 2);

        (void)state;
        tree_overrode(a, b);
        tree_overrode(b, a);
        tree_overrode(a, a);
        assert_int_equal(tree_overrode_count(a), 1);
        assert_null(tree_source(b));
}

static void overridden_lines_are_bounded(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        struct bio_node *winner = tree_integer(t, 0);
        int i;

        (void)state;
        for (i = 1; i <= 100000; i++)
                tree_overrode(winner, tree_integer(t, i));
        assert_int_equal(tree_overrode_count(winner), TREE_OVERRODE_MOST);
        assert_int_equal(tree_integer_of(tree_overrode_at(winner, TREE_OVERRODE_MOST - 1)), 100000);
}

static void notes_add_up(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        struct bio_node *nodes[100];
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(nodes); i++)
                nodes[i] = tree_note(tree_integer(t, 1), "note %zu", i);
        tree_note(nodes[7], "and more");
        assert_string_equal(tree_note_of(nodes[7]), "note 7; and more");
        assert_string_equal(tree_note_of(nodes[99]), "note 99");
        assert_null(tree_note_of(tree_integer(t, 1)));
}

static void building_on_the_wrong_type_changes_nothing(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        struct bio_node *text = tree_text(t, "x"), *node = tree_null(t);

        (void)state;
        assert_ptr_equal(tree_append(text, node), node);
        assert_ptr_equal(tree_set(tree_list(t), "k", node), node);
        assert_value_text(text, "x");
}

static struct bio_node *sample(struct tree *t)
{
        struct bio_node *map = tree_map(t), *list = tree_list(t);

        tree_append(list, tree_integer(t, -5));
        tree_append(list, tree_bytes(t, "\xff\\", 2));
        tree_set(map, "list", list);
        tree_set(map, "on", tree_bool(t, true));
        tree_set(map, "k\n", tree_null(t));
        tree_set(map, "gone", tree_unreadable(t, "why"));
        return map;
}

static void values_as_text(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        struct bio_node *outer = tree_list(t);
        const struct bio_node *map = sample(t);

        (void)state;
        assert_value_text(tree_get(map, "list"), "-5, \\xff\\\\");
        assert_value_text(map, "{list: [-5, \\xff\\\\], on: true, k\\x0a: null, gone: (unreadable: why)}");
        tree_append(outer, tree_list(t));
        assert_value_text(outer, "[]");
        assert_value_text(tree_list(t), "");
}

static void long_lists_as_text_say_what_is_left_out(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        _cleanup_free_ char *s = NULL;
        struct bio_node *list = tree_list(t);
        int i;

        (void)state;
        for (i = 0; i < 100000; i++)
                tree_append(list, tree_integer(t, 10));
        s = tree_value_text(list);
        assert_true(strlen(s) < 5000);
        assert_true(starts_with(s, "10, 10, "));
        assert_true(ends_with(s, "… (98976 more)"));
}

static void plain_json_goes_both_ways(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        json_t *json = tree_to_plain_json(sample(t));
        struct bio_node *back;

        (void)state;
        assert_int_equal(tree_from_json(t, json, &back), 0);
        json_decref(json);
        assert_json(tree_to_plain_json(back),
                    "{\"list\":[-5,\"\\\\xff\\\\\\\\\"],\"on\":true,\"k\\\\x0a\":null,\"gone\":null}");
        assert_non_null(tree_get(back, "k\n"));
        assert_int_equal(tree_state(tree_get(back, "gone")), BIO_KNOWN);
}

static void json_that_is_no_tree_is_refused(void **state)
{
        static const char *const foreign[] = {"1.5",       "[1,2.0]",         "{\"a\":{\"b\":1e2}}",
                                              "\"\\\\n\"", "{\"\\\\x00\":1}", "\"\\n\""};
        _cleanup_tree_ struct tree *t = tree_new();
        struct bio_node *node;
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(foreign); i++) {
                _cleanup_json_ json_t *json = NULL;

                assert_int_equal(json_parse(foreign[i], strlen(foreign[i]), &json, NULL), 0);
                assert_int_equal(tree_from_json(t, json, &node), -EINVAL);
        }
        assert_int_equal(tree_from_json(t, NULL, &node), -EINVAL);
}

static void json_with_provenance(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        struct bio_node *map = tree_from(tree_map(t), "/etc/ssh/sshd_config", 0, 0);
        struct bio_node *node = tree_from(tree_text(t, "no"), NULL, 4, 1);

        (void)state;
        tree_overrode(node, tree_from(tree_text(t, "yes"), "/etc/ssh/sshd_config.d/a.conf", 2, 1));
        tree_set(map, "PermitRootLogin", tree_note(node, "ignored by\tsshd"));
        tree_set(map, "AllowUsers", tree_class(tree_absent(t, "not set"), BIO_PERSONAL));
        tree_basis(tree_set(map, "Port", tree_integer(t, 22)), BIO_RUNNING);
        assert_json(tree_to_json(map), "{\"type\":\"map\",\"value\":{"
                                       "\"PermitRootLogin\":{\"type\":\"bytes\",\"value\":\"no\",\"source\":\"/etc/ssh/"
                                       "sshd_config\",\"line\":4,"
                                       "\"overrode\":[{\"type\":\"bytes\",\"value\":\"yes\",\"source\":\"/etc/ssh/"
                                       "sshd_config.d/a.conf\",\"line\":2}],"
                                       "\"note\":\"ignored by\\\\x09sshd\"},"
                                       "\"AllowUsers\":{\"type\":\"null\",\"source\":\"/etc/ssh/"
                                       "sshd_config\",\"state\":\"absent\",\"why\":\"not set\","
                                       "\"class\":\"personal\"},"
                                       "\"Port\":{\"type\":\"integer\",\"value\":22,\"source\":\"/etc/ssh/"
                                       "sshd_config\",\"basis\":\"running\"}},"
                                       "\"source\":\"/etc/ssh/sshd_config\"}");
}

static void deep_trees_do_not_recurse_without_end(void **state)
{
        _cleanup_tree_ struct tree *t = tree_new();
        _cleanup_free_ char *s = NULL, *text = NULL;
        _cleanup_json_ json_t *json = NULL, *back = NULL, *plain = NULL;
        struct bio_node *root = tree_list(t), *list = root;
        int i;

        (void)state;
        for (i = 0; i < 100000; i++)
                list = tree_append(list, tree_list(t));
        s = tree_value_text(root);
        assert_non_null(strstr(s, "…"));
        plain = tree_to_plain_json(root);
        json = tree_to_json(root);
        text = json_text(json);
        assert_non_null(strstr(text, "\"state\":\"undecidable\",\"why\":\"nested too deeply\""));
        assert_int_equal(json_parse(text, strlen(text), &back, NULL), 0);
        assert_null(tree_source(list));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(values_are_what_was_put_in),
                cmocka_unit_test(a_getter_of_another_type_answers_nothing),
                cmocka_unit_test(null_reads_as_an_absent_node),
                cmocka_unit_test(nodes_without_a_value_say_why),
                cmocka_unit_test(maps_keep_the_order_of_setting),
                cmocka_unit_test(large_maps_find_every_key),
                cmocka_unit_test(long_lists_append_cheaply),
                cmocka_unit_test(large_bytes_do_not_waste_the_current_chunk),
                cmocka_unit_test(interned_strings_outlive_their_origin),
                cmocka_unit_test(provenance_is_inherited_from_the_nearest_ancestor),
                cmocka_unit_test(what_was_overridden_is_kept_in_order_of_reading),
                cmocka_unit_test(a_loser_does_not_take_its_winners_source),
                cmocka_unit_test(a_circle_of_overriding_ends),
                cmocka_unit_test(overridden_lines_are_bounded),
                cmocka_unit_test(notes_add_up),
                cmocka_unit_test(building_on_the_wrong_type_changes_nothing),
                cmocka_unit_test(values_as_text),
                cmocka_unit_test(long_lists_as_text_say_what_is_left_out),
                cmocka_unit_test(plain_json_goes_both_ways),
                cmocka_unit_test(json_that_is_no_tree_is_refused),
                cmocka_unit_test(json_with_provenance),
                cmocka_unit_test(deep_trees_do_not_recurse_without_end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
