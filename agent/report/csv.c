/* SPDX-License-Identifier: EUPL-1.2 */
/* `--format csv` (RFC 4180, UTF-8): a line for each finding and each part of a measure that it bears on. Column names,
 * statuses and severities are those of a record in every language, so that a sheet made of one report reads another. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "report/view.h"
#include "report/writers.h"

static const char header[] =
        "host,made,measure,part,measure_title,check,with,check_title,severity,result,subject,status,source,"
        "line,key,actual,expected,note,because,basis\r\n";

/* What of a line is the same for all of a result's. */
struct row {
        const char *host, *made, *check, *with, *title, *severity, *result, *because, *basis;
};

/* Always quoted. A cell that a spreadsheet would take for a formula begins with an apostrophe; what nobody sees in it
 * stands as \xHH. */
static void add_cell(struct text *out, const char *s, bool last)
{
        text_add_char(out, '"');
        if (s && *s && strchr("=+-@\t\r\n", *s))
                text_add_char(out, '\'');
        while (s && *s) {
                const unsigned char c = (unsigned char)*s;
                const size_t unseen = text_add_unseen(out, s);

                if (c == '"')
                        text_add(out, "\"\"");
                else if (unseen == 0)
                        text_add_char(out, (c < 0x20 && !strchr("\t\r\n", c)) || c == 0x7f ? '?' : (char)c);
                s += unseen ? unseen : 1;
        }
        text_add(out, last ? "\"\r\n" : "\",");
}

/* What a deciding piece says besides the first one, in one cell. */
static void add_further(struct text *note, const struct report_options *o, const json_t *evidence)
{
        static const char *const members[] = {"source", "key", "actual", "expected", "note"};
        _cleanup_text_ struct text piece = {0};

        for (size_t i = 0; i < ELEMENTS(members); i++) {
                _cleanup_free_ char *s = view_text(json_member_string(evidence, members[i]), o->language);

                if (s && *s)
                        text_printf(&piece, "%s%s", piece.length ? " " : "", s);
        }
        text_printf(note, "%s%s", note->length ? " | " : "", text_string(&piece));
}

static const json_t *decisive(const json_t *finding, size_t nth)
{
        json_t *evidence;
        size_t i;

        json_array_foreach (json_object_get(finding, "evidence"), i, evidence)
                if (json_is_true(json_object_get(evidence, "decides")) && nth-- == 0)
                        return evidence;
        return NULL;
}

static void add_line(struct text *out, const struct report *r, const struct report_options *o, const struct row *row,
                     const json_t *finding, const char *reference)
{
        const json_t *first = decisive(finding, 0), *further;
        _cleanup_free_ char *measure = reference ? must_strndup(reference, strcspn(reference, "/")) : must_strdup("");
        const char *part = reference ? strchr(reference, '/') : NULL;
        _cleanup_free_ char *actual = view_text(json_member_string(first, "actual"), o->language);
        _cleanup_free_ char *expected = view_text(json_member_string(first, "expected"), o->language);
        _cleanup_free_ char *source = view_text(json_member_string(first, "source"), o->language);
        _cleanup_free_ char *own = view_text(json_member_string(first, "note"), o->language);
        _cleanup_text_ struct text note = {0}, line = {0};
        json_int_t number = json_member_integer(first, "line", 0);

        text_add(&note, own ? own : "");
        for (size_t i = 1; (further = decisive(finding, i)); i++)
                add_further(&note, o, further);
        if (number > 0)
                text_printf(&line, "%lld", (long long)number);
        add_cell(out, row->host, false);
        add_cell(out, row->made, false);
        add_cell(out, measure, false);
        add_cell(out, part ? part + 1 : "", false);
        add_cell(out, view_title(json_object_get(r->titles, measure), o->language), false);
        add_cell(out, row->check, false);
        add_cell(out, row->with, false);
        add_cell(out, row->title, false);
        add_cell(out, row->severity, false);
        add_cell(out, row->result, false);
        add_cell(out, json_member_string(finding, "subject"), false);
        add_cell(out, json_member_string(finding, "status"), false);
        add_cell(out, source, false);
        add_cell(out, text_string(&line), false);
        add_cell(out, json_member_string(first, "key"), false);
        add_cell(out, actual, false);
        add_cell(out, expected, false);
        add_cell(out, text_string(&note), false);
        add_cell(out, row->because, false);
        add_cell(out, row->basis, true);
}

static void add_result(struct text *out, const struct report *r, const struct report_options *o, const json_t *result)
{
        const json_t *descriptor = view_descriptor(r, result), *references = json_object_get(result, "measures");
        _cleanup_free_ char *because = view_text(json_member_string(result, "because"), o->language);
        _cleanup_free_ char *with = view_with(result);
        _cleanup_text_ struct text basis = {0};
        struct row row = {
                .host = json_member_string(json_object_get(r->payload, "host"), "name"),
                .made = json_member_string(r->payload, "made"),
                .check = json_member_string(result, "check"),
                .with = with,
                .title = view_title(json_object_get(descriptor, "title"), o->language),
                .severity = json_member_string(descriptor, "severity"),
                .result = json_member_string(result, "status"),
                .because = because,
        };
        json_t *item, *reference;
        size_t i, j;

        json_array_foreach (json_object_get(result, "basis"), i, item)
                if (json_is_string(item))
                        text_printf(&basis, "%s%s", basis.length ? " " : "", json_string_value(item));
        row.basis = text_string(&basis);
        json_array_foreach (json_object_get(result, "findings"), i, item) {
                if (json_array_size(references) == 0)
                        add_line(out, r, o, &row, item, NULL);
                json_array_foreach (references, j, reference)
                        add_line(out, r, o, &row, item, json_string_value(reference));
        }
}

int report_write_csv(const struct report *r, const struct report_options *o, struct text *out)
{
        json_t *result;
        size_t i;

        text_add(out, header);
        json_array_foreach (json_object_get(r->payload, "results"), i, result)
                add_result(out, r, o, result);
        return 0;
}
