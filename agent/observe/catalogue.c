/* SPDX-License-Identifier: EUPL-1.2 */
#include "observe/catalogue.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "checks/checks.h"
#include "facts/facts.h"
#include "observe/context.h"

#define ID_MOST         64
#define TITLE_MOST      8192
#define PARAMETERS_MOST 32
#define USES_MOST       32

struct entry {
        const struct bio_check *check;
        char *origin; /* NULL: built in */
};

struct catalogue {
        struct entry *entries;
        size_t count, allocated;
        json_t *refused;
};

static const char *const severity_names[] = {
        [BIO_LOW] = "low", [BIO_MEDIUM] = "medium", [BIO_HIGH] = "high", [BIO_CRITICAL] = "critical"};
static const char *const aspect_names[] = {[BIO_EXISTENCE] = "existence", [BIO_OPERATION] = "operation"};
static const char *const parameter_type_names[] = {
        [BIO_PARAMETER_BOOL] = "bool", [BIO_PARAMETER_INTEGER] = "integer", [BIO_PARAMETER_TEXT] = "text",
        [BIO_PARAMETER_TERM] = "term", [BIO_PARAMETER_LIST] = "list",
};

static void append(struct catalogue *c, const struct bio_check *check, const char *origin)
{
        c->entries = must_grow(c->entries, &c->allocated, c->count + 1, sizeof(*c->entries));
        c->entries[c->count++] = (struct entry){check, origin ? must_strdup(origin) : NULL};
}

struct catalogue *catalogue_new(void)
{
        struct catalogue *c = must_alloc(sizeof(*c));

        c->refused = json_must(json_array());
        for (size_t i = 0; built_in_checks[i]; i++)
                append(c, built_in_checks[i], NULL);
        return c;
}

void catalogue_free(struct catalogue *c)
{
        if (!c)
                return;
        for (size_t i = 0; i < c->count; i++)
                free(c->entries[i].origin);
        free(c->entries);
        json_decref(c->refused);
        free(c);
}

const struct bio_check *catalogue_find(const struct catalogue *c, const char *id)
{
        for (size_t i = 0; i < c->count; i++)
                if (streq(c->entries[i].check->id, id))
                        return c->entries[i].check;
        return NULL;
}

/* Descriptors of plug-ins. They are as trusted as we are; what is checked here is that they are whole. */

static bool is_id(const char *id)
{
        size_t subject, name;

        if (!id || strlen(id) > ID_MOST)
                return false;
        subject = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");
        if (subject == 0 || id[subject] != '.')
                return false;
        name = strspn(id + subject + 1, "abcdefghijklmnopqrstuvwxyz0123456789-");
        return name > 0 && id[subject + 1 + name] == '\0';
}

static bool is_title(const struct bio_text *text)
{
        return text->nl && text->en && *text->nl && *text->en && strlen(text->nl) <= TITLE_MOST &&
               strlen(text->en) <= TITLE_MOST;
}

static bool fact_exists(const char *name)
{
        for (size_t i = 0; fact_readers[i]; i++)
                if (streq(fact_readers[i]->name, name))
                        return true;
        return false;
}

static int judge_uses(const struct bio_check *check, char **why)
{
        size_t n = 0;

        for (const char *const *name = check->uses; name && *name; name++) {
                if (++n > USES_MOST || !fact_exists(*name)) {
                        *why = must_printf("check %s uses fact %.64s, which this agent lacks", check->id, *name);
                        return -EINVAL;
                }
        }
        return 0;
}

static int judge_parameters(const struct bio_check *check, char **why)
{
        size_t n = 0;

        for (const struct bio_parameter *p = check->parameters; p && p->name; p++) {
                _cleanup_json_ json_t *fallback = NULL;

                if (++n > PARAMETERS_MOST || !is_title(&p->title) || parameter_default(p, &fallback) < 0) {
                        *why = must_printf("parameter %.64s of check %s is malformed", p->name, check->id);
                        return -EINVAL;
                }
        }
        return 0;
}

static int judge(const struct catalogue *c, const struct bio_check *check, char **why)
{
        struct term age;
        int r;

        if (!check || !is_id(check->id)) {
                *why = must_strdup("a check has no id of the form SUBJECT.NAME");
                return -EINVAL;
        }
        if (catalogue_find(c, check->id)) {
                *why = must_printf("there is a check %s already", check->id);
                return -EINVAL;
        }
        if (!check->run || !is_title(&check->title) || !is_title(&check->why) ||
            (unsigned)check->severity >= ELEMENTS(severity_names) ||
            (unsigned)check->aspect >= ELEMENTS(aspect_names) || !check->max_age ||
            term_parse(check->max_age, &age) < 0) {
                *why = must_printf("check %s lacks a title, a reason, a severity, an aspect, an age or a function",
                                   check->id);
                return -EINVAL;
        }
        r = judge_uses(check, why);
        return r < 0 ? r : judge_parameters(check, why);
}

int catalogue_add(struct catalogue *c, const struct bio_check *const *checks, size_t count, const char *origin,
                  char **why)
{
        const size_t before = c->count;

        for (size_t i = 0; i < count; i++) {
                int r = judge(c, checks[i], why);

                if (r < 0) {
                        while (c->count > before)
                                free(c->entries[--c->count].origin);
                        return r;
                }
                append(c, checks[i], origin);
        }
        return 0;
}

void catalogue_refuse(struct catalogue *c, const char *path, const char *why)
{
        json_t *refusal = json_must(json_object());

        json_set(refusal, "path", json_safe_string(path, strlen(path)));
        json_set(refusal, "why", json_safe_string(why, strlen(why)));
        json_push(c->refused, refusal);
}

/* Descriptors as JSON */

/* A program's own text: several lines may stay several lines. */
static json_t *text_json(const char *s)
{
        return json_string_or_null(s);
}

static json_t *translated_json(const struct bio_text *text)
{
        json_t *json = json_must(json_object());

        json_set(json, "nl", text_json(text->nl));
        json_set(json, "en", text_json(text->en));
        return json;
}

static json_t *fix_json(const struct bio_fix *fix)
{
        json_t *json = json_must(json_object());

        json_set(json, "commands", text_json(fix->commands));
        json_set(json, "reload", text_json(fix->reload));
        json_set(json, "risk", translated_json(&fix->risk));
        json_set(json, "undo", text_json(fix->undo));
        return json;
}

static json_t *names_json(const char *const *names)
{
        json_t *json = json_must(json_array());

        for (; names && *names; names++)
                json_push(json, text_json(*names));
        return json;
}

static json_t *parameters_json(const struct bio_parameter *parameters)
{
        json_t *json = json_must(json_array());

        for (const struct bio_parameter *p = parameters; p && p->name; p++) {
                json_t *parameter = json_must(json_object()), *fallback = NULL;

                json_set(parameter, "name", text_json(p->name));
                json_set(parameter, "type", text_json(parameter_type_names[p->type]));
                json_set(parameter, "default", parameter_default(p, &fallback) == 0 ? fallback : json_null());
                json_set(parameter, "title", translated_json(&p->title));
                json_push(json, parameter);
        }
        return json;
}

static json_t *check_json(const struct entry *entry)
{
        const struct bio_check *check = entry->check;
        json_t *json = json_must(json_object());

        json_set(json, "id", text_json(check->id));
        json_set(json, "title", translated_json(&check->title));
        json_set(json, "why", translated_json(&check->why));
        json_set(json, "fix", fix_json(&check->fix));
        json_set(json, "severity", text_json(severity_names[check->severity]));
        json_set(json, "aspect", text_json(aspect_names[check->aspect]));
        json_set(json, "max_age", text_json(check->max_age));
        json_set(json, "uses", names_json(check->uses));
        json_set(json, "parameters", parameters_json(check->parameters));
        json_set(json, "origin", text_json(entry->origin ? entry->origin : "built-in"));
        return json;
}

static json_t *fact_json(const struct fact_reader *reader)
{
        json_t *json = json_must(json_object()), *queries = json_must(json_array());

        for (const struct fact_query *q = reader->queries; q && q->name; q++) {
                json_t *query = json_must(json_object());

                json_set(query, "name", text_json(q->name));
                json_set(query, "arguments", names_json(q->arguments));
                json_push(queries, query);
        }
        json_set(json, "name", text_json(reader->name));
        json_set(json, "title", text_json(reader->title));
        json_set(json, "queries", queries);
        return json;
}

json_t *catalogue_describe(const struct catalogue *c)
{
        json_t *json = json_must(json_object()), *checks = json_must(json_array()), *facts = json_must(json_array());

        for (size_t i = 0; i < c->count; i++)
                json_push(checks, check_json(&c->entries[i]));
        for (size_t i = 0; fact_readers[i]; i++)
                json_push(facts, fact_json(fact_readers[i]));
        json_set(json, "checks", checks);
        json_set(json, "facts", facts);
        json_set(json, "refused", json_must(json_deep_copy(c->refused)));
        return json;
}
