/* SPDX-License-Identifier: EUPL-1.2 */
/* The fact `sshd`. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/readers.h"
#include "facts/sshd_nodes.h"

/* Nodes. */

static bool is_personal(enum sshd_keyword_id id)
{
        return id == SSHD_ALLOW_USERS || id == SSHD_DENY_USERS;
}

static struct bio_node *list_node(struct tree *t, enum sshd_keyword_id id, const struct sshd_value *value)
{
        struct bio_node *list = tree_list(t);
        size_t step = id == SSHD_SUBSYSTEM ? 3 : 1, i;

        for (i = 0; i + step <= value->count; i += step)
                (void)tree_append(list, id == SSHD_SUBSYSTEM
                                                ? tree_printf(t, "%s %s", value->items[i], value->items[i + 2])
                                                : tree_text(t, value->items[i]));
        return list;
}

static struct bio_node *bare_node(struct tree *t, enum sshd_keyword_id id, const struct sshd_value *value)
{
        if (value->undecidable)
                return tree_undecidable(t, "%s", value->undecidable);
        switch (sshd_keyword_form(id)) {
        case SSHD_LIST:
                return list_node(t, id, value);
        case SSHD_INTEGER:
                return tree_integer(t, strtoll(value->items[0], NULL, 10));
        case SSHD_TEXT:
                break;
        }
        return tree_text(t, value->count > 0 ? value->items[0] : "none");
}

/* A line that set the keyword and did not win. */
static struct bio_node *setting_node(struct tree *t, const struct sshd_setting *s)
{
        struct sshd_value value = {.items = s->items, .count = s->count};
        _cleanup_text_ struct text joined = {0};
        struct bio_node *node;
        size_t i;

        if (s->keyword == SSHD_SUBSYSTEM || sshd_keyword_form(s->keyword) != SSHD_LIST) {
                for (i = 0; i < value.count; i++)
                        if (!(s->keyword == SSHD_SUBSYSTEM && i == 1))
                                text_printf(&joined, "%s%s", joined.length > 0 ? " " : "", value.items[i]);
                node = tree_text(t, text_string(&joined));
        } else {
                node = list_node(t, s->keyword, &value);
        }
        if (is_personal(s->keyword))
                (void)tree_class(node, BIO_PERSONAL);
        return tree_from(node, s->file, s->line, 0);
}

struct bio_node *sshd_value_node(struct tree *t, const struct sshd_config *c, enum sshd_keyword_id id,
                                 const struct sshd_value *value)
{
        struct bio_node *node = bare_node(t, id, value);
        _cleanup_free_ char *built_in = c->release->open
                                                ? must_printf("built-in default of OpenSSH")
                                                : must_printf("built-in default of OpenSSH %s", c->release->name);
        size_t i;

        if (value->from)
                (void)tree_from(node, value->from->file, value->from->line, 0);
        else
                (void)tree_from(node, built_in, 0, 0);
        if (value->from && value->from->block > 0)
                (void)tree_note(node, "in the Match block of %s:%u", c->blocks[value->from->block].file,
                                c->blocks[value->from->block].line);
        for (i = 0; i < value->lost_count; i++)
                (void)tree_overrode(node, setting_node(t, value->lost[i]));
        return is_personal(id) ? tree_class(node, BIO_PERSONAL) : node;
}

struct bio_node *sshd_not_known(struct tree *t, const char *what, const struct sshd_reason *reason)
{
        struct bio_node *node;

        if (!reason->file)
                return tree_undecidable(t, "%s: %s", what, reason->text);
        if (reason->line == 0)
                node = tree_undecidable(t, "%s: %s: %s", what, reason->file, reason->text);
        else
                node = tree_undecidable(t, "%s: %s:%u: %s", what, reason->file, reason->line, reason->text);
        return tree_from(node, reason->file, reason->line, 0);
}

/* Instances. */

struct bio_node *sshd_instance_unknown(struct tree *t, const struct sshd *s, const struct sshd_instance *i)
{
        size_t k;

        if (i->undecidable)
                return tree_undecidable(t, "%s: %s", i->name, i->undecidable);
        for (k = 0; k < i->config_count; k++) {
                const struct sshd_config *c = i->configs[k];

                if (c->refuses.text && s->release_count == 1)
                        return sshd_not_known(t, "sshd does not start", &c->refuses);
                if (c->refuses.text)
                        return sshd_not_known(t, "sshd may not start", &c->refuses);
                if (c->undecidable.text)
                        return sshd_not_known(t, "configuration not known", &c->undecidable);
        }
        return NULL;
}

struct bio_node *sshd_starts_node(struct tree *t, const struct sshd *s, const struct sshd_instance *i)
{
        const struct sshd_config *c = i->configs[0];
        struct bio_node *unknown, *node;

        if (c && c->refuses.text && s->release_count == 1) {
                node = tree_bool(t, false);
                if (c->refuses.file && c->refuses.line > 0)
                        (void)tree_note(node, "%s:%u: %s", c->refuses.file, c->refuses.line, c->refuses.text);
                else
                        (void)tree_note(node, "%s: %s", c->refuses.file ? c->refuses.file : i->name, c->refuses.text);
                return c->refuses.file ? tree_from(node, c->refuses.file, c->refuses.line, 0) : node;
        }
        unknown = sshd_instance_unknown(t, s, i);
        if (!unknown && i->doubts.text)
                unknown = sshd_not_known(t, "sshd may not start", &i->doubts);
        return unknown ? unknown : tree_bool(t, true);
}

struct bio_node *sshd_in_force_node(struct tree *t, const struct sshd_instance *i)
{
        struct bio_node *node;

        if (i->not_seen)
                return tree_basis(tree_unreadable(t, "%s", i->not_seen), BIO_RUNNING);
        if (i->running_since == 0)
                return tree_basis(tree_absent(t, "not running"), BIO_RUNNING);
        node = tree_basis(tree_bool(t, i->changed == NULL), BIO_RUNNING);
        if (!i->changed)
                return node;
        (void)tree_note(node, "%s changed after sshd read it: a reload through the service manager settles it",
                        i->changed);
        return tree_from(node, i->changed, 0, 0);
}

static struct bio_node *values_node(struct tree *t, const struct sshd_config *c, const struct sshd_values *v,
                                    const bool *keywords)
{
        struct bio_node *map = tree_map(t);
        size_t i;

        for (i = 0; i < SSHD_KEYWORDS; i++) {
                enum sshd_keyword_id id = (enum sshd_keyword_id)i;

                if (sshd_keyword_known(c->release, id) && (!keywords || keywords[i]))
                        (void)tree_set(map, sshd_keyword_name(id), sshd_value_node(t, c, id, &v->of[i]));
        }
        return map;
}

static struct bio_node *blocks_node(struct tree *t, const struct sshd_config *c)
{
        struct bio_node *list = tree_list(t);
        size_t b, i;

        for (b = 1; b < c->block_count; b++) {
                struct bio_node *block = tree_map(t), *settings = tree_list(t);

                /* Criteria may name users. */
                (void)tree_set(block, "match", tree_class(tree_text(t, c->blocks[b].text), BIO_PERSONAL));
                if (c->blocks[b].parent > 0)
                        (void)tree_set(block, "within", tree_integer(t, (int64_t)c->blocks[b].parent - 1));
                for (i = 0; i < c->setting_count; i++) {
                        struct bio_node *setting;

                        if (c->settings[i].block != b)
                                continue;
                        setting = tree_map(t);
                        (void)tree_set(setting, "keyword", tree_text(t, sshd_keyword_name(c->settings[i].keyword)));
                        (void)tree_set(setting, "value", setting_node(t, &c->settings[i]));
                        (void)tree_append(settings, setting);
                }
                (void)tree_set(block, "settings", settings);
                (void)tree_append(list, tree_from(block, c->blocks[b].file, c->blocks[b].line, 0));
        }
        return list;
}

static struct bio_node *notes_node(struct tree *t, const struct sshd_config *c)
{
        struct bio_node *list = tree_list(t);
        size_t i;

        for (i = 0; i < c->note_count; i++)
                (void)tree_append(list,
                                  tree_from(tree_text(t, c->notes[i].text), c->notes[i].file, c->notes[i].line, 0));
        return list;
}

static struct bio_node *files_node(struct tree *t, const struct sshd_config *c)
{
        struct bio_node *list = tree_list(t);
        size_t i;

        for (i = 0; i < c->file_count; i++)
                (void)tree_append(list, tree_from(tree_text(t, c->files[i]), c->files[i], 0, 0));
        return list;
}

static struct bio_node *instance_node(struct tree *t, const struct sshd *s, const struct sshd_instance *i)
{
        struct bio_node *map = tree_map(t), *unknown = sshd_instance_unknown(t, s, i);
        const struct sshd_config *c = i->configs[0];

        (void)tree_set(map, "name", tree_text(t, i->name));
        if (i->command_line)
                (void)tree_set(map, "command_line", tree_text(t, i->command_line));
        (void)tree_set(map, "starts", sshd_starts_node(t, s, i));
        (void)tree_set(map, "in_force", sshd_in_force_node(t, i));
        if (!c)
                return map;
        (void)tree_set(map, "config_file",
                       tree_text(t, i->arguments.config_file ? i->arguments.config_file : SSHD_CONFIG_FILE));
        (void)tree_set(map, "files", files_node(t, c));
        (void)tree_set(map, "ignored", notes_node(t, c));
        /* Of a version that is not modelled only the query says what is certain. */
        (void)tree_set(map, "outside_match",
                       unknown                 ? unknown
                       : s->release_count == 1 ? values_node(t, c, &c->global, NULL)
                                               : tree_undecidable(t, "this version of OpenSSH is not modelled"));
        (void)tree_set(map, "match", blocks_node(t, c));
        return map;
}

struct bio_node *sshd_state_node(struct tree *t, const struct sshd *s)
{
        struct bio_node *node;

        switch (s->state) {
        case BIO_ABSENT:
                node = tree_absent(t, "%s", s->why);
                break;
        case BIO_UNREADABLE:
                node = tree_unreadable(t, "%s", s->why);
                break;
        default:
                node = tree_undecidable(t, "%s", s->why);
                break;
        }
        return s->version_source ? tree_from(node, s->version_source, s->version_line, 0) : node;
}

static const struct bio_node *read_sshd(struct facts *f)
{
        const struct sshd *s = sshd_of(f);
        struct tree *t = facts_tree(f);
        struct bio_node *map, *instances;
        size_t i;

        if (s->state != BIO_KNOWN)
                return sshd_state_node(t, s);
        map = tree_map(t);
        (void)tree_set(map, "version",
                       tree_from(s->version ? tree_text(t, s->version) : tree_undecidable(t, "%s", s->version_why),
                                 s->version_source, s->version_line, 0));
        (void)tree_set(map, "modelled", tree_bool(t, s->release_count == 1));
        instances = tree_list(t);
        for (i = 0; i < s->instance_count; i++)
                (void)tree_append(instances, instance_node(t, s, &s->instances[i]));
        (void)tree_set(map, "instances", instances);
        return map;
}

const struct fact_reader sshd_fact = {
        .name = "sshd",
        .title = "OpenSSH server: its configuration as the installed version reads it",
        .read = read_sshd,
        .queries = sshd_queries,
};
