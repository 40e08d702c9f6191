/* SPDX-License-Identifier: EUPL-1.2 */
#include "est/est.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "est/ca.h"
#include "est/limit.h"
#include "store/store.h"

#define BASE "/.well-known/est/"

struct est {
        struct ca *ca;
        struct store *store;
        struct limit limit;
};

void est_secret_hash(const char *secret, unsigned char out[static 32])
{
        sha256(secret, strlen(secret), out);
}

/* --- base64 as RFC 7030 uses it: padded, perhaps in lines ------------------------------------------------------ */

static char *base64_lines(const unsigned char *bytes, size_t length)
{
        _cleanup_text_ struct text out = {0};
        unsigned char line[80];
        size_t i;

        for (i = 0; i < length; i += 48) {
                size_t n = length - i < 48 ? length - i : 48;
                int written = EVP_EncodeBlock(line, bytes + i, (int)n);

                text_append(&out, line, (size_t)written);
                text_add_char(&out, '\n');
        }
        return text_take(&out);
}

/* -EINVAL where it is none. *ret malloc'd. */
static int base64_decode(const char *s, size_t length, unsigned char **ret, size_t *ret_length)
{
        _cleanup_free_ unsigned char *bytes = NULL;
        EVP_ENCODE_CTX *context;
        int first = 0, last = 0, r;

        if (length > EST_BODY_MOST)
                return -EINVAL;
        bytes = must_alloc(length + 1);
        context = EVP_ENCODE_CTX_new();
        if (!context)
                out_of_memory();
        EVP_DecodeInit(context);
        r = EVP_DecodeUpdate(context, bytes, &first, (const unsigned char *)s, (int)length);
        if (r >= 0)
                r = EVP_DecodeFinal(context, bytes + first, &last);
        EVP_ENCODE_CTX_free(context);
        if (r < 0 || first + last <= 0)
                return -EINVAL;
        *ret_length = (size_t)(first + last);
        *ret = TAKE_PTR(bytes);
        return 0;
}

/* --- answers --------------------------------------------------------------------------------------------------- */

static void answer_certificates(struct http_reply *reply, const char *type, const unsigned char *der, size_t length)
{
        char *body = base64_lines(der, length);

        http_reply_body(reply, 200, type, body, strlen(body));
        http_reply_header(reply, "Content-Transfer-Encoding", "base64");
}

static void answer_cacerts(struct est *e, struct http_reply *reply)
{
        _cleanup_free_ unsigned char *der = NULL;
        size_t length;

        if (ca_certificates(e->ca, &der, &length) < 0)
                http_reply_problem(reply, 500, NULL);
        else
                answer_certificates(reply, "application/pkcs7-mime", der, length);
}

static void answer_unauthorized(struct est *e, const struct http_request *q, int64_t now, struct http_reply *reply)
{
        limit_failed(&e->limit, q->address, now);
        log_message(LOG_WARNING, "enrolment from %s refused: no valid token", q->address);
        http_reply_problem(reply, 401, "the token is wrong, used or expired");
        http_reply_header(reply, "WWW-Authenticate", "Basic realm=\"enrolment\", charset=\"UTF-8\"");
}

/* The hash of the secret of `Basic base64(token:SECRET)` (RFC 7617). */
static bool read_secret(const char *authorization, unsigned char hash[static 32])
{
        _cleanup_free_ unsigned char *bytes = NULL;
        _cleanup_free_ char *pair = NULL;
        size_t length;

        if (!authorization || strncasecmp(authorization, "Basic ", 6) != 0)
                return false;
        authorization += 6;
        if (base64_decode(authorization, strlen(authorization), &bytes, &length) < 0 || memchr(bytes, 0, length))
                return false;
        pair = must_strndup((char *)bytes, length);
        if (!starts_with(pair, "token:"))
                return false;
        est_secret_hash(pair + strlen("token:"), hash);
        explicit_bzero(pair, strlen(pair));
        explicit_bzero(bytes, length);
        return true;
}

static bool type_is_pkcs10(const char *type)
{
        static const char name[] = "application/pkcs10";

        if (!type || strncasecmp(type, name, strlen(name)) != 0)
                return false;
        type += strlen(name);
        type += strspn(type, " \t");
        return *type == '\0' || *type == ';';
}

/* The certificate is made first: a token is consumed only where there is something to give for it. */
static void issue(struct est *e, const struct host_request *request, const unsigned char hash[static 32],
                  const struct http_request *q, int64_t now, struct http_reply *reply)
{
        _cleanup_free_ unsigned char *der = NULL;
        _cleanup_free_ char *org = NULL;
        size_t length;
        int r = ca_issue_host(e->ca, request, now, &der, &length);

        if (r >= 0)
                r = store_enrol(e->store, hash, now, request->host_id, request->chain, request->kid, &org);
        if (r == -EACCES) {
                answer_unauthorized(e, q, now, reply);
        } else if (r == -EEXIST) {
                log_message(LOG_WARNING, "enrolment of %s refused: its key, chain or host id is registered for another",
                            request->host_id);
                http_reply_problem(reply, 409, "the key, chain or host id is registered for another host");
        } else if (r < 0) {
                http_reply_problem(reply, 503, "the store cannot register hosts now");
                http_reply_header(reply, "Retry-After", "30");
        } else {
                log_message(LOG_NOTICE, "host %s of %s enrolled with chain %s, key %s", request->host_id, org,
                            request->chain, request->kid);
                answer_certificates(reply, "application/pkcs7-mime; smime-type=certs-only", der, length);
        }
}

static void answer_simpleenroll(struct est *e, const struct http_request *q, int64_t now, struct http_reply *reply)
{
        _cleanup_(host_request_free) struct host_request request = {0};
        _cleanup_free_ unsigned char *der = NULL;
        _cleanup_free_ char *why = NULL;
        unsigned char hash[32];
        size_t length;
        int r;

        if (limit_reached(&e->limit, q->address, now)) {
                http_reply_problem(reply, 429, "too many attempts");
                http_reply_header(reply, "Retry-After", "%d", LIMIT_SECONDS);
                return;
        }
        if (!read_secret(q->authorization, hash)) {
                answer_unauthorized(e, q, now, reply);
                return;
        }
        r = store_token_valid(e->store, hash, now);
        if (r < 0 && r != -EACCES) {
                http_reply_problem(reply, 503, NULL);
                http_reply_header(reply, "Retry-After", "30");
        } else if (r < 0) {
                answer_unauthorized(e, q, now, reply);
        } else if (!type_is_pkcs10(q->content_type)) {
                http_reply_problem(reply, 415, "a certificate request is sent as application/pkcs10");
        } else if (base64_decode(q->body, q->length, &der, &length) < 0) {
                http_reply_problem(reply, 400, "the certificate request is not base64");
        } else if (host_request_read(der, length, &request, &why) < 0) {
                http_reply_problem(reply, 400, why);
        } else {
                issue(e, &request, hash, q, now, reply);
        }
}

void est_answer(struct est *e, const struct http_request *q, int64_t now, struct http_reply *reply)
{
        bool reading = streq(q->method, "GET") || streq(q->method, "HEAD");
        bool cacerts = streq(q->path, BASE "cacerts"), enroll = streq(q->path, BASE "simpleenroll");

        if (!cacerts && !enroll) {
                http_reply_problem(reply, 404, NULL);
        } else if (cacerts && !reading) {
                http_reply_problem(reply, 405, NULL);
                http_reply_header(reply, "Allow", "GET, HEAD");
        } else if (enroll && !streq(q->method, "POST")) {
                http_reply_problem(reply, 405, NULL);
                http_reply_header(reply, "Allow", "POST");
        } else if (cacerts) {
                answer_cacerts(e, reply);
        } else {
                answer_simpleenroll(e, q, now, reply);
        }
}

void est_handle(struct http_exchange *x, const struct http_request *q, void *user)
{
        _cleanup_reply_ struct http_reply reply = {0};

        est_answer(user, q, moment_now(), &reply);
        http_answer(x, &reply);
}

int est_open(const char *ca_key, const char *ca_certificate, const char *store_directory, struct est **ret, char **why)
{
        struct est *e = must_alloc(sizeof(*e));
        int r = ca_load(ca_key, ca_certificate, &e->ca, why);

        if (r >= 0)
                r = store_open(store_directory, false, &e->store, why);
        if (r < 0) {
                est_close(e);
                return r;
        }
        *ret = e;
        return 0;
}

void est_close(struct est *e)
{
        if (!e)
                return;
        ca_free(e->ca);
        store_close(e->store);
        free(e);
}
