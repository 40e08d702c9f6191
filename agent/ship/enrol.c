/* SPDX-License-Identifier: EUPL-1.2 */
/* Enrolment over secure transport (RFC 7030): /cacerts, the pin, /simpleenroll (contract: enrolment). */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "config/config.h"
#include "ship/certificate.h"
#include "ship/http.h"
#include "ship/ship.h"

#define KEY_FILE_MOST ((size_t)16 * 1024)

enum { STATUS_REFUSED = 1, STATUS_USAGE = 2, STATUS_FAILED = 4 };

struct enrolment {
        struct config config;
        char *directory; /* STATE/ship */
        char *base;      /* URL without a trailing slash */
        struct token token;
        struct subject subject;
        EVP_PKEY *key;
        X509 *ca, *certificate;
        struct http *http;
};

static void enrolment_free(struct enrolment *e)
{
        explicit_bzero(&e->token, sizeof(e->token));
        config_free(&e->config);
        free(e->directory);
        free(e->base);
        EVP_PKEY_free(e->key);
        X509_free(e->ca);
        X509_free(e->certificate);
        http_free(e->http);
}

static int read_token(const char *path, struct token *ret)
{
        _cleanup_free_ char *bytes = NULL;
        size_t length = 0;
        int r = streq(path, "-") ? fd_read_all(STDIN_FILENO, TOKEN_MOST, &bytes, &length)
                                 : file_read(AT_FDCWD, path, TOKEN_MOST, &bytes, &length);

        if (r < 0) {
                log_message(LOG_ERR, "cannot read the token from %s: %s", path, strerror(-r));
                return r;
        }
        r = token_parse(bytes, length, ret);
        explicit_bzero(bytes, length);
        if (r < 0)
                log_message(LOG_ERR, "%s holds no token, expected bae1.SECRET.PIN as bioagent-collector printed it",
                            path);
        return r;
}

static char *url_base(const char *url)
{
        size_t length = strlen(url);

        while (length > 0 && url[length - 1] == '/')
                length--;
        return must_strndup(url, length);
}

/* As root on an installed host: what is written here must be the shipper's, who owns the directory. Without the
 * service's user the directory is root's, and nothing changes. */
static int become_owner(const char *directory)
{
        const struct passwd *user;
        struct stat st;

        if (stat(directory, &st) < 0)
                return -errno;
        if (st.st_uid == geteuid())
                return 0;
        if (geteuid() != 0)
                return -EPERM;
        user = getpwuid(st.st_uid);
        /* With its groups: the spool is read through one of them. */
        if ((user ? initgroups(user->pw_name, user->pw_gid) : setgroups(0, NULL)) < 0 || setgid(st.st_gid) < 0 ||
            setuid(st.st_uid) < 0)
                return -errno;
        return 0;
}

static int enter_directory(struct enrolment *e)
{
        int r;

        e->directory = must_printf("%s/ship", e->config.state);
        r = directory_make(e->directory, 0750);
        if (r == 0)
                r = become_owner(e->directory);
        if (r < 0)
                log_message(LOG_ERR, "cannot use %s: %s%s", e->directory, strerror(-r),
                            r == -ENOENT ? ": start the daemon first" : "");
        return r;
}

/* What an enrolment before this one left half written. */
static void remove_temporaries(const struct enrolment *e)
{
        static const char *const names[] = {"tls.key", "ca.pem", "tls.pem"};
        size_t i;

        for (i = 0; i < ELEMENTS(names); i++) {
                _cleanup_free_ char *path = must_printf("%s/%s", e->directory, names[i]);

                file_remove_temporaries(AT_FDCWD, path);
        }
}

/* The names to ask for are those that the genesis introduces. */
static int read_subject(struct enrolment *e)
{
        _cleanup_spool_ struct spool *spool = NULL;
        _cleanup_free_ struct spool_origin *origins = NULL;
        _cleanup_free_ char *why = NULL;
        const struct spool_origin *origin = NULL;
        size_t count = 0;
        int r = spool_open(e->config.state, false, &spool, &why);

        if (r == 0 && spool_origins(spool, &origins, &count) == 0)
                origin = spool_newest_origin(origins, count, NULL);
        if (!origin || !origin->kid[0]) {
                log_message(LOG_ERR, "there is no record to enrol for in %s/spool%s%s: start the daemon first",
                            e->config.state, why ? ": " : "", why ? why : "");
                return -ENOENT;
        }
        memcpy(e->subject.host_id, origin->host_id, sizeof(e->subject.host_id));
        memcpy(e->subject.chain, origin->chain, sizeof(e->subject.chain));
        memcpy(e->subject.kid, origin->kid, sizeof(e->subject.kid));
        return 0;
}

/* The key that is there, else a new one: it is durable before anyone hears of it. */
static int open_key(struct enrolment *e)
{
        _cleanup_free_ char *path = must_printf("%s/tls.key", e->directory), *bytes = NULL;
        size_t length = 0;
        int r = file_read(AT_FDCWD, path, KEY_FILE_MOST, &bytes, &length);

        if (r == 0) {
                e->key = tls_key_read(bytes, length);
                explicit_bzero(bytes, length);
                if (!e->key)
                        log_message(LOG_ERR, "%s holds no P-256 key; move it away to have a new one made", path);
                return e->key ? 0 : -EINVAL;
        }
        if (r == -ENOENT) {
                e->key = tls_key_new();
                bytes = e->key ? tls_key_pem(e->key) : NULL;
                r = bytes ? file_write_durably(AT_FDCWD, path, 0600, bytes, strlen(bytes), true) : -EIO;
                if (bytes)
                        explicit_bzero(bytes, strlen(bytes));
        }
        if (r < 0)
                log_message(LOG_ERR, "cannot make %s: %s", path, strerror(-r));
        return r;
}

static void say_no_answer(const struct enrolment *e, const struct reply *reply)
{
        log_message(LOG_ERR, "no answer from %s: %s", e->base, reply->error ? reply->error : "it ended the connection");
}

/* Answers an exit status. */
static int fetch_ca(struct enrolment *e)
{
        _cleanup_free_ char *url = must_printf("%s/.well-known/est/cacerts", e->base);
        struct http_request request = {.url = url};
        _cleanup_(reply_free) struct reply reply = {0};
        STACK_OF(X509) *all = NULL;

        http_send(e->http, &request, &reply);
        if (reply.status == 0) {
                say_no_answer(e, &reply);
                return STATUS_FAILED;
        }
        if (reply.status != 200 || certificates_read(reply.body, reply.length, &all) < 0) {
                log_message(
                        LOG_ERR,
                        "%s answers %ld, and no certificates: is this the address that the collector printed for est?",
                        url, reply.status);
                return STATUS_FAILED;
        }
        e->ca = certificate_pinned(all, e->token.pin);
        sk_X509_pop_free(all, X509_free);
        if (!e->ca) {
                log_message(LOG_ERR, "%s has no authority with the token's pin: not the collector that made this token",
                            e->base);
                return STATUS_REFUSED;
        }
        return 0;
}

/* What a refusal means to whoever enrols. */
static void say_refused(const struct enrolment *e, const struct reply *reply)
{
        _cleanup_json_ json_t *problem = NULL;
        _cleanup_free_ char *detail = NULL;
        const char *said = NULL;

        if (json_parse(reply->body ? reply->body : "", reply->length, &problem, NULL) == 0)
                said = json_member_string(problem, "detail");
        detail = said ? safe_string(said, strnlen(said, 300)) : NULL;
        if (reply->status == 401)
                log_message(
                        LOG_ERR,
                        "the collector does not take the token: it is used, expired or mistyped; ask for a new one%s%s",
                        detail ? ": " : "", detail ? detail : "");
        else
                log_message(LOG_ERR, "%s answers %ld to the request%s%s", e->base, reply->status, detail ? ": " : "",
                            detail ? detail : "");
}

static int take_certificate(struct enrolment *e, const struct reply *reply)
{
        STACK_OF(X509) *all = NULL;
        _cleanup_free_ char *why = NULL;
        int r = certificates_read(reply->body, reply->length, &all);

        if (r == 0) {
                r = certificate_ours(all, e->key, e->ca, &e->subject, &e->certificate, &why);
                sk_X509_pop_free(all, X509_free);
        }
        if (r == 0)
                return 0;
        log_message(LOG_ERR, "%s gave no usable certificate: %s", e->base, why ? why : "none is for this host's key");
        return STATUS_FAILED;
}

static int request_certificate(struct enrolment *e)
{
        static const char *const headers[] = {"Content-Type: application/pkcs10", "Content-Transfer-Encoding: base64",
                                              "Accept: application/pkcs7-mime", "Expect:", NULL};
        _cleanup_free_ char *url = must_printf("%s/.well-known/est/simpleenroll", e->base);
        _cleanup_free_ char *ca = certificate_pem(e->ca), *body = request_make(e->key, &e->subject);
        struct http_request request = {.url = url,
                                       .ca_pem = ca,
                                       .user = "token",
                                       .password = e->token.secret,
                                       .body = body,
                                       .length = body ? strlen(body) : 0,
                                       .headers = headers};
        _cleanup_(reply_free) struct reply reply = {0};

        if (!ca || !body) {
                log_message(LOG_ERR, "cannot make the certificate request");
                return STATUS_FAILED;
        }
        http_send(e->http, &request, &reply);
        if (reply.status == 0) {
                say_no_answer(e, &reply);
                return STATUS_FAILED;
        }
        if (reply.status != 200) {
                say_refused(e, &reply);
                return reply.status / 100 == 4 ? STATUS_REFUSED : STATUS_FAILED;
        }
        return take_certificate(e, &reply);
}

static int keep(struct enrolment *e, const char *name, X509 *certificate)
{
        _cleanup_free_ char *path = must_printf("%s/%s", e->directory, name), *pem = certificate_pem(certificate);
        int r = pem ? file_write_durably(AT_FDCWD, path, 0640, pem, strlen(pem), false) : -EIO;

        if (r < 0)
                log_message(LOG_ERR, "cannot write %s: %s", path, strerror(-r));
        return r;
}

/* Both at the end: an enrolment that fails leaves what was there in force. The certificate last: the shipper looks at
 * it. */
static int keep_all(struct enrolment *e)
{
        _cleanup_free_ char *socket = must_printf("%s/ship", e->config.runtime);
        char until[MOMENT_TEXT];

        if (keep(e, "ca.pem", e->ca) < 0 || keep(e, "tls.pem", e->certificate) < 0)
                return STATUS_FAILED;
        moment_format(certificate_until(e->certificate), until);
        if (printf("Enrolled at %s as host %s; the certificate is valid until %s.\n", e->base, e->subject.host_id,
                   until) < 0)
                return STATUS_FAILED;
        spool_notify(socket);
        return 0;
}

int ship_enrol(const char *config, const char *url, const char *token_file)
{
        _cleanup_(enrolment_free) struct enrolment e = {0};
        _cleanup_diag_ struct diag diag = {0};
        int r = config_load(config, &e.config, &diag);

        diag_print(&diag, stderr);
        if (r < 0)
                return STATUS_USAGE;
        if (!starts_with(url, "https://") || !url[strlen("https://")]) {
                log_message(LOG_ERR, "%s is no address of a collector, expected https://HOST:PORT", url);
                return STATUS_USAGE;
        }
        e.base = url_base(url);
        /* The file may be one that root alone reads. */
        if (read_token(token_file, &e.token) < 0)
                return STATUS_USAGE;
        if (enter_directory(&e) < 0)
                return STATUS_FAILED;
        remove_temporaries(&e);
        if (read_subject(&e) < 0 || open_key(&e) < 0)
                return STATUS_FAILED;
        e.http = http_new(NULL);
        r = fetch_ca(&e);
        if (r == 0)
                r = request_certificate(&e);
        return r == 0 ? keep_all(&e) : r;
}
