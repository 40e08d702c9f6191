/* SPDX-License-Identifier: EUPL-1.2 */
/* sshd's configuration: a first byte that chooses the version, then the main file, and behind a byte 0xff one that any
 * Include finds. Whatever a connection gets must be among the scopes that are found for its user. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/sshd_config.h"
#include "facts/sshd_scopes.h"

static struct {
        const char *main, *other;
        size_t main_length, other_length;
} input;

static int read_file(void *user, const char *path, const char **bytes, size_t *length, const char **why)
{
        bool main = strcmp(path, SSHD_CONFIG_FILE) == 0;

        (void)user;
        (void)why;
        if (!main && !input.other)
                return -ENOENT;
        *bytes = main ? input.main : input.other;
        *length = main ? input.main_length : input.other_length;
        return 0;
}

static size_t glob_files(void *user, const char *pattern, const char *const **paths, const char **unreadable)
{
        static const char *const found[] = {"/etc/ssh/other"};

        (void)user;
        *unreadable = strstr(pattern, "unreadable") ? pattern : NULL;
        *paths = found;
        return input.other && !strstr(pattern, "none") ? 1 : 0;
}

static int find_home(void *user, const char *name, const char **ret)
{
        (void)user;
        *ret = "/root";
        return !name || *name == 'a' ? 0 : *name == 'b' ? -EIO : -ENOENT;
}

static unsigned find_port(void *user, const char *name)
{
        (void)user;
        return strcmp(name, "ssh") == 0 ? 22 : 0;
}

static const struct sshd_host host = {read_file, glob_files, find_home, find_port, NULL};

/* The first byte says which: 1 the later version; 2 and on, one that is not modelled. */
static struct sshd_release release_of(uint8_t byte)
{
        return (struct sshd_release){
                .version = byte & 1 ? SSHD_10_0 : SSHD_9_2,
                .name = byte & 1 ? "10.0p1" : "9.2p1",
                .banner = byte & 1 ? "OpenSSH_10.0p2 Debian-7+deb13u4" : "OpenSSH_9.2p1 Debian-2+deb12u7",
                .sntrup761_alias = true,
                .ipqos_dscp = byte & 1,
                .open = byte & 2,
                .tokens = byte & 4,
                .included_match_ignored = byte & 8,
        };
}

static bool same(const struct sshd_values *x, const struct sshd_values *y)
{
        size_t i, k;

        if (!streq(x->fails.text, y->fails.text))
                return false;
        for (i = 0; i < SSHD_KEYWORDS && !x->fails.text; i++) {
                if (x->of[i].count != y->of[i].count)
                        return false;
                for (k = 0; k < x->of[i].count; k++)
                        if (!streq(x->of[i].items[k], y->of[i].items[k]))
                                return false;
        }
        return true;
}

/* Asked for one keyword alone, its value is there as well. */
static void check_root_login(struct sshd_config *c, const struct sshd_question *question, const struct sshd_values *v)
{
        static const bool keywords[SSHD_KEYWORDS] = {[SSHD_PERMIT_ROOT_LOGIN] = true};
        const struct sshd_value *wanted = &v->of[SSHD_PERMIT_ROOT_LOGIN];
        struct sshd_question one = *question;
        _cleanup_sshd_scopes_ struct sshd_scopes found = {0};
        size_t k;

        one.keywords = keywords;
        sshd_scopes_find(c, &one, &found);
        for (k = 0; k < found.count; k++) {
                const struct sshd_value *value = &found.at[k].values->of[SSHD_PERMIT_ROOT_LOGIN];

                if (streq(value->undecidable, wanted->undecidable) &&
                    (wanted->undecidable || streq(value->items[0], wanted->items[0])))
                        return;
        }
        if (!found.undecidable)
                abort();
}

static void check_scopes(struct sshd_config *c)
{
        const char *const groups[] = {"root", "staff"};
        const struct sshd_question question = {.user = "root", .groups = groups, .group_count = 2, .local_port = -1};
        struct sshd_connection connections[] = {
                {.user = "root", .address = "10.0.0.7", .local_address = "127.0.0.1", .local_port = 22, .rdomain = ""},
                {.user = "root",
                 .address = "2001:db8::1",
                 .local_address = "::1",
                 .local_port = 8022,
                 .rdomain = "vrf"},
        };
        struct sshd_values *v = must_alloc(sizeof(*v));
        bool *applies = must_alloc(c->block_count);
        _cleanup_sshd_scopes_ struct sshd_scopes found = {0};
        size_t i, k;

        sshd_scopes_find(c, &question, &found);
        for (i = 0; i < ELEMENTS(connections) && !found.undecidable; i++) {
                connections[i].groups = groups;
                connections[i].group_count = 2;
                connections[i].host = connections[i].address;
                sshd_blocks_applying(c, &connections[i], applies);
                sshd_effective(c, applies, v);
                for (k = 0; k < found.count && !same(v, found.at[k].values); k++)
                        ;
                if (k == found.count)
                        abort();
                if (!v->fails.text)
                        check_root_login(c, &question, v);
        }
        free(applies);
        free(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const struct sshd_arguments none = {0};
        struct sshd_release release;
        struct sshd_config *c;
        const uint8_t *mark;

        if (size == 0)
                return 0;
        mark = memchr(data + 1, 0xff, size - 1);
        input.main = (const char *)data + 1;
        input.main_length = mark ? (size_t)(mark - data) - 1 : size - 1;
        input.other = mark ? (const char *)mark + 1 : NULL;
        input.other_length = mark ? size - (size_t)(mark - data) - 1 : 0;
        release = release_of(data[0]);
        c = sshd_config_read(&release, &host, &none);
        if (!c->refuses.text && !c->undecidable.text)
                check_scopes(c);
        sshd_config_free(c);
        return 0;
}
