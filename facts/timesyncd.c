/* SPDX-License-Identifier: EUPL-1.2 */
/* The servers that systemd-timesyncd asks (timesyncd.conf(5)), as 252 and 257 read them: the child `timesyncd` of the
 * fact `time`. Servers that a network link brings at run time are not looked at. */
#include "facts/timesyncd.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"
#include "facts/systemd_conf.h"

#define OLD_NAME     "Servers" /* of NTP=, and still read */
#define SERVERS_MOST 256
#define NAME_MOST    253
#define LABEL_MOST   63

static bool is_installed(struct facts *f)
{
        static const char *const programs[] = {"/usr/lib/systemd/systemd-timesyncd", "/lib/systemd/systemd-timesyncd"};
        size_t i;

        for (i = 0; i < ELEMENTS(programs); i++)
                if (access_stat(facts_access(f), programs[i])->state != BIO_ABSENT)
                        return true;
        return false;
}

/* dns_name_is_valid_or_address() of systemd: any byte but controls, in labels that are not empty. */
static bool is_server(const char *word)
{
        size_t length = strlen(word), label = 0, i;
        unsigned char address[sizeof(struct in6_addr)];

        if (inet_pton(AF_INET, word, address) == 1 || inet_pton(AF_INET6, word, address) == 1)
                return true;
        if (length > NAME_MOST)
                return false;
        for (i = 0; i < length; i++) {
                const unsigned char c = (unsigned char)word[i];

                if (c < ' ' || c == 0x7f || (c == '.' && label == 0))
                        return false;
                label = c == '.' ? 0 : label + 1;
                if (label > LABEL_MOST)
                        return false;
        }
        return true;
}

static bool have(const struct bio_node *list, const char *word)
{
        size_t i;

        for (i = 0; i < tree_count(list); i++)
                if (streq(tree_bytes_of(tree_at(list, i), NULL), word))
                        return true;
        return false;
}

/* Adds the words of a value. As the daemon does, what is there is told from what comes twice only where something was
 * there before this line. */
static void add_words(struct systemd *s, struct bio_node *list, const char *value, const char *path, unsigned line)
{
        const bool told = tree_count(list) > 0;

        /* What is beyond is told by the caller. */
        while (tree_count(list) <= SERVERS_MOST && *(value += strspn(value, " \t\n\r"))) {
                size_t length = strcspn(value, " \t\n\r");
                const char *word = arena_copy(&s->arena, value, length);

                value += length;
                if (is_server(word) && !(told && have(list, word)))
                        tree_from(tree_append(list, tree_text(facts_tree(s->facts), word)), path, line, 0);
        }
}

/* The list of a key; *given: a line of it was there, an empty one too. */
static struct bio_node *servers_node(struct systemd *s, const struct conf *c, const char *key, bool *given)
{
        struct tree *t = facts_tree(s->facts);
        struct bio_node *list = tree_from(tree_list(t), "built-in default", 0, 0), *before;
        size_t i;

        *given = false;
        for (i = 0; i < c->count; i++) {
                const struct conf_setting *line = &c->settings[i];

                if (!streq(line->key, key) && !(streq(key, "NTP") && streq(line->key, OLD_NAME)))
                        continue;
                *given = true;
                if (strchr(line->value, '\\'))
                        return tree_from(tree_undecidable(t, "a backslash, which is not modelled"), line->path,
                                         line->line, 0);
                if (!*line->value) {
                        before = list;
                        list = tree_overrode(tree_from(tree_list(t), line->path, line->line, 0), before);
                        continue;
                }
                if (tree_count(list) == 0)
                        tree_from(list, line->path, line->line, 0);
                add_words(s, list, line->value, line->path, line->line);
                if (tree_count(list) > SERVERS_MOST)
                        return tree_from(tree_undecidable(t, "more than %d servers", SERVERS_MOST), line->path,
                                         line->line, 0);
        }
        return list;
}

/* True where the package is Debian's own: what is built in is the distribution's. */
static bool is_debian(struct facts *f)
{
        const struct fact_argument arguments[] = {{"name", "systemd-timesyncd"}, {NULL, NULL}};
        const struct bio_node *version = tree_get(facts_query(f, "packages.installed", arguments), "version");

        return tree_state(version) == BIO_KNOWN && !strstr(tree_bytes_of(version, NULL), "ubuntu");
}

static bool has_value(const struct conf *c, const char *key)
{
        size_t i;

        for (i = 0; i < c->count; i++)
                if (streq(c->settings[i].key, key) && *c->settings[i].value)
                        return true;
        return false;
}

/* Asked where there is no other. What is built in counts where nothing is given; with 252 also where all that is given
 * is an empty line. */
static struct bio_node *fallback_node(struct systemd *s, const struct conf *c)
{
        struct tree *t = facts_tree(s->facts);
        bool given;
        struct bio_node *list = servers_node(s, c, "FallbackNTP", &given);
        int i;

        if (tree_state(list) != BIO_KNOWN || has_value(c, "FallbackNTP") || (given && s->version == 257))
                return list;
        if ((s->version != 252 && s->version != 257) || !is_debian(s->facts))
                return tree_from(tree_undecidable(t, "what is built into this version is not known"),
                                 "built-in default", 0, 0);
        list = tree_from(tree_list(t), "built-in default", 0, 0);
        for (i = 0; i < 4; i++)
                tree_append(list, tree_printf(t, "%d.debian.pool.ntp.org", i));
        return list;
}

static struct bio_node *settings_unknown(struct tree *t, const struct conf *c)
{
        struct bio_node *node =
                c->state == BIO_UNREADABLE ? tree_unreadable(t, "%s", c->why) : tree_undecidable(t, "%s", c->why);

        return c->why_path ? tree_from(node, c->why_path, 0, 0) : node;
}

struct bio_node *timesyncd_servers(struct facts *f)
{
        _cleanup_conf_ struct conf c = {0};
        struct systemd *s = systemd_of(f);
        struct tree *t = facts_tree(f);
        struct bio_node *map;
        bool given;

        if (!is_installed(f))
                return tree_from(tree_absent(t, "there is no systemd-timesyncd"), "/usr/lib/systemd/systemd-timesyncd",
                                 0, 0);
        conf_read(s, "timesyncd", "Time", &c);
        if (c.state != BIO_KNOWN)
                return settings_unknown(t, &c);
        map = tree_map(t);
        tree_set(map, "servers", servers_node(s, &c, "NTP", &given));
        tree_set(map, "fallback", fallback_node(s, &c));
        if (c.ended)
                tree_note(map, "nothing is read beyond %s:%u: %s", c.ended_path, c.ended_line, c.ended);
        return map;
}
