/* SPDX-License-Identifier: EUPL-1.2 */
/* The queries of sshd. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/sshd_admission.h"
#include "facts/sshd_nodes.h"

struct asking {
        struct facts *f;
        const struct sshd *s;
        struct tree *t;
        struct sshd_question question;
        bool keywords[SSHD_KEYWORDS];
        const char **groups;
        struct bio_node *scopes;
        bool ways, banner; /* sshd.ways, sshd.banner is asked */
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
        (void)tree_set(scope, "starts", sshd_starts_node(a->t, a->s, i));
        (void)tree_set(scope, "in_force", sshd_in_force_node(a->t, i));
        (void)tree_append(a->scopes, scope);
        return scope;
}

/* What follows from the keywords. */
static void add_answers(struct asking *a, struct bio_node *scope)
{
        if (a->ways)
                (void)tree_set(scope, "ways", sshd_ways_node(a->t, scope));
        if (a->banner)
                (void)tree_set(scope, "sent", sshd_banner_node(a->f, scope));
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
        add_answers(a, scope);
        if (a->question.admission)
                (void)tree_set(scope, "admits", tree_undecidable(a->t, "%s", tree_why(why)));
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

/* The lists that are set, as a note; and the place of the first one. */
static struct bio_node *from_lists(struct bio_node *node, const struct sshd_values *v)
{
        _cleanup_text_ struct text note = {0};
        const struct sshd_setting *first = NULL;
        size_t i;

        for (i = 0; i < SSHD_ADMISSION_LISTS; i++) {
                const struct sshd_value *value = &v->of[sshd_admission_lists[i]];

                if (value->count == 0)
                        continue;
                first = first ? first : value->from;
                text_printf(&note, "%s%s", note.length > 0 ? ", " : "", sshd_keyword_name(sshd_admission_lists[i]));
        }
        if (note.length > 0)
                (void)tree_note(node, "%s", text_string(&note));
        return first ? tree_from(node, first->file, first->line, 0) : node;
}

/* Whether sshd lets somebody in here; `other` is the same of another model, or NULL. */
static struct bio_node *admits_node(struct tree *t, const struct sshd_scope *s, const struct sshd_scope *other)
{
        if (s->lets_in == SSHD_LETS_IN_UNKNOWN || (other && other->lets_in != s->lets_in))
                return from_lists(tree_undecidable(t, "whom AllowUsers and its like let in is more than is tried"),
                                  s->values);
        return from_lists(tree_bool(t, s->lets_in == SSHD_LETS_IN), s->values);
}

static void add_found(struct asking *a, const struct sshd_instance *i, const struct sshd_scopes *found)
{
        size_t k;

        for (k = 0; k < found[0].count; k++) {
                const struct sshd_scope *s = &found[0].at[k];
                struct bio_node *scope = add_scope(a, i, s->applies_to, s->personal);

                if (!s->assumed)
                        (void)tree_set(scope, "example", connection_node(a->t, &s->connection));
                if (!s->values->fails.text && a->question.admission)
                        (void)tree_set(scope, "admits",
                                       admits_node(a->t, s, i->config_count > 1 ? &found[1].at[k] : NULL));
                if (s->values->fails.text) {
                        add_unknown(a, scope, sshd_not_known(a->t, "sshd ends such a connection", &s->values->fails));
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
                node = sshd_value_node(a->t, c, id, &v->of[i]);
                if (tree_state(node) == BIO_KNOWN && !is_certain(c, &v->of[i], other, other_v, id))
                        node = tree_from(tree_undecidable(a->t, "defaults of OpenSSH %s are not known",
                                                          a->s->version ? a->s->version : "of this host"),
                                         a->s->version_source, a->s->version_line, 0);
                (void)tree_set(scope, sshd_keyword_name(id), node);
        }
        add_answers(a, scope);
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

static void find_scopes(struct asking *a, struct sshd_config *c, struct sshd_scopes *ret)
{
        _cleanup_(sshd_people_free) struct sshd_people people = {0};
        struct sshd_question question = a->question;

        if (question.admission && question.user)
                question.root = sshd_is_root(a->f, question.user);
        else if (question.admission && sshd_has_admission_lists(c))
                sshd_people_find(a->f, c, &people, &question);
        sshd_scopes_find(c, &question, ret);
}

static void ask_instance(struct asking *a, const struct sshd_instance *i)
{
        struct bio_node *unknown = sshd_instance_unknown(a->t, a->s, i);
        struct sshd_scopes found[SSHD_MODELS] = {{0}};
        const char *why;
        size_t k;

        if (!unknown) {
                for (k = 0; k < i->config_count; k++)
                        find_scopes(a, i->configs[k], &found[k]);
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

/* What the arguments say; NULL, or why that is no question. */
static const char *read_question(struct asking *a, const struct fact_argument *arguments)
{
        const char *keywords = known_or_null(arguments, "keywords"), *port = known_or_null(arguments, "local_port");
        uint64_t number;

        a->question = (struct sshd_question){
                .user = known_or_null(arguments, "user"),
                .host = known_or_null(arguments, "host"),
                .address = known_or_null(arguments, "address"),
                .local_address = known_or_null(arguments, "local_address"),
                .local_port = -1,
                .rdomain = known_or_null(arguments, "rdomain"),
        };
        a->question.admission = known_or_null(arguments, "admission") != NULL;
        if (port && (parse_u64(port, &number) < 0 || number > 65535))
                return "local_port is no port";
        if (port)
                a->question.local_port = (int)number;
        if (keywords && !ask_keywords(a, keywords))
                return "keywords names what is no keyword of sshd";
        return NULL;
}

static const struct bio_node *answer(struct asking *a)
{
        size_t i;

        ask_groups(a);
        a->scopes = tree_list(a->t);
        for (i = 0; i < a->s->instance_count; i++)
                ask_instance(a, &a->s->instances[i]);
        free(a->groups);
        return a->scopes;
}

/* NULL, or the answer where nothing can be asked. */
static const struct bio_node *begin(struct asking *a, struct facts *f, const struct fact_argument *arguments)
{
        const char *why;

        *a = (struct asking){.f = f, .s = sshd_of(f), .t = facts_tree(f)};
        if (a->s->state != BIO_KNOWN)
                return sshd_state_node(a->t, a->s);
        why = read_question(a, arguments);
        return why ? tree_undecidable(a->t, "%s", why) : NULL;
}

static const struct bio_node *answer_effective(struct facts *f, const struct bio_node *fact,
                                               const struct fact_argument *arguments)
{
        struct asking a;
        const struct bio_node *refused = begin(&a, f, arguments);

        (void)fact;
        return refused ? refused : answer(&a);
}

static const struct bio_node *answer_ways(struct facts *f, const struct bio_node *fact,
                                          const struct fact_argument *arguments)
{
        struct asking a;
        const struct bio_node *refused = begin(&a, f, arguments);

        (void)fact;
        if (refused)
                return refused;
        a.ways = true;
        a.question.exists = a.question.admission = a.question.by_password = true;
        a.question.keywords = a.keywords;
        sshd_ways_keywords(a.keywords);
        return answer(&a);
}

static const struct bio_node *answer_banner(struct facts *f, const struct bio_node *fact,
                                            const struct fact_argument *arguments)
{
        struct asking a;
        const struct bio_node *refused = begin(&a, f, arguments);

        (void)fact;
        if (refused)
                return refused;
        a.banner = true;
        a.question.keywords = a.keywords;
        a.keywords[SSHD_BANNER] = true;
        return answer(&a);
}

static const struct bio_node *answer_host_keys(struct facts *f, const struct bio_node *fact,
                                               const struct fact_argument *arguments)
{
        (void)fact;
        (void)arguments;
        return sshd_host_keys(f);
}

const struct fact_query sshd_queries[] = {
        {"sshd.effective",
         (const char *const[]){"user", "host", "address", "local_address", "local_port", "rdomain", "keywords",
                               "admission", NULL},
         answer_effective, true},
        {"sshd.ways", (const char *const[]){"user", "host", "address", "local_address", "local_port", "rdomain", NULL},
         answer_ways, true},
        {"sshd.banner",
         (const char *const[]){"user", "host", "address", "local_address", "local_port", "rdomain", NULL},
         answer_banner, true},
        {"sshd.host-keys", (const char *const[]){NULL}, answer_host_keys, true},
        {NULL, NULL, NULL, false},
};
