/* SPDX-License-Identifier: EUPL-1.2 */
/* The collector as it is served: enrolment, records over mutual TLS, pages, and its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "unit/collector/serving.h"

static int set_up(void **state)
{
        struct serving *s = must_alloc(sizeof(*s));

        serving_make(s);
        serving_start(s);
        *state = s;
        return 0;
}

static int tear_down(void **state)
{
        struct serving *s = *state;

        assert_int_equal(serving_stop(s, SIGTERM), 0);
        serving_drop(s);
        free(s);
        return 0;
}

static void enrolled(const struct serving *s, struct host *h, struct client *c)
{
        _cleanup_free_ char *secret = fresh_secret(s);

        *h = host_make();
        h->made = moment_now();
        assert_int_equal(enrol_with(s, h, secret, c), 200);
}

static json_int_t acked(const json_t *answer, const struct host *h)
{
        return json_member_integer(json_object_get(json_object_get(answer, "acked"), h->chain), "seq", 0);
}

static char *heartbeat(struct host *h)
{
        return host_says(h, "heartbeat", "\"state\":{\"full\":null,\"last\":null}");
}

static void a_host_enrols_and_its_records_are_kept(void **state)
{
        struct serving *s = *state;
        _cleanup_free_ char *genesis = NULL, *two = NULL, *body = NULL, *secret = NULL, *output = NULL, *page = NULL,
                            *path = NULL;
        _cleanup_json_ json_t *answer = NULL;
        _cleanup_client_ struct client c = {0}, again = {0};
        _cleanup_host_ struct host h = {0};

        enrolled(s, &h, &c);
        genesis = host_genesis(&h);
        two = heartbeat(&h);
        body = must_printf("%s\n%s\n", genesis, two);
        assert_int_equal(post_records(s, &c, body, &answer), 200);
        assert_int_equal(acked(answer, &h), 2);
        secret = must_strdup("used-already");
        assert_int_equal(enrol_with(s, &h, secret, &again), 401);
        assert_int_equal(RUN(s, &output, "verify"), 0);
        assert_non_null(strstr(output, "valid: 2 records in 1 chain"));
}

static void acknowledged_records_survive_a_kill(void **state)
{
        struct serving *s = *state;
        _cleanup_client_ struct client c = {0};
        _cleanup_host_ struct host h = {0};
        _cleanup_free_ char *output = NULL;
        json_int_t last = 0;
        unsigned i;

        enrolled(s, &h, &c);
        for (i = 0; i < 6; i++) {
                _cleanup_free_ char *line = i == 0 ? host_genesis(&h) : heartbeat(&h);
                _cleanup_json_ json_t *answer = NULL;

                assert_int_equal(post_records(s, &c, line, &answer), 200);
                last = acked(answer, &h);
                assert_int_equal(last, i + 1);
                if (i % 2 == 1) {
                        assert_int_equal(serving_stop(s, SIGKILL), -SIGKILL);
                        serving_start(s);
                }
        }
        assert_int_equal(RUN(s, &output, "verify"), 0);
        assert_non_null(strstr(output, "valid: 6 records in 1 chain"));
}

/* --- who may send ---------------------------------------------------------------------------------------------- */

static void without_a_certificate_it_is_401_whatever_is_asked(void **state)
{
        struct serving *s = *state;
        _cleanup_free_ char *big = must_alloc(3 << 20), *answer = NULL;

        assert_int_equal(post_records(s, NULL, "x", NULL), 401);
        assert_int_equal(ask(s, NULL, s->records, "GET / HTTP/1.1", "", 0, NULL), 401);
        memset(big, 'x', (3 << 20) - 1);
        assert_int_equal(ask(s, NULL, s->records, "POST /v1/records HTTP/1.1", big, (3 << 20) - 1, &answer), 401);
        assert_non_null(strstr(answer, "\"status\":401"));
}

static X509 *certificate_of(struct ca *ca, EVP_PKEY *key, const struct host *h, int64_t now)
{
        struct host_request request = {0};
        unsigned char *der, *bytes = NULL;
        size_t length, n;
        X509 *x;
        char *why;

        der = certificate_request(key, h, &length);
        assert_int_equal(host_request_read(der, length, &request, &why), 0);
        assert_int_equal(ca_issue_host(ca, &request, now, &bytes, &n), 0);
        x = issued(bytes, n);
        host_request_free(&request);
        OPENSSL_free(der);
        free(bytes);
        return x;
}

/* A certificate counts where it is of our CA, for a client, valid now, and of a host that is registered. */
static void another_certificate_is_401_and_no_alert(void **state)
{
        struct serving *s = *state;
        _cleanup_free_ char *key_path = must_printf("%s/state/ca/key.pem", s->directory);
        _cleanup_free_ char *ca_path = must_printf("%s/state/tls/ca.pem", s->directory);
        _cleanup_ca_ struct ca *ours = NULL, *other = NULL;
        _cleanup_client_ struct client c = {0};
        _cleanup_host_ struct host h = {0};
        _cleanup_host_ struct host stranger = host_make();
        struct client as = {0};
        char *why;

        enrolled(s, &h, &c);
        assert_int_equal(ca_load(key_path, ca_path, &ours, &why), 0);
        assert_int_equal(ca_create(moment_now(), &other, &why), 0);
        as.key = c.key;
        as.certificate = certificate_of(other, c.key, &h, moment_now());
        assert_int_equal(post_records(s, &as, "x", NULL), 401);
        X509_free(as.certificate);
        as.certificate = certificate_of(ours, c.key, &h, moment_now() - 2 * 365 * 86400);
        assert_int_equal(post_records(s, &as, "x", NULL), 401);
        X509_free(as.certificate);
        as.certificate = certificate_of(ours, c.key, &stranger, moment_now());
        assert_int_equal(post_records(s, &as, "x", NULL), 401);
        X509_free(as.certificate);
        as.certificate = certificate_of(ours, c.key, &h, moment_now());
        assert_int_equal(post_records(s, &as, "x", NULL), 200);
        X509_free(as.certificate);
}

static void a_server_s_certificate_is_no_client_s(void **state)
{
        struct serving *s = *state;
        _cleanup_free_ char *key = must_printf("%s/state/tls/server-key.pem", s->directory);
        _cleanup_free_ char *certificate = must_printf("%s/state/tls/server.pem", s->directory);
        _cleanup_client_ struct client as = {0};
        BIO *b = BIO_new_file(key, "r");

        as.key = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);
        BIO_free(b);
        b = BIO_new_file(certificate, "r");
        as.certificate = PEM_read_bio_X509(b, NULL, NULL, NULL);
        BIO_free(b);
        assert_int_equal(post_records(s, &as, "x", NULL), 401);
}

static void an_enrolled_relay_carries_others_records(void **state)
{
        struct serving *s = *state;
        _cleanup_client_ struct client relay = {0}, c = {0};
        _cleanup_host_ struct host r = {0}, h = {0};
        _cleanup_json_ json_t *answer = NULL;
        _cleanup_free_ char *genesis = NULL;

        enrolled(s, &r, &relay);
        enrolled(s, &h, &c);
        genesis = host_genesis(&h);
        assert_int_equal(post_records(s, &relay, genesis, &answer), 200);
        assert_int_equal(acked(answer, &h), 1);
}

/* --- requests that are turned away ----------------------------------------------------------------------------- */

static void other_requests_are_turned_away(void **state)
{
        struct serving *s = *state;
        _cleanup_client_ struct client c = {0};
        _cleanup_host_ struct host h = {0};
        _cleanup_free_ char *big = must_alloc((4 << 20) + 2), *lines = must_alloc(5000);

        enrolled(s, &h, &c);
        assert_int_equal(ask(s, &c, s->records, "GET /v1/records HTTP/1.1", "", 0, NULL), 405);
        assert_int_equal(ask(s, &c, s->records, "POST /v1/other HTTP/1.1", "x", 1, NULL), 404);
        assert_int_equal(ask(s, &c, s->records, "POST /v1/records HTTP/1.1\r\nContent-Type: text/plain", "x", 1, NULL),
                         415);
        assert_int_equal(post_records(s, &c, "", NULL), 400);
        memset(lines, '\n', 4998);
        assert_int_equal(post_records(s, &c, lines, NULL), 413);
        memset(big, 'x', (4 << 20) + 1);
        /* evhttp says so and closes; a client that is still writing may see only the latter. */
        assert_true(post_records(s, &c, big, NULL) % 413 == 0);
}

static void older_tls_and_plain_text_get_no_answer(void **state)
{
        struct serving *s = *state;
        const struct client old = {.version = TLS1_2_VERSION};
        _cleanup_fd_ int fd = connect_to(s->records);
        static const char plain[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        char bytes[256];
        ssize_t n;

        assert_int_equal(post_records(s, &old, "x", NULL), 0);
        assert_int_equal(write(fd, plain, sizeof(plain) - 1), sizeof(plain) - 1);
        n = read(fd, bytes, sizeof(bytes));
        assert_true(n <= 0 || memcmp(bytes, "HTTP", 4) != 0);
        assert_int_equal(post_records(s, NULL, "x", NULL), 401);
}

static void there_are_no_session_tickets(void **state)
{
        struct serving *s = *state;
        _cleanup_fd_ int fd = connect_to(s->records);
        SSL *ssl = client_session(s, NULL, fd);
        static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        char bytes[256];

        assert_int_equal(SSL_connect(ssl), 1);
        assert_int_equal(SSL_version(ssl), TLS1_3_VERSION);
        assert_true(SSL_write(ssl, request, sizeof(request) - 1) > 0);
        assert_true(SSL_read(ssl, bytes, sizeof(bytes)) > 0);
        assert_int_equal(SSL_SESSION_is_resumable(SSL_get0_session(ssl)), 0);
        SSL_free(ssl);
}

static void one_connection_carries_many_requests(void **state)
{
        struct serving *s = *state;
        _cleanup_fd_ int fd = -1;
        _cleanup_client_ struct client c = {0};
        _cleanup_host_ struct host h = {0};
        SSL *ssl;
        unsigned i;

        enrolled(s, &h, &c);
        fd = connect_to(s->records);
        ssl = client_session(s, &c, fd);
        assert_int_equal(SSL_connect(ssl), 1);
        for (i = 0; i < 5; i++) {
                _cleanup_free_ char *line = i == 0 ? host_genesis(&h) : heartbeat(&h), *request = NULL;
                char bytes[4096] = "";

                request = must_printf(
                        "POST /v1/records HTTP/1.1\r\nHost: x\r\nContent-Type: application/vnd.bioagent.records\r\n"
                        "Content-Length: %zu\r\n\r\n%s",
                        strlen(line), line);
                assert_true(SSL_write(ssl, request, (int)strlen(request)) > 0);
                for (size_t n = 0; !strstr(bytes, "nonce") && n < sizeof(bytes) - 1;) {
                        int got = SSL_read(ssl, bytes + n, (int)(sizeof(bytes) - 1 - n));

                        assert_true(got > 0);
                        n += (size_t)got;
                        bytes[n] = '\0';
                }
                assert_non_null(strstr(bytes, "HTTP/1.1 200"));
        }
        SSL_free(ssl);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_host_enrols_and_its_records_are_kept, set_up, tear_down),
                cmocka_unit_test_setup_teardown(acknowledged_records_survive_a_kill, set_up, tear_down),
                cmocka_unit_test_setup_teardown(without_a_certificate_it_is_401_whatever_is_asked, set_up, tear_down),
                cmocka_unit_test_setup_teardown(another_certificate_is_401_and_no_alert, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_server_s_certificate_is_no_client_s, set_up, tear_down),
                cmocka_unit_test_setup_teardown(an_enrolled_relay_carries_others_records, set_up, tear_down),
                cmocka_unit_test_setup_teardown(other_requests_are_turned_away, set_up, tear_down),
                cmocka_unit_test_setup_teardown(older_tls_and_plain_text_get_no_answer, set_up, tear_down),
                cmocka_unit_test_setup_teardown(there_are_no_session_tickets, set_up, tear_down),
                cmocka_unit_test_setup_teardown(one_connection_carries_many_requests, set_up, tear_down),
        };

        (void)signal(SIGPIPE, SIG_IGN);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
