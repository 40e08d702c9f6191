/* SPDX-License-Identifier: EUPL-1.2 */
/* A request for a page, from anybody and from who may look: a line each for method, target, Host, Cookie,
 * Authorization, Accept. No answer but to the right Host, and none but a refusal to a stranger. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "store/store.h"
#include "web/web.h"

#define NOW 1800000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
        char directory[64];
        struct store *store;
        struct web *web;
        char *bearer;
} fuzz;

static void require(bool holds)
{
        if (!holds)
                abort();
}

static void forget(void)
{
        _cleanup_free_ char *path = must_printf("%s/store.db", fuzz.directory);

        web_close(fuzz.web);
        store_close(fuzz.store);
        (void)unlink(path);
        (void)rmdir(fuzz.directory);
}

static void set_up(void)
{
        unsigned char hash[32] = {1};
        char *org, *why;

        (void)memcpy(fuzz.directory, "/tmp/bioagent-fuzz.XXXXXX", sizeof("/tmp/bioagent-fuzz.XXXXXX"));
        require(mkdtemp(fuzz.directory) != NULL && store_open(fuzz.directory, true, &fuzz.store, &why) == 0);
        require(store_token_add(fuzz.store, "<b>&gemeente", "<script>web", hash, NOW, NOW + 1) == 0);
        require(store_enrol(fuzz.store, hash, NOW, "3f2c1b0a-1111-4222-8333-444455556666",
                            "00112233445566778899aabbccddeeff", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                            &org) == 0);
        free(org);
        require(web_open(fuzz.directory, "gemeente", &fuzz.web, &why) == 0);
        web_listens(fuzz.web, "127.0.0.1:8480");
        fuzz.bearer = must_printf("Bearer %s", web_token(fuzz.web));
        (void)atexit(forget);
}

/* Headers are a line each, and a page has no markup but ours. */
static void look_at(const struct http_reply *reply)
{
        bool page = false;
        size_t i;

        for (i = 0; i < reply->header_count; i++) {
                require(!strpbrk(reply->headers[i].value, "\r\n"));
                page = page || starts_with(reply->headers[i].value, "text/html");
        }
        require(!page || !memmem(reply->body, reply->length, "<script", 7));
}

static void ask(struct http_request q, bool known)
{
        _cleanup_reply_ struct http_reply reply = {0};
        bool ours = q.host && (strcasecmp(q.host, "127.0.0.1:8480") == 0 || strcasecmp(q.host, "localhost:8480") == 0);

        q.body = "";
        q.address = "127.0.0.1";
        web_answer(fuzz.web, &q, NOW, &reply);
        look_at(&reply);
        require(ours || reply.status == 421);
        require(known || reply.status == 421 || reply.status == 403 || reply.status == 405);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *text = must_strndup((const char *)data, size);
        char *at = text, *lines[7] = {0}, *query;
        struct http_request q = {0};
        size_t i;

        if (!fuzz.web)
                set_up();
        for (i = 0; i < ELEMENTS(lines) && at; i++)
                lines[i] = strsep(&at, "\n");
        query = lines[1] ? strchr(lines[1], '?') : NULL;
        if (query)
                *query++ = '\0';
        q.method = lines[0] ? lines[0] : "";
        q.path = lines[1] ? lines[1] : "";
        q.query = query;
        q.host = lines[2];
        q.cookie = lines[3];
        q.authorization = lines[4];
        q.accept = lines[5];
        q.accept_language = lines[6];
        ask(q, false);
        q.authorization = fuzz.bearer;
        ask(q, true);
        return 0;
}
