/* SPDX-License-Identifier: EUPL-1.2 */
/* A collector of a test's own: made in a scratch directory, served by a child process on free loopback ports, and asked
 * over TLS. */
#ifndef TEST_COLLECTOR_SERVING_H
#define TEST_COLLECTOR_SERVING_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "collector/commands.h"
#include "est/ca.h"
#include "unit/store/make.h"

struct serving {
        char *directory, *config;
        pid_t pid;
        char records[64], est[64], web[256]; /* ADDRESS:PORT; web: ADDRESS:PORT/?token=… */
};

/* Runs a command of the collector; its stdout into *ret_output (malloc'd; may be NULL). Returns its exit status. */
static inline int run_collector(const struct serving *s, const char *const *arguments, char **ret_output)
{
        const char *argv[16] = {"bioagent-collector"};
        int pipes[2], status, argc = 1;
        size_t length;
        pid_t pid;

        while (arguments[argc - 1]) {
                argv[argc] = arguments[argc - 1];
                argc++;
        }
        argv[argc++] = "--config";
        argv[argc++] = s->config;
        assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
        (void)fflush(NULL);
        pid = fork();
        if (pid == 0) {
                (void)dup2(pipes[1], STDOUT_FILENO);
                _exit(collector_main(argc, (char **)argv));
        }
        (void)close(pipes[1]);
        if (ret_output)
                assert_int_equal(fd_read_all(pipes[0], 1 << 20, ret_output, &length), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        (void)close(pipes[0]);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define RUN(s, output, ...) run_collector(s, (const char *const[]){__VA_ARGS__, NULL}, output)

static inline void serving_make(struct serving *s)
{
        _cleanup_free_ char *text = NULL;

        s->directory = scratch_make();
        s->config = must_printf("%s/collector.yml", s->directory);
        assert_int_equal(RUN(s, NULL, "init", "--name", "127.0.0.1", "--name", "localhost"), 0);
        text = must_printf("names: [localhost]\nstate: \"%s/state\"\nrecords: {listen: \"127.0.0.1:0\"}\nest: {listen: "
                           "\"127.0.0.1:0\"}\n"
                           "web: {listen: \"127.0.0.1:0\"}\n",
                           s->directory);
        scratch_write(s->directory, "collector.yml", text);
}

static inline void serving_start(struct serving *s)
{
        int pipes[2];
        FILE *lines;
        char line[512];

        assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
        (void)fflush(NULL);
        s->pid = fork();
        if (s->pid == 0) {
                const char *const argv[] = {"bioagent-collector", "serve", "--config", s->config, NULL};

                (void)dup2(pipes[1], STDOUT_FILENO);
                _exit(collector_main(4, (char **)argv));
        }
        (void)close(pipes[1]);
        lines = fdopen(pipes[0], "r");
        assert_non_null(fgets(line, sizeof(line), lines));
        assert_int_equal(sscanf(line, "records https://%63s", s->records), 1);
        assert_non_null(fgets(line, sizeof(line), lines));
        assert_int_equal(sscanf(line, "est https://%63s", s->est), 1);
        assert_non_null(fgets(line, sizeof(line), lines));
        assert_int_equal(sscanf(line, "web http://%255s", s->web), 1);
        (void)fclose(lines);
}

/* Returns the exit status, or minus the signal. */
static inline int serving_stop(struct serving *s, int signal_number)
{
        int status;

        assert_int_equal(kill(s->pid, signal_number), 0);
        assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static inline void serving_drop(struct serving *s)
{
        scratch_remove(&s->directory);
        free(s->config);
}

/* --- a client -------------------------------------------------------------------------------------------------- */

static inline int connect_to(const char *address)
{
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        const struct timeval patience = {.tv_sec = 30};
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        to.sin_port = htons((uint16_t)strtoul(strrchr(address, ':') + 1, NULL, 10));
        assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
        return fd;
}

struct client {
        EVP_PKEY *key;
        X509 *certificate;
        int version; /* greatest of TLS; 0: any */
};

static inline SSL *client_session(const struct serving *s, const struct client *c, int fd)
{
        _cleanup_free_ char *ca = must_printf("%s/state/tls/ca.pem", s->directory);
        SSL_CTX *context = SSL_CTX_new(TLS_client_method());
        SSL *ssl;

        assert_int_equal(SSL_CTX_load_verify_file(context, ca), 1);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
        if (c && c->version)
                assert_int_equal(SSL_CTX_set_max_proto_version(context, c->version), 1);
        if (c && c->certificate) {
                assert_int_equal(SSL_CTX_use_certificate(context, c->certificate), 1);
                assert_int_equal(SSL_CTX_use_PrivateKey(context, c->key), 1);
        }
        ssl = SSL_new(context);
        SSL_CTX_free(context);
        assert_int_equal(SSL_set_fd(ssl, fd), 1);
        assert_int_equal(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), "127.0.0.1"), 1);
        return ssl;
}

/* One request on a connection of its own. Returns the status, 0 where there was no answer; the body into *ret
 * (malloc'd; may be NULL). */
static inline int ask(const struct serving *s, const struct client *c, const char *address, const char *request,
                      const char *body, size_t length, char **ret)
{
        _cleanup_fd_ int fd = connect_to(address);
        _cleanup_text_ struct text answer = {0};
        SSL *ssl = client_session(s, c, fd);
        _cleanup_free_ char *head = must_printf("%s\r\nHost: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
                                                request, address, length);
        const char *content;
        char bytes[4096];
        int n, status = 0;

        if (SSL_connect(ssl) == 1) {
                (void)SSL_write(ssl, head, (int)strlen(head));
                if (length > 0)
                        (void)SSL_write(ssl, body, (int)length);
                while ((n = SSL_read(ssl, bytes, sizeof(bytes))) > 0)
                        text_append(&answer, bytes, (size_t)n);
        }
        SSL_free(ssl);
        ERR_clear_error();
        if (sscanf(text_string(&answer), "HTTP/1.1 %d", &status) != 1)
                status = 0;
        content = strstr(text_string(&answer), "\r\n\r\n");
        if (ret)
                *ret = must_strdup(content ? content + 4 : "");
        return status;
}

static inline int post_records(const struct serving *s, const struct client *c, const char *body, json_t **ret)
{
        _cleanup_free_ char *answer = NULL;
        int status =
                ask(s, c, s->records, "POST /v1/records HTTP/1.1\r\nContent-Type: application/vnd.bioagent.records",
                    body, strlen(body), &answer);

        if (ret)
                *ret = status == 200 ? parsed(answer) : NULL;
        return status;
}

static inline unsigned char *certificate_request(EVP_PKEY *key, const struct host *h, size_t *length)
{
        _cleanup_free_ char *names =
                must_printf("URI:urn:ietf:params:oauth:jwk-thumbprint:sha-256:%s,URI:urn:bioagent:chain:%s",
                            jose_key_id(h->key), h->chain);
        STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
        X509_REQ *q = X509_REQ_new();
        unsigned char *der = NULL;
        int n;

        assert_int_equal(X509_REQ_set_pubkey(q, key), 1);
        assert_int_equal(X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(q), "CN", MBSTRING_UTF8,
                                                    (const unsigned char *)h->id, -1, -1, 0),
                         1);
        sk_X509_EXTENSION_push(extensions, X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names));
        assert_int_equal(X509_REQ_add_extensions(q, extensions), 1);
        assert_true(X509_REQ_sign(q, key, EVP_sha256()) > 0);
        n = i2d_X509_REQ(q, &der);
        *length = (size_t)n;
        sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
        X509_REQ_free(q);
        return der;
}

static inline X509 *issued(const unsigned char *der, size_t length)
{
        PKCS7 *p7 = d2i_PKCS7(NULL, &der, (long)length);
        X509 *x;

        assert_non_null(p7);
        x = sk_X509_value(p7->d.sign->cert, 0);
        X509_up_ref(x);
        PKCS7_free(p7);
        return x;
}

/* A fresh token's secret, malloc'd. */
static inline char *fresh_secret(const struct serving *s)
{
        _cleanup_free_ char *output = NULL;
        char secret[64], pin[64];

        assert_int_equal(RUN(s, &output, "token", "--host", "web-01"), 0);
        assert_int_equal(sscanf(output, "bae1.%63[^.].%63s", secret, pin), 2);
        return must_strdup(secret);
}

/* Enrols `h`; returns the status. */
static inline int enrol_with(const struct serving *s, const struct host *h, const char *secret, struct client *c)
{
        _cleanup_free_ char *pair = must_printf("token:%s", secret), *basic = must_alloc(strlen(pair) * 2 + 8),
                            *head = NULL;
        _cleanup_free_ char *body = NULL, *answer = NULL;
        _cleanup_free_ unsigned char *der = NULL;
        unsigned char *request;
        size_t length;
        int status, n;

        EVP_EncodeBlock((unsigned char *)basic, (unsigned char *)pair, (int)strlen(pair));
        head = must_printf("POST /.well-known/est/simpleenroll HTTP/1.1\r\nContent-Type: "
                           "application/pkcs10\r\nAuthorization: Basic %s",
                           basic);
        EVP_PKEY_free(c->key); /* of an enrolment before */
        c->key = EVP_EC_gen("P-256");
        request = certificate_request(c->key, h, &length);
        body = must_alloc(length * 2 + 8);
        EVP_EncodeBlock((unsigned char *)body, request, (int)length);
        OPENSSL_free(request);
        status = ask(s, NULL, s->est, head, body, strlen(body), &answer);
        if (status != 200)
                return status;
        der = must_alloc(strlen(answer) + 4);
        /* In lines; none of them is padded but the last. */
        for (char *from = answer, *to = answer;; from++) {
                if (*from != '\n')
                        *to++ = *from;
                if (*from == '\0')
                        break;
        }
        n = EVP_DecodeBlock(der, (unsigned char *)answer, (int)strlen(answer));
        assert_true(n > 0);
        X509_free(c->certificate);
        c->certificate = issued(der, (size_t)n);
        return status;
}

static inline void client_drop(struct client *c)
{
        EVP_PKEY_free(c->key);
        X509_free(c->certificate);
}
#define _cleanup_client_ _cleanup_(client_drop)

#endif
