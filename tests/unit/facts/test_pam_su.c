/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/pam_su.h"
#include "facts_of_files.h"

static void lines_say_whom_su_trusts(void **state)
{
        static const struct {
                const char *line;
                enum pam_su_says says;
                const char *named;
        } lines[] = {
                {"auth sufficient pam_wheel.so trust", PAM_SU_TRUST, ""},
                {"\tAUTH\tsufficient\tpam_wheel.so\tgroup=ops\ttrust", PAM_SU_TRUST, "ops"},
                {"-auth sufficient /lib/security/pam_wheel.so trust group=ops", PAM_SU_TRUST, "ops"},
                {"auth [success=done default=ignore] pam_wheel.so trust group=a group=b", PAM_SU_TRUST, "b"},
                {"auth sufficient pam_wheel.so trust deny group=nosu", PAM_SU_TRUST_ALL_BUT, "nosu"},
                {"auth required pam_wheel.so group=ops", PAM_SU_NOTHING, NULL},
                {"auth required pam_wheel.so group=trust", PAM_SU_NOTHING, NULL},
                {"auth sufficient pam_wheel.so.old trust", PAM_SU_NOTHING, NULL},
                {"account sufficient pam_wheel.so trust", PAM_SU_NOTHING, NULL},
                {"auth sufficient pam_rootok.so trust", PAM_SU_NOTHING, NULL},
                {"auth sufficient", PAM_SU_NOTHING, NULL},
                {"auth [success=1 pam_wheel.so trust", PAM_SU_NOTHING, NULL},
                {"@include common-auth", PAM_SU_READ, "common-auth"},
                {"@include", PAM_SU_NOTHING, NULL},
                {"auth substack other", PAM_SU_READ, "other"},
                {"auth include /etc/x", PAM_SU_READ, "/etc/x"},
                {"session include other", PAM_SU_NOTHING, NULL},
                {"", PAM_SU_NOTHING, NULL},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(lines); i++) {
                struct span named = {"", 0};

                if (pam_su_line_read((struct span){lines[i].line, strlen(lines[i].line)}, &named) != lines[i].says)
                        fail_msg("\"%s\"", lines[i].line);
                if (lines[i].named && !span_equals(named, lines[i].named, strlen(lines[i].named)))
                        fail_msg("\"%s\" names \"%.*s\"", lines[i].line, (int)named.length, named.bytes);
        }
}

static const struct bio_node *trusted(void)
{
        return pam_su_trusted(root_facts());
}

static void files_are_followed_once(void **state)
{
        (void)state;
        put_file("etc/pam.d/su",
                 "auth sufficient pam_rootok.so # pam_wheel.so trust\n@include loop\nauth sufficient \\\n"
                 "  pam_wheel.so trust group=ops\n");
        put_file("etc/pam.d/loop", "@include su\nauth include loop\nauth sufficient pam_wheel.so trust");
        assert_int_equal(tree_count(trusted()), 2);
        assert_text(tree_at(trusted(), 0), "");
        assert_text(tree_at(trusted(), 1), "ops");
        assert_int_equal(tree_line(tree_at(trusted(), 1)), 3);
}

static void a_service_in_etc_hides_that_of_usr(void **state)
{
        (void)state;
        put_file("usr/lib/pam.d/su", "auth sufficient pam_wheel.so trust group=hidden\n");
        put_file("usr/lib/pam.d/su-l", "auth sufficient pam_wheel.so trust group=seen\n");
        put_file("etc/pam.d/su", "auth required pam_unix.so\n");
        assert_int_equal(tree_count(trusted()), 1);
        assert_text(tree_at(trusted(), 0), "seen");
}

static void all_but_a_group_is_left_open(void **state)
{
        (void)state;
        put_file("etc/pam.d/su", "auth sufficient pam_wheel.so trust deny group=nosu\n");
        assert_why(tree_at(trusted(), 0), BIO_UNDECIDABLE, "all but a group");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lines_say_whom_su_trusts),
                cmocka_unit_test_setup_teardown(files_are_followed_once, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(a_service_in_etc_hides_that_of_usr, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(all_but_a_group_is_left_open, setup_facts, teardown_facts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
