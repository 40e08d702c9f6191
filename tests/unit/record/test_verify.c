/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "make.h"
#include "record/verify.h"

/* What was told. */
struct told {
        struct verify_chain chains[4];
        char kids[4][JOSE_KID_TEXT], host_names[4][64];
        size_t chain_count;
        struct verify_report report;
        char report_kid[JOSE_KID_TEXT], report_host[64], report_why[256];
        size_t report_count;
        struct verify_problem problem; /* the last one */
        char why[256];
        size_t problem_count;
};

static void on_problem(const struct verify_problem *p, void *user)
{
        struct told *t = user;

        t->problem = *p;
        snprintf(t->why, sizeof(t->why), "%s", p->why);
        t->problem_count++;
}

static void on_chain(const struct verify_chain *c, void *user)
{
        struct told *t = user;

        assert_true(t->chain_count < ELEMENTS(t->chains));
        snprintf(t->kids[t->chain_count], JOSE_KID_TEXT, "%s", c->kid);
        snprintf(t->host_names[t->chain_count], 64, "%s", c->host_name);
        t->chains[t->chain_count++] = *c;
}

static void on_report(const struct verify_report *r, void *user)
{
        struct told *t = user;

        /* Its texts are the caller's, and gone when it returns. */
        t->report = *r;
        snprintf(t->report_kid, sizeof(t->report_kid), "%s", r->kid ? r->kid : "");
        snprintf(t->report_host, sizeof(t->report_host), "%s", r->host_name);
        snprintf(t->report_why, sizeof(t->report_why), "%s", r->why ? r->why : "");
        t->report.kid = r->kid ? t->report_kid : NULL;
        t->report.host_name = t->report_host;
        t->report.why = r->why ? t->report_why : NULL;
        t->report_count++;
}

/* A directory with the records of one chain of six, a file each. */
#define SIX 7
struct fixture {
        char directory[32];
        struct jose_key *key;
        char *line[SIX], hash[SIX][JWS_HASH_TEXT], *path[SIX];
        char *all; /* another file */
        struct told told;
};

static void write_text(const char *path, const char *text)
{
        assert_int_equal(file_write_durably(AT_FDCWD, path, 0600, text, strlen(text), false), 0);
}

static int set_up(void **state)
{
        struct fixture *f = must_alloc(sizeof(*f));
        size_t i;

        snprintf(f->directory, sizeof(f->directory), "/tmp/test-verify-XXXXXX");
        assert_non_null(mkdtemp(f->directory));
        f->key = jose_key_generate();
        f->all = must_printf("%s/all", f->directory);
        for (i = 1; i < SIX; i++) {
                _cleanup_free_ char *text = NULL;

                f->line[i] = i == 1 ? make_genesis(f->key) : make_next(f->line[i - 1], "start", MAKE_LIFE, f->key);
                make_hash(f->line[i], f->hash[i]);
                f->path[i] = must_printf("%s/%zu.jws", f->directory, i);
                text = must_printf("%s\n", f->line[i]);
                write_text(f->path[i], text);
        }
        *state = f;
        return 0;
}

static int tear_down(void **state)
{
        struct fixture *f = *state;
        size_t i;

        for (i = 1; i < SIX; i++) {
                unlink(f->path[i]);
                free(f->path[i]);
                free(f->line[i]);
        }
        unlink(f->all);
        rmdir(f->directory);
        free(f->all);
        jose_key_free(f->key);
        free(f);
        return 0;
}

static enum verify_result verify(struct fixture *f, const struct jose_key *key, const char *const *files, size_t count)
{
        const struct verify_listener listener = {on_problem, on_chain, on_report, &f->told};

        f->told = (struct told){0};
        return verify_files(&key, key ? 1 : 0, files, count, &listener);
}

static enum verify_result verify_text(struct fixture *f, const struct jose_key *key, const char *text)
{
        const char *files[] = {f->all};

        write_text(f->all, text);
        return verify(f, key, files, 1);
}

static void files_of_one_record_each_in_any_order(void **state)
{
        struct fixture *f = *state;
        const char *files[] = {f->path[4], f->path[1], f->path[6], f->path[3], f->path[2], f->path[5], f->path[3]};

        assert_int_equal(verify(f, NULL, files, 7), VERIFY_VALID);
        assert_int_equal(f->told.problem_count, 0);
        assert_int_equal(f->told.chain_count, 1);
        assert_int_equal(f->told.chains[0].records, 6);
        assert_int_equal(f->told.chains[0].duplicates, 1);
        assert_int_equal(f->told.chains[0].first, 1);
        assert_int_equal(f->told.chains[0].last, 6);
        assert_true(f->told.chains[0].introduced);
        assert_string_equal(f->told.kids[0], jose_key_id(f->key));
        assert_string_equal(f->told.host_names[0], "host");
        assert_int_equal(verify(f, f->key, files, 7), VERIFY_VALID);
        assert_false(f->told.chains[0].introduced);
}

static void a_key_that_signs_nothing_in_a_chain_breaks_it(void **state)
{
        struct fixture *f = *state;
        _cleanup_key_ struct jose_key *other = jose_key_generate();
        const char *files[] = {f->path[1], f->path[2]};

        assert_int_equal(verify(f, other, files, 2), VERIFY_BROKEN);
        assert_non_null(strstr(f->told.why, "none of the given keys"));
        assert_true(f->told.chains[0].introduced);
}

static void a_piece_of_a_chain_needs_a_key(void **state)
{
        struct fixture *f = *state;
        const char *files[] = {f->path[3], f->path[4]};

        assert_int_equal(verify(f, NULL, files, 2), VERIFY_UNDECIDED);
        assert_int_equal(f->told.problem_count, 1);
        assert_int_equal(f->told.chains[0].records, 0);
        /* With it: 1 and 2 are missing, and nobody declares them lost. */
        assert_int_equal(verify(f, f->key, files, 2), VERIFY_BROKEN);
        assert_int_equal(f->told.chains[0].missing, 2);
        assert_int_equal(f->told.chains[0].records, 2);
}

static void a_missing_record_is_broken_until_a_gap_declares_it(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *own = must_printf("\"from\":3,\"to\":4,\"hash\":\"%s\",\"reason\":\"retention\"",
                                               f->hash[4]),
                            *gap = NULL, *text = NULL;
        const char *files[] = {f->path[1], f->path[2], f->path[5], f->path[6]};

        assert_int_equal(verify(f, NULL, files, 4), VERIFY_BROKEN);
        assert_int_equal(f->told.chains[0].missing, 2);
        assert_int_equal(f->told.chains[0].declared, 0);
        assert_int_equal(f->told.problem_count, 1);
        assert_int_equal(f->told.problem.verdict, CHAIN_HOLE);
        assert_int_equal(f->told.problem.result, VERIFY_GAPS);

        gap = make_next(f->line[6], "gap", own, f->key);
        text = must_printf("%s\n%s\n%s\n%s\n%s\n", f->line[1], f->line[2], f->line[5], f->line[6], gap);
        assert_int_equal(verify_text(f, NULL, text), VERIFY_GAPS);
        assert_int_equal(f->told.chains[0].declared, 2);
}

static void forgeries_and_forks_are_broken(void **state)
{
        struct fixture *f = *state;
        _cleanup_key_ struct jose_key *other = jose_key_generate();
        _cleanup_free_ char *forged = make_next(f->line[2], "stop", MAKE_LIFE, other),
                            *fork = make_next(f->line[2], "stop", MAKE_LIFE, f->key), *text = NULL, *fork_text = NULL;

        text = must_printf("%s\n%s\n%s\n%s", f->line[1], f->line[2], f->line[3], forged);
        assert_int_equal(verify_text(f, NULL, text), VERIFY_BROKEN);
        assert_int_equal(f->told.problem.verdict, CHAIN_SIGNATURE);
        assert_int_equal(f->told.problem.line, 4);
        assert_int_equal(f->told.chains[0].refused, 1);
        fork_text = must_printf("%s\n%s\n%s\n%s", f->line[1], f->line[2], f->line[3], fork);
        assert_int_equal(verify_text(f, NULL, fork_text), VERIFY_BROKEN);
        assert_int_equal(f->told.problem.verdict, CHAIN_FORK);
        assert_int_equal(f->told.chains[0].forks, 1);
        assert_int_equal(f->told.chains[0].refused, 0);
}

static void a_line_that_is_no_record_is_named(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *text = must_printf("%s\n\n%s\nnonsense\n%s", f->line[1], f->line[2], f->line[3]);

        assert_int_equal(verify_text(f, NULL, text), VERIFY_BROKEN);
        assert_int_equal(f->told.problem.line, 4);
        assert_string_equal(f->told.problem.file, f->all);
        assert_null(f->told.problem.chain);
        assert_int_equal(f->told.problem_count, 1);
        assert_int_equal(f->told.chains[0].records, 3);
        assert_int_equal(f->told.chains[0].result, VERIFY_VALID);
}

static void chains_are_told_apart(void **state)
{
        struct fixture *f = *state;
        _cleanup_key_ struct jose_key *key = make_p256();
        _cleanup_json_ json_t *jwk = jose_key_to_jwk(key);
        _cleanup_free_ char *genesis = NULL, *text = NULL;
        json_t *payload = make_payload("genesis", 1, NULL, "");

        json_set(payload, "key", json_incref(jwk));
        json_set(payload, "chain", json_string("ffffffffffffffffffffffffffffffff"));
        genesis = make_line(payload, key);
        text = must_printf("%s\n%s\n%s\n", f->line[1], genesis, f->line[3]);
        assert_int_equal(verify_text(f, NULL, text), VERIFY_BROKEN);
        assert_int_equal(f->told.chain_count, 2);
        assert_int_equal(f->told.chains[0].result, VERIFY_BROKEN);
        assert_int_equal(f->told.chains[1].result, VERIFY_VALID);
        assert_string_equal(f->told.kids[1], jose_key_id(key));
}

static void a_report_is_verified_with_a_given_key_only(void **state)
{
        struct fixture *f = *state;
        _cleanup_key_ struct jose_key *other = jose_key_generate();
        _cleanup_free_ char *report = NULL, *bent = NULL;
        json_t *payload =
                make_payload("report", 0, NULL, "\"measures\":[],\"results\":[],\"who\":\"X\",\"_personal\":[\"who\"]");

        json_set(json_object_get(payload, "host"), "name", json_string("a\x1b[31mb"));
        report = make_line(payload, f->key);
        assert_int_equal(verify_text(f, NULL, report), VERIFY_UNDECIDED);
        assert_int_equal(f->told.report_count, 1);
        assert_non_null(strstr(f->told.report.why, "no key"));
        assert_int_equal(verify_text(f, other, report), VERIFY_BROKEN);
        assert_int_equal(verify_text(f, f->key, report), VERIFY_VALID);
        assert_null(f->told.report.why);
        assert_string_equal(f->told.report_kid, jose_key_id(f->key));
        assert_string_equal(f->told.report_host, "a\\x1b[31mb"); /* nothing that a terminal would obey */
        assert_int_equal(f->told.report.made, 1769848200);
        assert_int_equal(f->told.report.missing, 0);
        assert_int_equal(f->told.chain_count, 0);
        bent = must_strdup(report);
        memcpy(strrchr(bent, '.') + 1, "AAAA", 4);
        assert_int_equal(verify_text(f, f->key, bent), VERIFY_BROKEN);
        strchr(report, '~')[1] = '\0';
        assert_int_equal(verify_text(f, f->key, report), VERIFY_VALID);
        assert_int_equal(f->told.report.missing, 1);
}

/* What a header names is shown only where it is a thumbprint. */
static void a_kid_that_is_no_thumbprint_is_not_shown(void **state)
{
        static const char *const kids[] = {"\\u001b[31m", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                           "AAAAAAAAAAAAAAAAAAAAA/AAAAAAAAAAAAAAAAAAAAA"};
        struct fixture *f = *state;
        _cleanup_free_ char *report =
                make_line(make_payload("report", 0, NULL, "\"measures\":[],\"results\":[]"), f->key);
        size_t i;

        for (i = 0; i < ELEMENTS(kids); i++) {
                _cleanup_free_ char *header =
                        must_printf("{\"alg\":\"EdDSA\",\"typ\":\"" JWS_TYPE "\",\"kid\":\"%s\"}", kids[i]);
                _cleanup_free_ char *encoded = base64url_encode(header, strlen(header)),
                                    *line = must_printf("%s%s", encoded, strchr(report, '.'));

                assert_int_equal(verify_text(f, f->key, line), VERIFY_BROKEN);
                assert_null(f->told.report.kid);
                assert_int_equal(f->told.report_count, 1);
        }
}

static void a_report_may_be_longer_than_a_record(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *filler = must_alloc(JWS_LINE_MOST + 1), *own = NULL, *report = NULL, *record = NULL,
                            *text = NULL;

        memset(filler, 'x', JWS_LINE_MOST);
        own = must_printf("\"measures\":[],\"results\":[],\"filler\":\"%s\"", filler);
        report = make_line(make_payload("report", 0, NULL, own), f->key);
        assert_true(strlen(report) > JWS_LINE_MOST);
        assert_int_equal(verify_text(f, f->key, report), VERIFY_VALID);
        record = make_next(f->line[1], "start", own, f->key);
        text = must_printf("%s\n%s", f->line[1], record);
        assert_int_equal(verify_text(f, NULL, text), VERIFY_BROKEN);
        assert_non_null(strstr(f->told.why, "longer"));
}

static void a_key_that_a_chain_rotates_to_vouches_for_it(void **state)
{
        struct fixture *f = *state;
        _cleanup_key_ struct jose_key *new = make_p256();
        _cleanup_free_ char *statement = rotate_statement(MAKE_CHAIN, 3, jose_key_id(f->key), jose_key_id(new)),
                            *proof = NULL, *rotate = NULL, *next = NULL, *text = NULL;
        unsigned char signature[JOSE_SIGNATURE_BYTES];
        json_t *payload = make_payload("rotate", 3, f->hash[2], "");

        assert_int_equal(jose_key_sign(new, statement, strlen(statement), signature), 0);
        proof = base64url_encode(signature, sizeof(signature));
        json_set(payload, "key", jose_key_to_jwk(new));
        json_set(payload, "proof", json_string(proof));
        rotate = make_line(payload, f->key);
        next = make_next(rotate, "start", MAKE_LIFE, new);
        text = must_printf("%s\n%s\n%s\n%s\n", f->line[1], f->line[2], rotate, next);
        assert_int_equal(verify_text(f, new, text), VERIFY_VALID);
        assert_false(f->told.chains[0].introduced);
        assert_string_equal(f->told.kids[0], jose_key_id(new));
        assert_int_equal(verify_text(f, f->key, text), VERIFY_VALID);
        assert_false(f->told.chains[0].introduced);
        assert_int_equal(verify_text(f, NULL, text), VERIFY_VALID);
        assert_true(f->told.chains[0].introduced);
}

static void the_most_complete_copy_counts(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *line = make_next(f->line[1], "start", MAKE_LIFE ",\"who\":\"X\",\"_personal\":[\"who\"]",
                                              f->key),
                            *erased = NULL, *text = NULL, *alone = NULL;

        erased = must_strndup(line, (size_t)(strchr(line, '~') + 1 - line));
        text = must_printf("%s\n%s\n%s\n", f->line[1], erased, line);
        assert_int_equal(verify_text(f, NULL, text), VERIFY_VALID);
        assert_int_equal(f->told.chains[0].incomplete, 0);
        assert_int_equal(f->told.chains[0].duplicates, 1);
        alone = must_printf("%s\n%s\n", f->line[1], erased);
        assert_int_equal(verify_text(f, NULL, alone), VERIFY_VALID);
        assert_int_equal(f->told.chains[0].incomplete, 1);
}

static void what_cannot_be_read_is_undecided(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *fifo = must_printf("%s/fifo", f->directory);
        const char *missing[] = {"/nonexistent/file"}, *directory[] = {f->directory}, *pipe[] = {fifo};

        assert_int_equal(verify(f, NULL, missing, 1), VERIFY_UNDECIDED);
        assert_non_null(strstr(f->told.why, "No such file"));
        assert_int_equal(verify(f, NULL, directory, 1), VERIFY_UNDECIDED);
        assert_int_equal(mkfifo(fifo, 0600), 0);
        assert_int_equal(verify(f, NULL, pipe, 1), VERIFY_UNDECIDED);
        unlink(fifo);
        assert_int_equal(verify_text(f, NULL, "\n"), VERIFY_UNDECIDED);
        assert_non_null(strstr(f->told.why, "no record"));
        assert_int_equal(verify(f, NULL, NULL, 0), VERIFY_UNDECIDED);
}

static void standard_input_is_read(void **state)
{
        struct fixture *f = *state;
        const char *files[] = {"-", f->path[2]};
        int saved = dup(STDIN_FILENO), ends[2];

        assert_int_equal(pipe(ends), 0);
        assert_int_equal(fd_write_all(ends[1], f->line[1], strlen(f->line[1])), 0);
        close(ends[1]);
        dup2(ends[0], STDIN_FILENO);
        assert_int_equal(verify(f, NULL, files, 2), VERIFY_VALID);
        assert_int_equal(f->told.chains[0].records, 2);
        dup2(saved, STDIN_FILENO);
        close(saved);
        close(ends[0]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(files_of_one_record_each_in_any_order, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_key_that_signs_nothing_in_a_chain_breaks_it, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_piece_of_a_chain_needs_a_key, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_missing_record_is_broken_until_a_gap_declares_it, set_up, tear_down),
                cmocka_unit_test_setup_teardown(forgeries_and_forks_are_broken, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_line_that_is_no_record_is_named, set_up, tear_down),
                cmocka_unit_test_setup_teardown(chains_are_told_apart, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_report_is_verified_with_a_given_key_only, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_kid_that_is_no_thumbprint_is_not_shown, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_report_may_be_longer_than_a_record, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_key_that_a_chain_rotates_to_vouches_for_it, set_up, tear_down),
                cmocka_unit_test_setup_teardown(the_most_complete_copy_counts, set_up, tear_down),
                cmocka_unit_test_setup_teardown(what_cannot_be_read_is_undecided, set_up, tear_down),
                cmocka_unit_test_setup_teardown(standard_input_is_read, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
