/* SPDX-License-Identifier: EUPL-1.2 */
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "http/server.h"

struct http_tls {
        SSL_CTX *context;
        void (*released)(void *user);
};

struct session {
        struct http_tls *tls;
        void *user;
        int verify_error; /* the first one; X509_V_OK: none */
};

static int session_index = -1;
static pthread_once_t session_once = PTHREAD_ONCE_INIT;

static void session_free(void *parent, void *p, CRYPTO_EX_DATA *ad, int index, long argl, void *argp)
{
        struct session *session = p;

        (void)parent;
        (void)ad;
        (void)index;
        (void)argl;
        (void)argp;
        if (!session)
                return;
        session->tls->released(session->user);
        free(session);
}

static void session_register(void)
{
        session_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, session_free);
        if (session_index < 0)
                out_of_memory();
}

/* Any certificate is let in, so that our code can answer 401 where TLS would only break off; what is wrong with it is
 * kept. */
static int on_verify(int ok, X509_STORE_CTX *store)
{
        const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
        struct session *session = SSL_get_ex_data(ssl, session_index);

        if (!ok && session && session->verify_error == X509_V_OK)
                session->verify_error = X509_STORE_CTX_get_error(store);
        return 1;
}

static int refuse(char **why, const char *what, const char *path)
{
        char text[256];

        ERR_error_string_n(ERR_get_error(), text, sizeof(text));
        ERR_clear_error();
        *why = must_printf("%s %s: %s", what, path, text);
        return -EINVAL;
}

static int load(SSL_CTX *c, const char *certificate, const char *key, const char *ca, char **why)
{
        STACK_OF(X509_NAME) * names;

        if (SSL_CTX_use_certificate_chain_file(c, certificate) != 1)
                return refuse(why, "cannot use the certificate", certificate);
        if (SSL_CTX_use_PrivateKey_file(c, key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(c) != 1)
                return refuse(why, "cannot use the key", key);
        if (SSL_CTX_load_verify_file(c, ca) != 1)
                return refuse(why, "cannot use the CA certificate", ca);
        names = SSL_load_client_CA_file(ca);
        if (!names)
                return refuse(why, "cannot use the CA certificate", ca);
        SSL_CTX_set_client_CA_list(c, names);
        return 0;
}

int http_tls_new(const char *certificate, const char *key, const char *ca, void (*released)(void *user),
                 struct http_tls **ret, char **why)
{
        struct http_tls *t = must_alloc(sizeof(*t));
        int r;

        (void)pthread_once(&session_once, session_register);
        t->released = released;
        t->context = SSL_CTX_new(TLS_server_method());
        if (!t->context || SSL_CTX_set_min_proto_version(t->context, TLS1_3_VERSION) != 1)
                out_of_memory();
        SSL_CTX_set_verify(t->context, SSL_VERIFY_PEER, on_verify);
        (void)SSL_CTX_set_num_tickets(t->context, 0);
        SSL_CTX_set_options(t->context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
        SSL_CTX_set_session_cache_mode(t->context, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_mode(t->context, SSL_MODE_RELEASE_BUFFERS);
        r = load(t->context, certificate, key, ca, why);
        if (r < 0) {
                http_tls_free(t);
                return r;
        }
        *ret = t;
        return 0;
}

void http_tls_free(struct http_tls *t)
{
        if (!t)
                return;
        SSL_CTX_free(t->context);
        free(t);
}

struct bufferevent *http_tls_bufferevent(struct http_tls *t, struct event_base *base, void *user)
{
        SSL *ssl = SSL_new(t->context);
        struct session *session;
        struct bufferevent *bev;

        if (!ssl)
                return NULL;
        bev = bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
        if (!bev) {
                SSL_free(ssl);
                return NULL;
        }
        session = must_alloc(sizeof(*session));
        session->tls = t;
        session->user = user;
        if (SSL_set_ex_data(ssl, session_index, session) != 1)
                out_of_memory();
        /* Not every client says goodbye; HTTP knows by Content-Length whether a message is whole. */
        bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
        return bev;
}

void *http_tls_user(struct bufferevent *bev)
{
        const struct session *session = SSL_get_ex_data(bufferevent_openssl_get_ssl(bev), session_index);

        return session ? session->user : NULL;
}

static char *common_name(const X509 *certificate)
{
        const X509_NAME *subject = X509_get_subject_name(certificate);
        int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
        unsigned char *bytes = NULL;
        char *ret = NULL;
        int length;

        if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0)
                return NULL;
        length = ASN1_STRING_to_UTF8(&bytes, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
        if (length > 0 && !memchr(bytes, 0, (size_t)length) && utf8_valid(bytes, (size_t)length))
                ret = must_strndup((char *)bytes, (size_t)length);
        OPENSSL_free(bytes);
        return ret;
}

char *http_tls_peer(struct bufferevent *bev)
{
        const SSL *ssl = bufferevent_openssl_get_ssl(bev);
        const struct session *session = SSL_get_ex_data(ssl, session_index);
        const X509 *certificate = SSL_get0_peer_certificate(ssl);
        time_t now = time(NULL);

        if (!certificate || !session || session->verify_error != X509_V_OK || SSL_get_verify_result(ssl) != X509_V_OK)
                return NULL;
        /* The connection may be older than the end of the certificate. */
        if (X509_cmp_time(X509_get0_notAfter(certificate), &now) <= 0)
                return NULL;
        return common_name(certificate);
}
