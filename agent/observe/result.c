/* SPDX-License-Identifier: EUPL-1.2 */
/* A result written down: findings with the evidence that their nodes carry. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "observe/context.h"

#define OVERRIDES_MOST 5 /* named in a note; the rest is counted */

static const char *const status_names[] = {
        [BIO_NA] = "na", [BIO_PASS] = "pass", [BIO_MANUAL] = "manual", [BIO_ERROR] = "error", [BIO_FAIL] = "fail",
};
static const char *const aspect_names[] = {[BIO_EXISTENCE] = "existence", [BIO_OPERATION] = "operation"};
static const struct {
        enum bio_basis bit;
        const char *name;
} bases[] = {{BIO_DISK, "disk"}, {BIO_RUNNING, "running"}, {BIO_PERIOD, "period"}};

/* Worst first. */
static const enum bio_status by_severity[] = {BIO_FAIL, BIO_ERROR, BIO_MANUAL, BIO_PASS, BIO_NA};

/* For what is safe text already. */
static json_t *string(const char *safe)
{
        return json_must(json_string(safe));
}

static json_t *safe(const char *bytes)
{
        return json_safe_string(bytes, strlen(bytes));
}

static void add_bounded(struct text *t, const char *text)
{
        size_t length = strlen(text), cut = length;

        if (length > TEXT_MOST) {
                cut = TEXT_MOST;
                while (cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80)
                        cut--;
        }
        text_append(t, text, cut);
        if (cut < length)
                text_printf(t, "… (%zu bytes more)", length - cut);
}

static json_t *value_of(const struct bio_node *node)
{
        _cleanup_free_ char *value = tree_value_text(node);
        _cleanup_text_ struct text bounded = {0};

        add_bounded(&bounded, value);
        return string(text_string(&bounded));
}

/* A value in a list stands under the list's key. */
static const char *key_of(const struct bio_node *node)
{
        for (; node; node = tree_parent(node))
                if (tree_key(node))
                        return tree_key(node);
        return NULL;
}

static void separate(struct text *t)
{
        if (t->length > 0)
                text_add(t, "; ");
}

static void add_overridden(struct text *t, const struct bio_node *node)
{
        size_t count = tree_overrode_count(node), shown = count < OVERRIDES_MOST ? count : OVERRIDES_MOST;

        for (size_t i = 0; i < shown; i++) {
                const struct bio_node *loser = tree_overrode_at(node, i);
                _cleanup_free_ char *value = tree_value_text(loser);
                const char *source = tree_source(loser);

                separate(t);
                text_add(t, "overrides ");
                if (source)
                        text_add_safe(t, source, strlen(source));
                if (tree_line(loser))
                        text_printf(t, ":%u", tree_line(loser));
                text_add(t, " (");
                add_bounded(t, value);
                text_add(t, ")");
        }
        if (count > shown)
                text_printf(t, "; and %zu more", count - shown);
}

static void set_note(json_t *evidence, const struct bio_node *node, const char *also)
{
        _cleanup_text_ struct text note = {0};
        const char *own = tree_note_of(node);

        if (also)
                text_add(&note, also);
        if (own) {
                separate(&note);
                text_add_safe(&note, own, strlen(own));
        }
        add_overridden(&note, node);
        if (note.length > 0)
                json_set(evidence, "note", string(text_string(&note)));
}

/* `note` is the finding's own, where this piece is to carry it. */
static json_t *piece_json(const struct piece *piece, const char *note)
{
        json_t *evidence = json_must(json_object()), *personal;
        const struct bio_node *node = piece->node;
        const char *key = key_of(node);

        if (tree_source(node))
                json_set(evidence, "source", safe(tree_source(node)));
        if (tree_line(node))
                json_set(evidence, "line", json_must(json_integer(tree_line(node))));
        if (key)
                json_set(evidence, "key", safe(key));
        json_set(evidence, "actual", value_of(node));
        if (piece->expected)
                json_set(evidence, "expected", string(piece->expected));
        json_set(evidence, "decides", json_boolean(piece->decides));
        set_note(evidence, node, note);
        if (tree_class_of(node) == BIO_PERSONAL) {
                personal = json_must(json_array());
                json_push(personal, string("actual"));
                /* What was overridden, and what a reader remarked, is of the same kind. */
                if (json_object_get(evidence, "note"))
                        json_push(personal, string("note"));
                json_set(evidence, "_personal", personal);
        }
        return evidence;
}

static json_t *note_json(const char *note)
{
        json_t *evidence = json_must(json_object());

        json_set(evidence, "decides", json_true());
        json_set(evidence, "note", string(note));
        return evidence;
}

/* Deciding pieces first; the finding's note goes with the first of them, or stands alone. */
static json_t *evidence_json(const struct bio_finding *finding)
{
        json_t *list = json_must(json_array());
        const char *note = finding->note;

        for (int decides = 1; decides >= 0; decides--)
                for (const struct piece *piece = finding->pieces; piece; piece = piece->next)
                        if (piece->decides == decides) {
                                json_push(list, piece_json(piece, decides ? note : NULL));
                                if (decides)
                                        note = NULL;
                        }
        if (note && *note)
                json_array_insert_new(list, 0, note_json(note));
        return list;
}

static json_t *finding_json(const struct bio_finding *finding)
{
        json_t *json = json_must(json_object()), *personal;

        json_set(json, "subject", string(finding->subject->text));
        json_set(json, "status", string(status_names[finding->status]));
        json_set(json, "evidence", evidence_json(finding));
        if (finding->subject->class == BIO_PERSONAL) {
                personal = json_must(json_array());
                json_push(personal, string("subject"));
                json_set(json, "_personal", personal);
        }
        return json;
}

static enum bio_status worst(const struct context *c)
{
        for (size_t i = 0; i < ELEMENTS(by_severity); i++)
                if (c->findings[by_severity[i]].count > 0)
                        return by_severity[i];
        return BIO_ERROR;
}

/* All that are not pass, worst first, up to the bound; of a result that passes, some of what made it pass. */
static json_t *findings_json(const struct context *c, enum bio_status status)
{
        json_t *list = json_must(json_array());

        for (size_t i = 0; i < ELEMENTS(by_severity); i++) {
                const struct findings *findings = &c->findings[by_severity[i]];

                if (by_severity[i] == BIO_PASS && status != BIO_PASS)
                        continue;
                for (size_t j = 0; j < findings->kept && json_array_size(list) < FINDINGS_MOST; j++)
                        json_push(list, finding_json(findings->items[j]));
        }
        return list;
}

static json_t *counts_json(const struct context *c)
{
        json_t *counts = json_must(json_object());

        for (size_t i = 0; i < ELEMENTS(by_severity); i++)
                if (c->findings[by_severity[i]].count > 0)
                        json_set(counts, status_names[by_severity[i]],
                                 json_must(json_integer((json_int_t)c->findings[by_severity[i]].count)));
        return counts;
}

static json_t *basis_json(unsigned basis)
{
        json_t *list = json_must(json_array());

        for (size_t i = 0; i < ELEMENTS(bases); i++)
                if (basis & (unsigned)bases[i].bit)
                        json_push(list, string(bases[i].name));
        return list;
}

static json_t *moment_json(int64_t moment)
{
        char text[MOMENT_TEXT];

        moment_format(moment, text);
        return string(text);
}

json_t *result_json(const struct context *c, json_t *with, uint64_t duration_us)
{
        json_t *result = json_must(json_object());
        enum bio_status status = worst(c);

        json_set(result, "check", safe(c->check->id));
        json_set(result, "with", with);
        json_set(result, "status", string(status_names[status]));
        json_set(result, "aspect", string(aspect_names[c->check->aspect]));
        json_set(result, "basis", basis_json(c->basis));
        json_set(result, "observed_at", moment_json(c->now));
        json_set(result, "max_age", safe(c->check->max_age));
        json_set(result, "changes_at", c->changes_at == NO_MOMENT ? json_null() : moment_json(c->changes_at));
        json_set(result, "because", c->because ? string(c->because) : json_null());
        json_set(result, "counts", counts_json(c));
        json_set(result, "findings", findings_json(c, status));
        json_set(result, "duration_us", json_must(json_integer((json_int_t)duration_us)));
        return result;
}
