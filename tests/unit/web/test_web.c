/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may look, and that pages and API show the same, whatever a host put into its records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "unit/store/make.h"
#include "web/web.h"

struct fixture {
        char *directory;
        struct store *store;
        struct web *web;
        struct host host;
        char *cookie;
};

static const char *header_of(const struct http_reply *reply, const char *name)
{
        size_t i;

        for (i = 0; i < reply->header_count; i++)
                if (streq(reply->headers[i].name, name))
                        return reply->headers[i].value;
        return NULL;
}

static int get_as(struct fixture *f, struct http_request q, const char *target, struct http_reply *reply)
{
        _cleanup_free_ char *path = must_strdup(target);
        char *query = strchr(path, '?');

        if (query)
                *query++ = '\0';
        if (!q.method)
                q.method = "GET";
        q.path = path;
        q.query = query;
        q.body = "";
        q.address = "127.0.0.1";
        web_answer(f->web, &q, NOW, reply);
        return reply->status;
}

/* As who opened the printed address. */
static int get(struct fixture *f, const char *target, struct http_reply *reply)
{
        return get_as(f, (struct http_request){.host = "127.0.0.1:8480", .cookie = f->cookie}, target, reply);
}

static json_t *get_json(struct fixture *f, const char *target)
{
        _cleanup_reply_ struct http_reply reply = {0};

        assert_int_equal(get(f, target, &reply), 200);
        assert_string_equal(header_of(&reply, "Content-Type"), "application/json");
        assert_string_equal(header_of(&reply, "API-Version"), "1.0.0");
        return parsed(reply.body);
}

static char *get_page(struct fixture *f, const char *target)
{
        struct http_reply reply = {0};
        char *body;

        assert_int_equal(get(f, target, &reply), 200);
        assert_string_equal(header_of(&reply, "Content-Type"), "text/html; charset=utf-8");
        body = TAKE_PTR(reply.body);
        http_reply_free(&reply);
        return body;
}

static int set_up(void **state)
{
        struct fixture *f = must_alloc(sizeof(*f));
        _cleanup_reply_ struct http_reply reply = {0};
        _cleanup_free_ char *target = NULL;
        const char *cookie;
        char *why = NULL;

        f->directory = scratch_make();
        f->store = store_fresh(f->directory);
        assert_int_equal(web_open(f->directory, "gemeente", &f->web, &why), 0);
        web_listens(f->web, "127.0.0.1:8480");
        target = must_printf("/?token=%s", web_token(f->web));
        assert_int_equal(get_as(f, (struct http_request){.host = "127.0.0.1:8480"}, target, &reply), 303);
        assert_string_equal(header_of(&reply, "Location"), "/");
        cookie = header_of(&reply, "Set-Cookie");
        assert_non_null(strstr(cookie, "HttpOnly"));
        assert_non_null(strstr(cookie, "SameSite=Strict"));
        assert_null(strstr(cookie, web_token(f->web)));
        f->cookie = must_strndup(cookie, strcspn(cookie, ";"));
        *state = f;
        return 0;
}

static int tear_down(void **state)
{
        struct fixture *f = *state;

        web_close(f->web);
        store_close(f->store);
        scratch_remove(&f->directory);
        host_drop(&f->host);
        free(f->cookie);
        free(f);
        return 0;
}

/* A host with one full, in which `text` stands wherever a host can put one. */
static void a_host_reports(struct fixture *f, const char *name, const char *text)
{
        _cleanup_json_ json_t *quoted = json_string(text);
        _cleanup_free_ char *t = json_dumps(quoted, JSON_ENCODE_ANY), *own = NULL, *genesis = NULL, *full = NULL,
                            *policy = NULL;

        f->host = host_make();
        store_register(f->store, &f->host, "gemeente", name);
        genesis = host_genesis(&f->host);
        own = must_printf(
                "\"results\":[{\"check\":%s,\"with\":{},\"status\":\"fail\",\"basis\":[\"disk\"],\"observed_at\":"
                "\"2027-01-15T08:00:00Z\",\"max_age\":\"P2D\",\"because\":%s,\"measures\":[%s],\"counts\":{\"fail\":2},"
                "\"findings\":[{\"subject\":%s,\"status\":\"fail\",\"evidence\":[{\"source\":%s,\"line\":12,\"key\":%s,"
                "\"actual\":%s,\"expected\":%s,\"decides\":true,\"note\":%s}]}]}],\"measures\":[{\"id\":%s,\"kind\":%s,"
                "\"coverage\":%s,\"technical\":\"pass\",\"organisational\":%s,\"parts\":[{\"id\":%s,\"technical\":"
                "\"pass\"},"
                "{\"id\":\"second\",\"technical\":\"manual\",\"why\":%s},{\"id\":\"third\",\"technical\":null}]}]",
                t, t, t, t, t, t, t, t, t, t, t, t, t, t, t);
        full = host_says(&f->host, "full", own);
        free(own);
        own = must_printf("\"files\":[],\"descriptors\":{\"checks\":[{\"id\":%s,\"title\":{\"nl\":%s},\"why\":{\"nl\":%"
                          "s},\"fix\":"
                          "{\"commands\":[%s],\"reload\":%s,\"risk\":{\"nl\":%s},\"undo\":%s}}],\"facts\":[]}",
                          t, t, t, t, t, t, t);
        policy = host_says(&f->host, "policy", own);
        assert_int_equal(store_line(f->store, genesis), 0);
        assert_int_equal(store_line(f->store, full), 0);
        assert_int_equal(store_line(f->store, policy), 0);
}

/* --- access ---------------------------------------------------------------------------------------------------- */

static int status_as(struct fixture *f, struct http_request q, const char *target)
{
        _cleanup_reply_ struct http_reply reply = {0};

        return get_as(f, q, target, &reply);
}

static void without_token_or_cookie_nothing_is_shown(void **state)
{
        static const char *const targets[] = {"/",          "/maatregelen", "/v1/hosts", "/v1/measures",
                                              "/style.css", "/hosts/x",     "/nothing"};
        struct fixture *f = *state;
        size_t i;

        for (i = 0; i < ELEMENTS(targets); i++) {
                assert_int_equal(status_as(f, (struct http_request){.host = "127.0.0.1:8480"}, targets[i]), 403);
                assert_int_equal(status_as(f, (struct http_request){.host = "127.0.0.1:8480", .cookie = "bioagent=x"},
                                           targets[i]),
                                 403);
        }
        assert_int_equal(status_as(f, (struct http_request){.host = "127.0.0.1:8480"}, "/?token=x"), 403);
        assert_int_equal(status_as(f, (struct http_request){.host = "127.0.0.1:8480"}, "/?token="), 403);
}

static void the_token_is_no_cookie(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *cookie = must_printf("bioagent=%s", web_token(f->web)),
                            *bearer = must_printf("Bearer %s", web_token(f->web));

        assert_int_equal(status_as(f, (struct http_request){.host = "127.0.0.1:8480", .cookie = cookie}, "/"), 403);
        assert_int_equal(
                status_as(f, (struct http_request){.host = "127.0.0.1:8480", .authorization = bearer}, "/v1/hosts"),
                200);
        assert_int_equal(
                status_as(f, (struct http_request){.host = "127.0.0.1:8480", .authorization = "Bearer x"}, "/v1/hosts"),
                403);
}

static void another_name_is_refused(void **state)
{
        static const char *const others[] = {"evil.example", "evil.example:8480", "127.0.0.1",
                                             "127.0.0.1:80", "localhost:80",      ""};
        struct fixture *f = *state;
        _cleanup_free_ char *target = must_printf("/?token=%s", web_token(f->web));
        size_t i;

        for (i = 0; i < ELEMENTS(others); i++) {
                assert_int_equal(status_as(f, (struct http_request){.host = others[i], .cookie = f->cookie}, "/"), 421);
                assert_int_equal(status_as(f, (struct http_request){.host = others[i]}, target), 421);
        }
        assert_int_equal(status_as(f, (struct http_request){.cookie = f->cookie}, "/"), 421);
        assert_int_equal(status_as(f, (struct http_request){.host = "LOCALHOST:8480", .cookie = f->cookie}, "/"), 200);
}

static void nothing_can_be_changed(void **state)
{
        struct fixture *f = *state;

        assert_int_equal(
                status_as(f, (struct http_request){.method = "POST", .host = "127.0.0.1:8480", .cookie = f->cookie},
                          "/"),
                405);
        assert_int_equal(status_as(f,
                                   (struct http_request){.method = "", .host = "127.0.0.1:8480", .cookie = f->cookie},
                                   "/v1/hosts"),
                         405);
        assert_int_equal(
                status_as(f, (struct http_request){.method = "HEAD", .host = "127.0.0.1:8480", .cookie = f->cookie},
                          "/"),
                200);
}

static void every_answer_forbids_scripts_and_frames(void **state)
{
        static const char *const targets[] = {"/", "/maatregelen", "/v1/hosts", "/style.css", "/nothing"};
        struct fixture *f = *state;
        size_t i;

        for (i = 0; i < ELEMENTS(targets); i++) {
                _cleanup_reply_ struct http_reply reply = {0};
                const char *policy;

                (void)get(f, targets[i], &reply);
                policy = header_of(&reply, "Content-Security-Policy");
                assert_non_null(strstr(policy, "default-src 'none'"));
                assert_non_null(strstr(policy, "frame-ancestors 'none'"));
                assert_null(strstr(policy, "script"));
                assert_null(strstr(policy, "unsafe"));
        }
}

/* --- what is shown --------------------------------------------------------------------------------------------- */

static void pages_say_what_is_not_on_them(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *empty = get_page(f, "/"), *page = NULL, *measures = NULL;

        assert_non_null(strstr(empty, "Hosts die rapporteerden"));
        assert_non_null(strstr(empty, "Hosts die nooit zijn aangemeld, staan hier niet."));
        assert_non_null(strstr(empty, "<html lang=\"nl\">"));
        a_host_reports(f, "web-01.example", "x");
        page = get_page(f, "/");
        assert_non_null(strstr(page, "web-01.example"));
        assert_non_null(strstr(page, "1 met afwijking"));
        measures = get_page(f, "/maatregelen");
        assert_non_null(strstr(measures, "hosts die rapporteerden: 1 (van de 1 die zijn aangemeld)"));
}

static void a_pass_is_never_more_than_no_deviation_found(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *target = NULL, *page = NULL;

        a_host_reports(f, "web-01", "x");
        target = must_printf("/hosts/%s", f->host.id);
        page = get_page(f, target);
        assert_non_null(strstr(page, "geen afwijking gevonden in de 1 van 3 onderzochte onderdelen"));
}

static void the_api_has_the_data_of_the_pages(void **state)
{
        struct fixture *f = *state;
        _cleanup_json_ json_t *hosts = NULL, *host = NULL, *measures = NULL;
        _cleanup_free_ char *target = NULL;

        a_host_reports(f, "web-01", "x");
        hosts = get_json(f, "/v1/hosts");
        assert_string_equal(json_member_string(hosts, "organisation"), "gemeente");
        assert_string_equal(json_member_string(json_array_get(json_object_get(hosts, "hosts"), 0), "name"), "web-01");
        target = must_printf("/v1/hosts/%s", f->host.id);
        host = get_json(f, target);
        assert_int_equal(json_array_size(json_object_get(host, "results")), 1);
        measures = get_json(f, "/v1/measures");
        assert_int_equal(json_member_integer(measures, "reported", 0), 1);
}

static void what_is_not_there_is_a_problem(void **state)
{
        static const char *const targets[] = {"/v1/hosts/3f2c1b0a-1111-4222-8333-444455556666",
                                              "/v1/hosts/",
                                              "/v1/hosts/a/b",
                                              "/v1",
                                              "/hosts",
                                              "/hosts/../v1/hosts",
                                              "//",
                                              "/v1/measures/"};
        struct fixture *f = *state;
        size_t i;

        for (i = 0; i < ELEMENTS(targets); i++) {
                _cleanup_reply_ struct http_reply reply = {0};

                assert_int_equal(get(f, targets[i], &reply), 404);
                assert_string_equal(header_of(&reply, "Content-Type"), "application/problem+json");
        }
}

static void an_organisation_sees_its_own_hosts_alone(void **state)
{
        struct fixture *f = *state;
        _cleanup_host_ struct host other = host_make();
        _cleanup_json_ json_t *own = NULL, *others = NULL, *nobody = NULL;
        _cleanup_reply_ struct http_reply cross = {0}, unreadable = {0};
        _cleanup_free_ char *target = NULL, *page = NULL;

        a_host_reports(f, "web-01", "x");
        store_register(f->store, &other, "Provincie & Co", "other-01");
        own = get_json(f, "/v1/hosts");
        assert_int_equal(json_array_size(json_object_get(own, "hosts")), 1);
        others = get_json(f, "/v1/hosts?organisation=Provincie+%26%20Co");
        assert_string_equal(json_member_string(json_array_get(json_object_get(others, "hosts"), 0), "name"),
                            "other-01");
        nobody = get_json(f, "/v1/hosts?organisation=nobody");
        assert_int_equal(json_array_size(json_object_get(nobody, "hosts")), 0);
        target = must_printf("/v1/hosts/%s?organisation=Provincie+%%26+Co", f->host.id);
        assert_int_equal(get(f, target, &cross), 404);
        assert_int_equal(get(f, "/v1/hosts?organisation=%00", &unreadable), 400);
        http_reply_free(&unreadable);
        assert_int_equal(get(f, "/v1/hosts?x=1&organisation=%ff", &unreadable), 400);
        page = get_page(f, "/");
        assert_non_null(strstr(page, "<option>Provincie &amp; Co</option>"));
}

static void a_host_s_text_cannot_become_markup(void **state)
{
        static const char hostile[] = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;\xe2\x80\xae";
        struct fixture *f = *state;
        _cleanup_free_ char *target = NULL;
        const char *targets[3];
        size_t i;

        a_host_reports(f, "<script>name</script>", hostile);
        target = must_printf("/hosts/%s", f->host.id);
        targets[0] = "/";
        targets[1] = "/maatregelen";
        targets[2] = target;
        for (i = 0; i < ELEMENTS(targets); i++) {
                _cleanup_free_ char *page = get_page(f, targets[i]);

                assert_null(strstr(page, "<script"));
                assert_null(strstr(page, "<img"));
                assert_null(strstr(page, "'><"));
                assert_null(strstr(page, "\"'"));
        }
}

static void a_terminal_gets_text(void **state)
{
        struct fixture *f = *state;
        _cleanup_reply_ struct http_reply reply = {0}, browser = {0};

        a_host_reports(f, "web-01", "x");
        assert_int_equal(
                get_as(f, (struct http_request){.host = "127.0.0.1:8480", .cookie = f->cookie, .accept = "text/plain"},
                       "/", &reply),
                200);
        assert_string_equal(header_of(&reply, "Content-Type"), "text/plain; charset=utf-8");
        assert_non_null(strstr(reply.body, "web-01\n"));
        assert_null(strstr(reply.body, "<"));
        assert_int_equal(get_as(f,
                                (struct http_request){.host = "127.0.0.1:8480",
                                                      .cookie = f->cookie,
                                                      .accept = "text/html,text/plain"},
                                "/", &browser),
                         200);
        assert_string_equal(header_of(&browser, "Content-Type"), "text/html; charset=utf-8");
}

static char *page_in(struct fixture *f, const char *target, const char *accept_language)
{
        _cleanup_reply_ struct http_reply reply = {0};

        assert_int_equal(get_as(f,
                                (struct http_request){.host = "127.0.0.1:8480",
                                                      .cookie = f->cookie,
                                                      .accept_language = accept_language},
                                target, &reply),
                         200);
        return must_strndup(reply.body, reply.length);
}

static void pages_are_in_the_language_that_is_asked_for(void **state)
{
        static const struct {
                const char *target, *accept;
                bool english;
        } asked[] = {
                {"/", NULL, false},
                {"/", "en", true},
                {"/", "en-GB,en;q=0.9,nl;q=0.8", true},
                {"/", "de, nl;q=0.7, en;q=0.6", false},
                {"/", "nl;q=0.2,EN;q=0.3", true},
                {"/", "english, de;q=", false},
                {"/", "en;q=0", false},
                {"/?lang=en", "nl", true},
                {"/?lang=nl", "en", false},
                {"/?lang=fr", "en", true},
        };
        struct fixture *f = *state;
        _cleanup_free_ char *target = NULL, *host = NULL, *measures = NULL;

        a_host_reports(f, "web-01", "x");
        for (size_t i = 0; i < ELEMENTS(asked); i++) {
                _cleanup_free_ char *page = page_in(f, asked[i].target, asked[i].accept);

                assert_non_null(strstr(page, asked[i].english ? "<html lang=\"en\">" : "<html lang=\"nl\">"));
                assert_non_null(strstr(page, asked[i].english ? "Hosts that reported" : "Hosts die rapporteerden"));
                assert_non_null(strstr(page, asked[i].english ? ">Nederlands</a>" : ">English</a>"));
        }
        /* What was asked for goes along from page to page. */
        host = page_in(f, "/?lang=en", NULL);
        assert_non_null(strstr(host, "href=\"/maatregelen?lang=en\""));
        target = must_printf("/hosts/%s?lang=en\"", f->host.id);
        assert_non_null(strstr(host, target));
        free(host);
        target[strlen(target) - 1] = '\0';
        host = page_in(f, target, "nl");
        assert_non_null(strstr(host, "Findings and evidence"));
        assert_non_null(strstr(host, "<span class=\"badge fail\">fail</span>"));
        measures = page_in(f, "/maatregelen?lang=en", NULL);
        assert_non_null(strstr(measures, "Per measure the number of hosts"));
}

/* What a reader with a screen reader, or without colours, gets. */
static void tables_have_headings_and_status_has_words(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *page = NULL, *target = NULL, *host = NULL;

        a_host_reports(f, "web-01", "x");
        page = get_page(f, "/");
        assert_non_null(strstr(page, "<th role=\"columnheader\" scope=\"col\">"));
        assert_non_null(strstr(page, "<th role=\"rowheader\" scope=\"row\">"));
        assert_non_null(strstr(page, "<caption>"));
        assert_non_null(strstr(page, "href=\"#inhoud\""));
        assert_non_null(strstr(page, "<main id=\"inhoud\""));
        target = must_printf("/hosts/%s", f->host.id);
        host = get_page(f, target);
        assert_non_null(strstr(host, "<span class=\"badge fail\">afwijking</span>"));
        assert_null(strstr(page, "style=\""));
        assert_null(strstr(host, "style=\""));
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(without_token_or_cookie_nothing_is_shown, set_up, tear_down),
                cmocka_unit_test_setup_teardown(the_token_is_no_cookie, set_up, tear_down),
                cmocka_unit_test_setup_teardown(another_name_is_refused, set_up, tear_down),
                cmocka_unit_test_setup_teardown(nothing_can_be_changed, set_up, tear_down),
                cmocka_unit_test_setup_teardown(every_answer_forbids_scripts_and_frames, set_up, tear_down),
                cmocka_unit_test_setup_teardown(pages_say_what_is_not_on_them, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_pass_is_never_more_than_no_deviation_found, set_up, tear_down),
                cmocka_unit_test_setup_teardown(the_api_has_the_data_of_the_pages, set_up, tear_down),
                cmocka_unit_test_setup_teardown(what_is_not_there_is_a_problem, set_up, tear_down),
                cmocka_unit_test_setup_teardown(an_organisation_sees_its_own_hosts_alone, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_host_s_text_cannot_become_markup, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_terminal_gets_text, set_up, tear_down),
                cmocka_unit_test_setup_teardown(pages_are_in_the_language_that_is_asked_for, set_up, tear_down),
                cmocka_unit_test_setup_teardown(tables_have_headings_and_status_has_words, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
