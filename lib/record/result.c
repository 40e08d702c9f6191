/* SPDX-License-Identifier: EUPL-1.2 */
/* When two results are the same. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "record/record.h"

char *result_identity(const json_t *result)
{
        const json_t *with = json_object_get(result, "with");
        const char *check = json_member_string(result, "check");
        _cleanup_free_ char *parameters = NULL;

        if (!check)
                check = "";
        if (json_object_size(with) == 0)
                return must_strdup(check);
        parameters = json_sorted_text(with);
        return must_printf("%s%s", check, parameters);
}

static void take_member(json_t *to, const json_t *from, const char *name)
{
        json_t *value = json_object_get(from, name);

        /* An absent member and null say the same. */
        json_set(to, name, value ? json_incref(value) : json_null());
}

/* A finding reduced to what is compared: not lines, notes, times, nor evidence that did not decide. */
static char *finding_essence(const json_t *finding)
{
        _cleanup_json_ json_t *essence = json_must(json_object());
        const json_t *evidence = json_object_get(finding, "evidence"), *piece;
        json_t *deciding = json_must(json_array());
        size_t i;

        json_set(essence, "deciding", deciding);
        take_member(essence, finding, "subject");
        take_member(essence, finding, "status");
        take_member(essence, finding, "judgement");
        json_array_foreach (evidence, i, piece) {
                json_t *reduced;

                if (!json_is_true(json_object_get(piece, "decides")))
                        continue;
                reduced = json_must(json_object());
                take_member(reduced, piece, "source");
                take_member(reduced, piece, "key");
                take_member(reduced, piece, "actual");
                take_member(reduced, piece, "expected");
                json_push(deciding, reduced);
        }
        return json_sorted_text(essence);
}

static int by_text(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The findings' order says nothing. */
static char *findings_essence(const json_t *findings)
{
        _cleanup_text_ struct text t = {0};
        size_t count = json_array_size(findings), i;
        char **essences = must_alloc((count + 1) * sizeof(*essences));

        for (i = 0; i < count; i++)
                essences[i] = finding_essence(json_array_get(findings, i));
        qsort(essences, count, sizeof(*essences), by_text);
        for (i = 0; i < count; i++) {
                text_add(&t, essences[i]);
                text_add_char(&t, '\n'); /* stands in no JSON text */
                free(essences[i]);
        }
        free(essences);
        return text_take(&t);
}

bool result_same(const json_t *a, const json_t *b)
{
        _cleanup_free_ char *identity_a = result_identity(a), *identity_b = result_identity(b), *findings_a = NULL,
                            *findings_b = NULL;

        if (!streq(identity_a, identity_b) || !streq(json_member_string(a, "status"), json_member_string(b, "status")))
                return false;
        findings_a = findings_essence(json_object_get(a, "findings"));
        findings_b = findings_essence(json_object_get(b, "findings"));
        return streq(findings_a, findings_b);
}
