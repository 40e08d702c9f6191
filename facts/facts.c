/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/facts.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/readers.h"

/* clang-format off */
const struct fact_reader *const fact_readers[] = {
        &accounts_fact,
        &audit_fact,
        &backup_fact,
        &journald_fact,
        &login_defs_fact,
        &logs_fact,
        &packages_fact,
        &pam_fact,
        &sshd_fact,
        &sudo_fact,
        &systemd_fact,
        &time_fact,
        NULL,
};
/* clang-format on */

enum progress { NOT_READ, READING, READ };

/* What was made of one reader so far; the rows stand beside those of fact_readers. */
struct fact {
        enum progress progress;
        bool announced;
        const struct bio_node *node;
};

struct kept {
        struct kept *next;
        void *(*maker)(struct facts *f);
        void (*release)(void *kept);
        void *value;
};

struct facts {
        struct access *access;
        struct live *live;
        struct tree *tree;
        void (*reading)(const char *name, void *user);
        void *user;
        struct kept *kept;
        struct fact facts[ELEMENTS(fact_readers)];
};

struct facts *facts_new(struct access *access, struct live *live, void (*reading)(const char *name, void *user),
                        void *user)
{
        struct facts *f = must_alloc(sizeof(*f));

        f->access = access;
        f->live = live;
        f->tree = tree_new();
        f->reading = reading;
        f->user = user;
        return f;
}

void facts_free(struct facts *f)
{
        if (!f)
                return;
        while (f->kept) {
                struct kept *k = f->kept;

                f->kept = k->next;
                if (k->value)
                        k->release(k->value);
                free(k);
        }
        tree_free(f->tree);
        free(f);
}

struct access *facts_access(struct facts *f)
{
        return f->access;
}

struct live *facts_live(struct facts *f)
{
        return f->live;
}

struct tree *facts_tree(struct facts *f)
{
        return f->tree;
}

void *facts_keep(struct facts *f, void *(*maker)(struct facts *f), void (*release)(void *kept))
{
        struct kept *k;

        for (k = f->kept; k; k = k->next)
                if (k->maker == maker)
                        return k->value;
        k = must_alloc(sizeof(*k));
        *k = (struct kept){.maker = maker, .release = release, .value = maker(f)};
        /* Linked only now: the maker may itself have kept things. */
        k->next = f->kept;
        f->kept = k;
        return k->value;
}

/* Said before the reading, so that at a deadline it is known what hung. */
static void announce(struct facts *f, size_t i)
{
        if (f->reading && !f->facts[i].announced)
                f->reading(fact_readers[i]->name, f->user);
        f->facts[i].announced = true;
}

static const struct bio_node *get_at(struct facts *f, size_t i)
{
        const struct fact_reader *reader = fact_readers[i];
        struct fact *fact = &f->facts[i];

        if (fact->progress == READ)
                return fact->node;
        if (fact->progress == READING)
                return tree_undecidable(f->tree, "fact %s is needed to read itself", reader->name);
        fact->progress = READING;
        announce(f, i);
        fact->node = reader->read(f);
        fact->progress = READ;
        return fact->node;
}

const struct bio_node *facts_get(struct facts *f, const char *name)
{
        size_t i;

        for (i = 0; fact_readers[i]; i++)
                if (streq(fact_readers[i]->name, name))
                        return get_at(f, i);
        return tree_undecidable(f->tree, "this agent knows no fact %s", name);
}

const char *fact_argument(const struct fact_argument *arguments, const char *name)
{
        for (; arguments && arguments->name; arguments++)
                if (streq(arguments->name, name))
                        return arguments->value;
        return NULL;
}

static bool understands(const struct fact_query *query, const char *argument)
{
        const char *const *name;

        for (name = query->arguments; name && *name; name++)
                if (streq(*name, argument))
                        return true;
        return false;
}

static const struct bio_node *answer(struct facts *f, size_t i, const struct fact_query *query,
                                     const struct fact_argument *arguments)
{
        const struct fact_argument *a;

        for (a = arguments; a && a->name; a++)
                if (!understands(query, a->name))
                        return tree_undecidable(f->tree, "query %s has no argument %s", query->name, a->name);
        if (!query->without_tree)
                return query->answer(f, get_at(f, i), arguments);
        announce(f, i);
        return query->answer(f, NULL, arguments);
}

const struct bio_node *facts_query(struct facts *f, const char *name, const struct fact_argument *arguments)
{
        const struct fact_query *query;
        size_t i;

        for (i = 0; fact_readers[i]; i++)
                for (query = fact_readers[i]->queries; query && query->name; query++)
                        if (streq(query->name, name))
                                return answer(f, i, query, arguments);
        return tree_undecidable(f->tree, "this agent knows no query %s", name);
}

struct bio_node *fact_file_state(struct facts *f, const struct access_file *file)
{
        struct bio_node *node;

        if (file->state == BIO_KNOWN)
                node = tree_null(f->tree);
        else if (file->state == BIO_ABSENT && streq(file->why, file->path))
                node = tree_absent(f->tree, "no such file");
        else if (file->state == BIO_ABSENT)
                node = tree_absent(f->tree, "no %s", file->why);
        else
                node = tree_unreadable(f->tree, "%s", file->why);
        return tree_from(node, file->path, 0, 0);
}
