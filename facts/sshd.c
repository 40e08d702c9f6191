/* SPDX-License-Identifier: EUPL-1.2 */
/* The fact `sshd` and the query `sshd.effective`. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/readers.h"
#include "facts/sshd_host.h"
#include "facts/sshd_scopes.h"

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

static struct bio_node *value_node(struct tree *t, const struct sshd_config *c, enum sshd_keyword_id id,
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

static struct bio_node *not_known(struct tree *t, const char *what, const struct sshd_reason *reason)
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

/* Why nothing that an instance would do can be told, as a node; NULL where it can. */
static struct bio_node *instance_unknown(struct tree *t, const struct sshd *s, const struct sshd_instance *i)
{
        size_t k;

        if (i->undecidable)
                return tree_undecidable(t, "%s: %s", i->name, i->undecidable);
        for (k = 0; k < i->config_count; k++) {
                const struct sshd_config *c = i->configs[k];

                if (c->refuses.text && s->release_count == 1)
                        return not_known(t, "sshd does not start", &c->refuses);
                if (c->refuses.text)
                        return not_known(t, "sshd may not start", &c->refuses);
                if (c->undecidable.text)
                        return not_known(t, "configuration not known", &c->undecidable);
        }
        return NULL;
}

/* Whether sshd starts: true; false with its reason as a note; or not known. */
static struct bio_node *starts_node(struct tree *t, const struct sshd *s, const struct sshd_instance *i)
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
        unknown = instance_unknown(t, s, i);
        if (!unknown && i->doubts.text)
                unknown = not_known(t, "sshd may not start", &i->doubts);
        return unknown ? unknown : tree_bool(t, true);
}

/* Whether what is on disk is what a running sshd has read. Absent: none runs. */
static struct bio_node *in_force_node(struct tree *t, const struct sshd_instance *i)
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
                        (void)tree_set(map, sshd_keyword_name(id), value_node(t, c, id, &v->of[i]));
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
        struct bio_node *map = tree_map(t), *unknown = instance_unknown(t, s, i);
        const struct sshd_config *c = i->configs[0];

        (void)tree_set(map, "name", tree_text(t, i->name));
        if (i->command_line)
                (void)tree_set(map, "command_line", tree_text(t, i->command_line));
        (void)tree_set(map, "starts", starts_node(t, s, i));
        (void)tree_set(map, "in_force", in_force_node(t, i));
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

static struct bio_node *state_node(struct tree *t, const struct sshd *s)
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
                return state_node(t, s);
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

/* sshd.effective */

struct asking {
        struct facts *f;
        const struct sshd *s;
        struct tree *t;
        struct sshd_question question;
        bool keywords[SSHD_KEYWORDS];
        const char **groups;
        struct bio_node *scopes;
};

static const char *known_or_null(const struct fact_argument *arguments, const char *name)
{
        const char *value = fact_argument(arguments, name);

        return value && *value ? value : NULL;
}

/* The user's groups, where they can be told. */
static void ask_groups(struct asking *a)
{
        const struct fact_argument arguments[] = {{"user", a->question.user}, {NULL, NULL}};
        const struct bio_node *list;
        size_t i;

        if (!a->question.user)
                return;
        list = facts_query(a->f, "accounts.groups", arguments);
        if (tree_state(list) != BIO_KNOWN)
                return;
        a->groups = must_alloc((tree_count(list) + 1) * sizeof(*a->groups));
        for (i = 0; i < tree_count(list); i++)
                a->groups[i] = tree_bytes_of(tree_at(list, i), NULL);
        a->question.groups = a->groups;
        a->question.group_count = tree_count(list);
}

/* "PermitRootLogin,AllowUsers": false where a word is no keyword. */
static bool ask_keywords(struct asking *a, const char *list)
{
        size_t i;

        a->question.keywords = a->keywords;
        for (;;) {
                size_t length = strcspn(list, ",");

                for (i = 0; i < SSHD_KEYWORDS; i++)
                        if (strlen(sshd_keyword_name((enum sshd_keyword_id)i)) == length &&
                            strncasecmp(sshd_keyword_name((enum sshd_keyword_id)i), list, length) == 0)
                                break;
                if (i == SSHD_KEYWORDS)
                        return false;
                a->keywords[i] = true;
                if (!list[length])
                        return true;
                list += length + 1;
        }
}

static struct bio_node *add_scope(struct asking *a, const struct sshd_instance *i, const char *applies_to,
                                  bool personal)
{
        struct bio_node *scope = tree_map(a->t), *name;

        name = a->s->instance_count > 1 ? tree_printf(a->t, "%s: %s", i->name, applies_to)
                                        : tree_text(a->t, applies_to);
        (void)tree_set(scope, "applies_to", tree_class(name, personal ? BIO_PERSONAL : BIO_TECHNICAL));
        (void)tree_set(scope, "instance", tree_text(a->t, i->name));
        (void)tree_set(scope, "starts", starts_node(a->t, a->s, i));
        (void)tree_set(scope, "in_force", in_force_node(a->t, i));
        (void)tree_append(a->scopes, scope);
        return scope;
}

/* A scope in which no keyword is known, for one reason. */
static void add_unknown(struct asking *a, struct bio_node *scope, const struct bio_node *why)
{
        size_t i;

        for (i = 0; i < SSHD_KEYWORDS; i++)
                if (!a->question.keywords || a->keywords[i]) {
                        struct bio_node *node = tree_undecidable(a->t, "%s", tree_why(why));

                        if (tree_source(why))
                                (void)tree_from(node, tree_source(why), tree_line(why), 0);
                        (void)tree_set(scope, sshd_keyword_name((enum sshd_keyword_id)i), node);
                }
}

/* A connection that this scope is in force for, so that a person can ask `sshd -T -C` the same. */
static struct bio_node *connection_node(struct tree *t, const struct sshd_connection *n)
{
        const struct {
                const char *name, *value;
        } parts[] = {{"user", n->user},
                     {"host", n->host},
                     {"address", n->address},
                     {"local_address", n->local_address},
                     {"rdomain", n->rdomain}};
        struct bio_node *map = tree_map(t);
        size_t i;

        for (i = 0; i < ELEMENTS(parts); i++)
                if (parts[i].value)
                        (void)tree_set(map, parts[i].name, tree_text(t, parts[i].value));
        if (n->local_port >= 0)
                (void)tree_set(map, "local_port", tree_integer(t, n->local_port));
        return tree_class(map, BIO_PERSONAL);
}

static void add_values(struct asking *a, struct bio_node *scope, const struct sshd_config *c,
                       const struct sshd_values *v, const struct sshd_config *other, const struct sshd_values *other_v);

static void add_found(struct asking *a, const struct sshd_instance *i, const struct sshd_scopes *found)
{
        size_t k;

        for (k = 0; k < found[0].count; k++) {
                const struct sshd_scope *s = &found[0].at[k];
                struct bio_node *scope = add_scope(a, i, s->applies_to, s->personal);

                if (!s->assumed)
                        (void)tree_set(scope, "example", connection_node(a->t, &s->connection));
                if (s->values->fails.text) {
                        add_unknown(a, scope, not_known(a->t, "sshd ends such a connection", &s->values->fails));
                        continue;
                }
                add_values(a, scope, i->configs[0], s->values, i->configs[1],
                           i->config_count > 1 ? found[1].at[k].values : NULL);
        }
}

static bool same_shown(const struct sshd_value *a, const struct sshd_value *b)
{
        size_t i;

        if (a->count != b->count || a->undecidable || b->undecidable)
                return false;
        for (i = 0; i < a->count; i++)
                if (!streq(a->items[i], b->items[i]))
                        return false;
        return true;
}

/* Of a version that is not modelled only what both models agree on is known. */
static bool is_certain(const struct sshd_config *c, const struct sshd_value *value, const struct sshd_config *other,
                       const struct sshd_values *other_v, enum sshd_keyword_id id)
{
        if (!value->from && !sshd_default_known(c->release, id))
                return false;
        return !other_v || (sshd_keyword_known(other->release, id) && same_shown(value, &other_v->of[id]));
}

static void add_values(struct asking *a, struct bio_node *scope, const struct sshd_config *c,
                       const struct sshd_values *v, const struct sshd_config *other, const struct sshd_values *other_v)
{
        size_t i;

        for (i = 0; i < SSHD_KEYWORDS; i++) {
                enum sshd_keyword_id id = (enum sshd_keyword_id)i;
                struct bio_node *node;

                if (!sshd_keyword_known(c->release, id) || (a->question.keywords && !a->keywords[i]))
                        continue;
                node = value_node(a->t, c, id, &v->of[i]);
                if (tree_state(node) == BIO_KNOWN && !is_certain(c, &v->of[i], other, other_v, id))
                        node = tree_from(tree_undecidable(a->t, "defaults of OpenSSH %s are not known",
                                                          a->s->version ? a->s->version : "of this host"),
                                         a->s->version_source, a->s->version_line, 0);
                (void)tree_set(scope, sshd_keyword_name(id), node);
        }
}

/* Whether the models of a version that is not modelled tell the same connections apart. */
static const char *disagree(const struct sshd_instance *i, const struct sshd_scopes *found)
{
        size_t k;

        for (k = 0; k < i->config_count; k++)
                if (found[k].undecidable)
                        return found[k].undecidable;
        if (i->config_count == 1)
                return NULL;
        if (found[0].count != found[1].count)
                return "versions of OpenSSH differ about its Match blocks";
        for (k = 0; k < found[0].count; k++)
                if (!streq(found[0].at[k].applies_to, found[1].at[k].applies_to) ||
                    !streq(found[0].at[k].values->fails.text, found[1].at[k].values->fails.text))
                        return "versions of OpenSSH differ about its Match blocks";
        return NULL;
}

static void ask_instance(struct asking *a, const struct sshd_instance *i)
{
        struct bio_node *unknown = instance_unknown(a->t, a->s, i);
        struct sshd_scopes found[SSHD_MODELS] = {{0}};
        const char *why;
        size_t k;

        if (!unknown) {
                for (k = 0; k < i->config_count; k++)
                        sshd_scopes_find(i->configs[k], &a->question, &found[k]);
                why = disagree(i, found);
                if (why)
                        unknown = tree_undecidable(a->t, "%s", why);
        }
        if (unknown)
                add_unknown(a, add_scope(a, i, "everywhere", false), unknown);
        else
                add_found(a, i, found);
        for (k = 0; k < SSHD_MODELS; k++)
                sshd_scopes_free(&found[k]);
}

static const struct bio_node *answer_effective(struct facts *f, const struct bio_node *fact,
                                               const struct fact_argument *arguments)
{
        struct asking a = {.f = f, .s = sshd_of(f), .t = facts_tree(f)};
        const char *keywords = known_or_null(arguments, "keywords"), *port = known_or_null(arguments, "local_port");
        uint64_t number;
        size_t i;

        (void)fact;
        if (a.s->state != BIO_KNOWN)
                return state_node(a.t, a.s);
        a.question = (struct sshd_question){
                .user = known_or_null(arguments, "user"),
                .host = known_or_null(arguments, "host"),
                .address = known_or_null(arguments, "address"),
                .local_address = known_or_null(arguments, "local_address"),
                .local_port = -1,
                .rdomain = known_or_null(arguments, "rdomain"),
        };
        if (port && (parse_u64(port, &number) < 0 || number > 65535))
                return tree_undecidable(a.t, "local_port is no port");
        if (port)
                a.question.local_port = (int)number;
        if (keywords && !ask_keywords(&a, keywords))
                return tree_undecidable(a.t, "keywords names what is no keyword of sshd");
        ask_groups(&a);
        a.scopes = tree_list(a.t);
        for (i = 0; i < a.s->instance_count; i++)
                ask_instance(&a, &a.s->instances[i]);
        free(a.groups);
        return a.scopes;
}

static const struct fact_query queries[] = {
        {"sshd.effective",
         (const char *const[]){"user", "host", "address", "local_address", "local_port", "rdomain", "keywords", NULL},
         answer_effective, true},
        {NULL, NULL, NULL, false},
};

const struct fact_reader sshd_fact = {
        .name = "sshd",
        .title = "OpenSSH server: its configuration as the installed version reads it",
        .read = read_sshd,
        .queries = queries,
};
