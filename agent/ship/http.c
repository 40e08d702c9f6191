/* SPDX-License-Identifier: EUPL-1.2 */
#include "ship/http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "ship/answer.h"

#define CONNECT_SECONDS 15L
#define STALL_SECONDS   30L  /* without a byte in either direction */
#define REQUEST_SECONDS 300L /* 4 MiB over a slow line */

struct http {
        CURL *easy;
        const volatile sig_atomic_t *stop;
        struct text body;
        bool too_long;
        char error[CURL_ERROR_SIZE];
};

struct http *http_new(const volatile sig_atomic_t *stop)
{
        static bool initialised;
        struct http *h = must_alloc(sizeof(*h));

        if (!initialised && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                out_of_memory();
        initialised = true;
        h->stop = stop;
        h->easy = curl_easy_init();
        if (!h->easy)
                out_of_memory();
        return h;
}

void http_free(struct http *h)
{
        if (!h)
                return;
        curl_easy_cleanup(h->easy);
        text_free(&h->body);
        free(h);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *user)
{
        struct http *h = user;

        if (h->body.length + size * count > ANSWER_MOST) {
                h->too_long = true;
                return 0;
        }
        text_append(&h->body, bytes, size * count);
        return size * count;
}

static int look_up(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
        const struct http *h = user;

        (void)a;
        (void)b;
        (void)c;
        (void)d;
        return h->stop && *h->stop;
}

/* Options are checked one by one: an option that this libcurl lacks must not silently leave a request less safe. */
#define SET(option, value) \
        do { \
                if (r == CURLE_OK) \
                        r = curl_easy_setopt(h->easy, option, value); \
        } while (0)

static CURLcode set_transfer(struct http *h)
{
        CURLcode r = CURLE_OK;

        SET(CURLOPT_ERRORBUFFER, h->error);
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_PROTOCOLS_STR, "https");
        SET(CURLOPT_FOLLOWLOCATION, 0L);
        SET(CURLOPT_PROXY, ""); /* not from the environment either */
        SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
        SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
        SET(CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
        SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
        SET(CURLOPT_LOW_SPEED_TIME, STALL_SECONDS);
        SET(CURLOPT_TIMEOUT, REQUEST_SECONDS);
        SET(CURLOPT_USERAGENT, "bioagent-ship/" BIOAGENT_VERSION);
        SET(CURLOPT_WRITEFUNCTION, take_body);
        SET(CURLOPT_WRITEDATA, h);
        SET(CURLOPT_XFERINFOFUNCTION, look_up);
        SET(CURLOPT_XFERINFODATA, h);
        SET(CURLOPT_NOPROGRESS, 0L);
        return r;
}

static CURLcode set_tls(struct http *h, const struct http_request *q)
{
        bool verify = q->ca_file || q->ca_pem;
        struct curl_blob blob = {
                .data = (void *)q->ca_pem, .len = q->ca_pem ? strlen(q->ca_pem) : 0, .flags = CURL_BLOB_COPY};
        CURLcode r = CURLE_OK;

        SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3);
        SET(CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
        SET(CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
        SET(CURLOPT_SSL_SESSIONID_CACHE, 0L);
        /* The system's directory of authorities is libcurl's default: it must go, whatever is given. */
        SET(CURLOPT_CAPATH, NULL);
        SET(CURLOPT_CAINFO, q->ca_file);
        if (q->ca_pem)
                SET(CURLOPT_CAINFO_BLOB, &blob);
        if (q->certificate) {
                SET(CURLOPT_SSLCERT, q->certificate);
                SET(CURLOPT_SSLKEY, q->key);
        }
        return r;
}

static CURLcode set_request(struct http *h, const struct http_request *q, struct curl_slist **headers)
{
        CURLcode r = CURLE_OK;
        size_t i;

        SET(CURLOPT_URL, q->url);
        if (q->user) {
                SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
                SET(CURLOPT_USERNAME, q->user);
                SET(CURLOPT_PASSWORD, q->password);
        }
        if (q->body) {
                SET(CURLOPT_POST, 1L);
                SET(CURLOPT_POSTFIELDS, q->body);
                SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->length);
        }
        for (i = 0; q->headers && q->headers[i]; i++) {
                struct curl_slist *longer = curl_slist_append(*headers, q->headers[i]);

                if (!longer)
                        out_of_memory();
                *headers = longer;
        }
        SET(CURLOPT_HTTPHEADER, *headers);
        return r;
}

/* With TLS 1.3 a server that does not take our certificate says so after the handshake is over for us, in an alert that
 * the first read meets. OpenSSL names an alert that it received by its reason; these are the ones about certificates
 * (RFC 8446 §6.2). */
static bool is_alert(const char *error)
{
        static const char *const reasons[] = {"certificate", "unknown ca", "access denied"};
        const char *alert = strstr(error, " alert ");
        size_t i;

        for (i = 0; alert && i < ELEMENTS(reasons); i++) {
                if (strstr(alert, reasons[i]))
                        return true;
        }
        return false;
}

void http_send(struct http *h, const struct http_request *q, struct reply *ret)
{
        struct curl_slist *headers = NULL;
        curl_off_t retry_after = 0;
        CURLcode r;

        *ret = (struct reply){0};
        h->too_long = false;
        h->error[0] = '\0';
        text_clear(&h->body);
        curl_easy_reset(h->easy);
        r = set_transfer(h);
        if (r == CURLE_OK)
                r = set_tls(h, q);
        if (r == CURLE_OK)
                r = set_request(h, q, &headers);
        if (r == CURLE_OK)
                r = curl_easy_perform(h->easy);
        if (r == CURLE_OK)
                r = curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &ret->status);
        if (r == CURLE_OK && curl_easy_getinfo(h->easy, CURLINFO_RETRY_AFTER, &retry_after) == CURLE_OK &&
            retry_after > 0)
                ret->retry_after = (uint64_t)retry_after;
        curl_slist_free_all(headers);
        if (r != CURLE_OK) {
                ret->status = 0;
                ret->alert = is_alert(h->error);
                ret->error = h->too_long ? must_strdup("its answer is too long")
                                         : must_strdup(h->error[0] ? h->error : curl_easy_strerror(r));
                return;
        }
        ret->length = h->body.length;
        ret->body = text_take(&h->body);
}
