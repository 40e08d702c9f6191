/* SPDX-License-Identifier: EUPL-1.2 */
#include "http/http.h"

#include <openssl/crypto.h>
#include <stdarg.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

void http_reply_free(struct http_reply *r)
{
        size_t i;

        for (i = 0; i < r->header_count; i++)
                free(r->headers[i].value);
        free(r->body);
        memset(r, 0, sizeof(*r));
}

void http_reply_header(struct http_reply *r, const char *name, const char *fmt, ...)
{
        _cleanup_text_ struct text value = {0};
        size_t i;
        va_list ap;

        if (r->header_count == HTTP_HEADERS_MOST)
                return;
        va_start(ap, fmt);
        text_vprintf(&value, fmt, ap);
        va_end(ap);
        for (i = 0; i < value.length; i++)
                if ((unsigned char)value.data[i] < 0x20 || value.data[i] == 0x7f)
                        value.data[i] = '\0';
        r->headers[r->header_count].name = name;
        r->headers[r->header_count].value = text_take(&value);
        r->header_count++;
}

void http_reply_body(struct http_reply *r, int status, const char *type, char *body, size_t length)
{
        free(r->body);
        r->status = status;
        r->body = body;
        r->length = length;
        http_reply_header(r, "Content-Type", "%s", type);
}

void http_reply_json(struct http_reply *r, int status, const char *type, json_t *body)
{
        char *s = json_text(body);

        json_decref(body);
        http_reply_body(r, status, type, s, strlen(s));
}

const char *http_reason(int status)
{
        static const struct {
                int status;
                const char *reason;
        } reasons[] = {
                {200, "OK"},
                {303, "See Other"},
                {400, "Bad Request"},
                {401, "Unauthorized"},
                {403, "Forbidden"},
                {404, "Not Found"},
                {405, "Method Not Allowed"},
                {406, "Not Acceptable"},
                {409, "Conflict"},
                {413, "Content Too Large"},
                {415, "Unsupported Media Type"},
                {421, "Misdirected Request"},
                {429, "Too Many Requests"},
                {500, "Internal Server Error"},
                {503, "Service Unavailable"},
        };
        size_t i;

        for (i = 0; i < ELEMENTS(reasons); i++)
                if (reasons[i].status == status)
                        return reasons[i].reason;
        return "Error";
}

void http_reply_problem(struct http_reply *r, int status, const char *detail)
{
        json_t *problem = json_must(json_object());

        json_set(problem, "type", json_must(json_string("about:blank")));
        json_set(problem, "title", json_must(json_string(http_reason(status))));
        json_set(problem, "status", json_must(json_integer(status)));
        if (detail)
                json_set(problem, "detail", json_safe_string(detail, strlen(detail)));
        http_reply_json(r, status, "application/problem+json", problem);
}

static int hex_value(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
                return c - 'A' + 10;
        return -1;
}

static char *percent_decode(const char *s, size_t length)
{
        _cleanup_text_ struct text out = {0};
        size_t i;

        for (i = 0; i < length; i++) {
                char c = s[i];

                if (c == '+') {
                        c = ' ';
                } else if (c == '%') {
                        int high, low;

                        if (length - i < 3 || (high = hex_value(s[i + 1])) < 0 || (low = hex_value(s[i + 2])) < 0)
                                return NULL;
                        c = (char)(high * 16 + low);
                        i += 2;
                }
                if ((unsigned char)c < 0x20 || c == 0x7f)
                        return NULL;
                text_add_char(&out, c);
        }
        if (!utf8_valid(out.data, out.length))
                return NULL;
        return text_take(&out);
}

char *http_query_value(const char *query, const char *name)
{
        size_t n = strlen(name);

        while (query && *query) {
                size_t length = strcspn(query, "&");

                if (length > n && query[n] == '=' && strncmp(query, name, n) == 0)
                        return percent_decode(query + n + 1, length - n - 1);
                query += length;
                query += *query == '&';
        }
        return NULL;
}

char *http_cookie_value(const char *cookies, const char *name)
{
        size_t n = strlen(name);

        while (cookies && *cookies) {
                size_t length;

                cookies += strspn(cookies, "; ");
                length = strcspn(cookies, ";");
                if (length > n && cookies[n] == '=' && strncmp(cookies, name, n) == 0)
                        return must_strndup(cookies + n + 1, length - n - 1);
                cookies += length;
        }
        return NULL;
}

bool http_same_secret(const char *a, const char *b)
{
        size_t length = strlen(b);

        return strlen(a) == length && CRYPTO_memcmp(a, b, length) == 0;
}
