/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/web.h"

#include <string.h>
#include <strings.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "page/page.h"
#include "store/store.h"
#include "web/internal.h"

#define SECRET_BYTES 32
#define COOKIE       "bioagent"

struct web {
        struct store *store;
        char *organisation;
        char *token, *session; /* of the printed address, and what it turns into */
        char *hosts[3];        /* values of Host under which we answer */
};

static char *secret(void)
{
        unsigned char bytes[SECRET_BYTES];

        random_bytes(bytes, sizeof(bytes));
        return base64url_encode(bytes, sizeof(bytes));
}

int web_open(const char *store_directory, const char *organisation, struct web **ret, char **why)
{
        struct web *w = must_alloc(sizeof(*w));
        int r = store_open(store_directory, false, &w->store, why);

        if (r < 0) {
                free(w);
                return r;
        }
        w->organisation = must_strdup(organisation);
        w->token = secret();
        w->session = secret();
        *ret = w;
        return 0;
}

void web_close(struct web *w)
{
        size_t i;

        if (!w)
                return;
        store_close(w->store);
        for (i = 0; i < ELEMENTS(w->hosts); i++)
                free(w->hosts[i]);
        free(w->organisation);
        free(w->token);
        free(w->session);
        free(w);
}

void web_listens(struct web *w, const char *address)
{
        const char *port = strrchr(address, ':');

        w->hosts[0] = must_strdup(address);
        w->hosts[1] = must_printf("localhost%s", port ? port : "");
        w->hosts[2] = must_printf("127.0.0.1%s", port ? port : "");
}

const char *web_token(const struct web *w)
{
        return w->token;
}

/* --- who may look ---------------------------------------------------------------------------------------------- */

/* A page from elsewhere, whose name was made to point at us, names itself. */
static bool host_is_ours(const struct web *w, const char *host)
{
        size_t i;

        for (i = 0; host && i < ELEMENTS(w->hosts); i++)
                if (w->hosts[i] && strcasecmp(w->hosts[i], host) == 0)
                        return true;
        return false;
}

static bool may_look(const struct web *w, const struct http_request *q)
{
        _cleanup_free_ char *cookie = http_cookie_value(q->cookie, COOKIE);

        if (q->authorization && strncasecmp(q->authorization, "Bearer ", 7) == 0)
                return http_same_secret(q->authorization + 7, w->token);
        return cookie && http_same_secret(cookie, w->session);
}

/* The token leaves the address bar, and with it the history and the referrer. */
static void answer_token(const struct web *w, const char *token, struct http_reply *reply)
{
        if (!http_same_secret(token, w->token)) {
                http_reply_problem(reply, 403, "this is not the token that was printed at start");
                return;
        }
        http_reply_body(reply, 303, "text/plain; charset=utf-8", must_strdup(""), 0);
        http_reply_header(reply, "Location", "/");
        http_reply_header(reply, "Set-Cookie", COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict", w->session);
}

/* --- what there is to see -------------------------------------------------------------------------------------- */

static bool names_organisation(const char *query)
{
        return query && (starts_with(query, "organisation=") || strstr(query, "&organisation="));
}

/* The organisation that is asked for, else ours where it has hosts, else the first. malloc'd. NULL where one is asked
 * for that cannot be read: another one's figures would be no answer. */
static char *choose_organisation(const struct web *w, const struct http_request *q, const json_t *all)
{
        char *asked = http_query_value(q->query, "organisation");
        const json_t *entry;
        size_t i;

        if (asked || names_organisation(q->query))
                return asked;
        json_array_foreach (all, i, entry)
                if (streq(json_string_value(entry), w->organisation))
                        return must_strdup(w->organisation);
        return must_strdup(json_array_size(all) > 0 ? json_string_value(json_array_get(all, 0)) : w->organisation);
}

/* One page or resource. `rest` is what stands behind the path's prefix. Gives the data, a new reference: NULL where the
 * store cannot be read, null where there is no such thing. */
typedef json_t *(*get_data)(struct store *s, const char *org, const char *rest, int64_t now);
typedef void (*show_page)(struct text *out, const struct page_frame *frame, const json_t *data, int64_t now);

static json_t *get_hosts(struct store *s, const char *org, const char *rest, int64_t now)
{
        (void)rest;
        return store_hosts(s, org, now);
}

static json_t *get_measures(struct store *s, const char *org, const char *rest, int64_t now)
{
        (void)rest;
        return store_measures(s, org, now);
}

static const struct resource {
        const char *path;   /* of the page; a trailing slash takes one segment more */
        const char *api;    /* of the same data */
        const char *member; /* under which the API gives it; NULL: itself */
        enum page_place place;
        get_data get;
        show_page show, show_text; /* text: NULL where there is none */
} resources[] = {
        {"/", "/v1/hosts", "hosts", PAGE_HOSTS, get_hosts, web_show_hosts, web_text_hosts},
        {"/maatregelen", "/v1/measures", NULL, PAGE_MEASURES, get_measures, web_show_measures, web_text_measures},
        {"/hosts/", "/v1/hosts/", NULL, PAGE_HOST, store_host, web_show_host, NULL},
};

static const char *below(const char *path, const char *prefix)
{
        size_t length = strlen(prefix);

        if (length > 1 && prefix[length - 1] == '/')
                return starts_with(path, prefix) && path[length] && !strchr(path + length, '/') ? path + length : NULL;
        return streq(path, prefix) ? path + length : NULL;
}

static const struct resource *find_resource(const char *path, bool *api, const char **rest)
{
        size_t i;

        for (i = 0; i < ELEMENTS(resources); i++) {
                *rest = below(path, resources[i].path);
                *api = !*rest;
                if (!*rest)
                        *rest = below(path, resources[i].api);
                if (*rest)
                        return &resources[i];
        }
        return NULL;
}

static void answer_api(const struct resource *r, const char *org, json_t *data, int64_t now, struct http_reply *reply)
{
        json_t *body = r->member ? json_must(json_object()) : json_incref(data);
        char at[MOMENT_TEXT];

        moment_format(now, at);
        if (r->member)
                json_set(body, r->member, json_incref(data));
        json_set(body, "organisation", json_must(json_string(org)));
        json_set(body, "generated_at", json_must(json_string(at)));
        http_reply_json(reply, 200, "application/json", body);
}

static bool wants_text(const struct http_request *q)
{
        return q->accept && strstr(q->accept, "text/plain") && !strstr(q->accept, "text/html");
}

/* Of what a browser prefers ("en-GB,nl;q=0.8"), the language that we have and it likes best; Dutch otherwise. */
static enum page_language preferred_language(const char *accept)
{
        enum page_language best = PAGE_NL;
        unsigned best_weight = 0;

        while (accept && *accept) {
                const char *item = accept + strspn(accept, " \t,");
                size_t length = strcspn(item, ","), tag = strcspn(item, ",;- \t");
                bool dutch = tag == 2 && strncasecmp(item, "nl", 2) == 0;
                bool english = tag == 2 && strncasecmp(item, "en", 2) == 0;
                const char *q = memmem(item, length, "q=", 2);
                unsigned weight = 1000;

                if (q && (size_t)(q - item) < length)
                        weight = q[2] == '1' ? 1000
                                 : q[2] == '0' && q[3] == '.' && q[4] >= '0' && q[4] <= '9'
                                         ? (unsigned)(q[4] - '0') * 100
                                         : 0;
                if ((dutch || english) && weight > best_weight) {
                        best = english ? PAGE_EN : PAGE_NL;
                        best_weight = weight;
                }
                accept = item + length;
        }
        return best;
}

/* `?lang=nl` or `?lang=en` before what the browser prefers. */
static enum page_language choose_language(const struct http_request *q, bool *ret_asked)
{
        _cleanup_free_ char *asked = http_query_value(q->query, "lang");

        *ret_asked = streq(asked, "nl") || streq(asked, "en");
        if (*ret_asked)
                return streq(asked, "en") ? PAGE_EN : PAGE_NL;
        return preferred_language(q->accept_language);
}

static void answer_page(const struct resource *r, const struct http_request *q, const struct page_frame *frame,
                        const json_t *data, int64_t now, struct http_reply *reply)
{
        _cleanup_text_ struct text out = {0};
        bool text = r->show_text && wants_text(q);
        size_t length;

        (text ? r->show_text : r->show)(&out, frame, data, now);
        length = out.length;
        http_reply_body(reply, 200, text ? "text/plain; charset=utf-8" : "text/html; charset=utf-8", text_take(&out),
                        length);
        http_reply_header(reply, "Vary", "Accept, Accept-Language");
}

static void answer_resource(struct web *w, const struct http_request *q, int64_t now, struct http_reply *reply)
{
        _cleanup_json_ json_t *all = store_organisations(w->store), *data = NULL;
        _cleanup_free_ char *org = choose_organisation(w, q, all);
        const struct resource *r;
        struct page_frame frame;
        const char *rest;
        bool api;

        r = find_resource(q->path, &api, &rest);
        if (!r) {
                http_reply_problem(reply, 404, NULL);
                return;
        }
        if (!org) {
                http_reply_problem(reply, 400, "the organisation is no text");
                return;
        }
        data = r->get(w->store, org, rest, now);
        if (!data || !all) {
                http_reply_problem(reply, 503, "the store cannot be read now");
                http_reply_header(reply, "Retry-After", "10");
                return;
        }
        if (json_is_null(data)) {
                http_reply_problem(reply, 404, "there is no such host in this organisation");
                return;
        }
        if (api) {
                answer_api(r, org, data, now, reply);
                return;
        }
        frame = (struct page_frame){.place = r->place, .organisation = org, .organisations = all, .now = now};
        frame.language = choose_language(q, &frame.language_asked);
        answer_page(r, q, &frame, data, now, reply);
}

static void add_headers(const struct http_request *q, struct http_reply *reply)
{
        http_reply_header(reply, "Content-Security-Policy",
                          "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
                          "frame-ancestors 'none'");
        http_reply_header(reply, "Referrer-Policy", "no-referrer");
        http_reply_header(reply, "Cross-Origin-Resource-Policy", "same-origin");
        if (starts_with(q->path, "/v1/"))
                http_reply_header(reply, "API-Version", WEB_API_VERSION);
}

void web_answer(struct web *w, const struct http_request *q, int64_t now, struct http_reply *reply)
{
        _cleanup_free_ char *token = http_query_value(q->query, "token");

        if (!host_is_ours(w, q->host)) {
                http_reply_problem(reply, 421, "asked under a name that is not this service's");
        } else if (!streq(q->method, "GET") && !streq(q->method, "HEAD")) {
                http_reply_problem(reply, 405, NULL);
                http_reply_header(reply, "Allow", "GET, HEAD");
        } else if (streq(q->path, "/") && token) {
                answer_token(w, token, reply);
        } else if (!may_look(w, q)) {
                http_reply_problem(reply, 403, "open the address that bioagent-collector printed at start");
        } else if (streq(q->path, "/style.css")) {
                http_reply_body(reply, 200, "text/css; charset=utf-8", must_strdup(page_style), strlen(page_style));
        } else {
                answer_resource(w, q, now, reply);
        }
        add_headers(q, reply);
}

void web_handle(struct http_exchange *x, const struct http_request *q, void *user)
{
        _cleanup_reply_ struct http_reply reply = {0};

        web_answer(user, q, moment_now(), &reply);
        http_answer(x, &reply);
}
