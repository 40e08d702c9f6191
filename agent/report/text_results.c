/* SPDX-License-Identifier: EUPL-1.2 */
/* A result, or several of one cause: what was found, what it bears on, and the fix. */
#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "record/record.h"
#include "report/text_parts.h"
#include "texts/texts.h"

#define LABEL         9   /* "bears on ", "oorzaak  " */
#define FINDINGS_MOST 3   /* shown of one result unless verbose */
#define ACTUAL_MOST   100 /* bytes of a value */
#define RISK_MOST     140
#define COMMANDS_MOST 4 /* lines of a fix; a longer one is for `explain` */

static const char *title_in(const struct text_report *w, const json_t *title)
{
        return view_title(title, w->options->language);
}

static char *text_in(const struct text_report *w, const json_t *object, const char *key)
{
        return view_text(json_member_string(object, key), w->options->language);
}

static void write_field(const struct text_report *w, enum report_string label, const char *s)
{
        layout_field(w->out, w->width, TEXT_INDENT, LABEL, text_word(w, label), s);
}

/* ---- findings ---- */

/* A long value is cut: the whole of it is for --verbose. */
static void add_value(const struct text_report *w, struct text *t, const char *value)
{
        size_t n = strlen(value);

        if (w->all || n <= ACTUAL_MOST) {
                text_add(t, value);
                return;
        }
        n = ACTUAL_MOST;
        while (n > 0 && ((unsigned char)value[n] & 0xc0) == 0x80)
                n--;
        text_append(t, value, n);
        text_add(t, "…");
}

/* What is not known is not compared with what it should be. */
static bool is_unknown(const char *actual)
{
        return actual && (starts_with(actual, "(unreadable: ") || starts_with(actual, "(undecidable: "));
}

/* "/etc/ssh/sshd_config:12  PermitRootLogin: yes, expected no; why". Without its place where that is `told`. */
static char *evidence_text(const struct text_report *w, const json_t *evidence, bool told)
{
        _cleanup_free_ char *actual = text_in(w, evidence, "actual"), *expected = text_in(w, evidence, "expected");
        _cleanup_free_ char *note = text_in(w, evidence, "note"), *source = text_in(w, evidence, "source");
        const char *key = texts_key(json_member_string(evidence, "key"), w->options->language == REPORT_NL);
        const bool absent = streq(json_member_string(evidence, "actual"), "(absent)");
        json_int_t line = json_member_integer(evidence, "line", 0);
        _cleanup_text_ struct text t = {0};

        if (source && !told)
                text_add(&t, source);
        if (source && line > 0 && !told)
                text_printf(&t, ":%lld", (long long)line);
        if (key)
                text_printf(&t, "%s%s", t.length ? "  " : "", key);
        /* Of what is simply not there, the note says what that means; and a list has no value. */
        if (actual && (*actual || key) && !(absent && note && !source && !key)) {
                text_add(&t, key ? ": " : t.length ? "  " : "");
                add_value(w, &t, *actual ? actual : "\"\"");
        }
        if (expected && !is_unknown(json_member_string(evidence, "actual")))
                text_printf(&t, "%s%s %s", t.length ? ", " : "", text_word(w, STRING_EXPECTED),
                            streq(json_member_string(evidence, "expected"), "(absent)") ? text_word(w, STRING_NONE)
                                                                                        : expected);
        if (note && *note)
                text_printf(&t, "%s%s", t.length ? "; " : "", note);
        return text_take(&t);
}

/* Whether the subject is the file that the evidence comes from. */
static bool is_told(const char *subject, const json_t *evidence)
{
        const char *source = json_member_string(evidence, "source");

        return subject && source && starts_with(subject, "file:") && streq(subject + strlen("file:"), source);
}

static bool is_shown(const struct text_report *w, const json_t *evidence)
{
        return w->all || json_is_true(json_object_get(evidence, "decides"));
}

/* "file:/etc/login.defs:97 (error)": with the line where it is a file's, and what it is unless that is the result's. */
static void add_subject(const struct text_report *w, struct text *t, const json_t *finding, enum bio_status of_result)
{
        const char *subject = json_member_string(finding, "subject");
        enum bio_status status = view_status(finding, "status");
        json_t *evidence;
        size_t i;

        text_add(t, subject && *subject ? subject : "-");
        json_array_foreach (json_object_get(finding, "evidence"), i, evidence) {
                json_int_t line = json_member_integer(evidence, "line", 0);

                if (!is_shown(w, evidence))
                        continue;
                if (is_told(subject, evidence) && line > 0)
                        text_printf(t, ":%lld", (long long)line);
                break;
        }
        if (status != of_result)
                text_printf(t, " (%s)", report_status_word(status_name(status), w->options->language));
}

/* What decided first stands beside the subject, the rest below; a result that did not fail has just the first. */
static void write_finding(const struct text_report *w, const json_t *finding, enum bio_status of_result, size_t others)
{
        const char *subject = json_member_string(finding, "subject");
        _cleanup_text_ struct text t = {0};
        unsigned indent = TEXT_INDENT;
        json_t *evidence;
        size_t i;

        add_subject(w, &t, finding, of_result);
        json_array_foreach (json_object_get(finding, "evidence"), i, evidence) {
                const bool first = indent == TEXT_INDENT;
                _cleanup_free_ char *line = NULL;

                if (!is_shown(w, evidence) || (!w->all && of_result < BIO_FAIL && !first))
                        continue;
                line = evidence_text(w, evidence, first && is_told(subject, evidence));
                text_printf(&t, "%s%s", first && *line ? "  " : "", line);
                if (others > 0) {
                        _cleanup_free_ char *more =
                                report_fill_counts(STRING_AND_MORE, w->options->language, &others, 1);

                        text_printf(&t, "; %s", more);
                        others = 0;
                }
                layout_spaces(w->out, indent);
                layout_wrap(w->out, w->width, TEXT_INDENT + 2, indent, text_string(&t));
                text_clear(&t);
                indent = TEXT_INDENT + 2;
        }
        if (t.length == 0)
                return;
        layout_spaces(w->out, TEXT_INDENT);
        layout_wrap(w->out, w->width, TEXT_INDENT + 2, TEXT_INDENT, text_string(&t));
}

/* Those that made the result what it is, each in its order; the others are a number, or follow when asked. */
static void write_findings(const struct text_report *w, const json_t *result, size_t most)
{
        const json_t *findings = json_object_get(result, "findings"), *counts = json_object_get(result, "counts");
        enum bio_status worst = view_status(result, "status");
        size_t shown = 0, total = 0, same;

        for (int s = BIO_FAIL; s >= BIO_NA; s--) {
                json_t *finding;
                size_t i;

                if ((enum bio_status)s <= BIO_PASS && (enum bio_status)s < worst && !w->all)
                        continue;
                same = (size_t)json_member_integer(counts, status_name((enum bio_status)s), 1);
                same = same > 0 ? same : 1;
                total += (size_t)json_member_integer(counts, status_name((enum bio_status)s), 0);
                json_array_foreach (findings, i, finding) {
                        if (view_status(finding, "status") != (enum bio_status)s ||
                            (!w->all && (shown >= most || (enum bio_status)s != worst)))
                                continue;
                        write_finding(w, finding, worst, !w->all && worst < BIO_FAIL && most == 1 ? same - 1 : 0);
                        shown++;
                }
        }
        if (total > shown && most > 1) {
                _cleanup_free_ char *more =
                        report_fill_counts(w->all ? STRING_COUNTED_FINDINGS : STRING_MORE_FINDINGS,
                                           w->options->language, (const size_t[]){total - shown}, 1);

                layout_spaces(w->out, TEXT_INDENT);
                layout_wrap(w->out, w->width, TEXT_INDENT, TEXT_INDENT, more);
        }
}

/* ---- the fix ---- */

static size_t count_lines(const char *s)
{
        size_t n = s && *s ? 1 : 0;

        for (; s && *s; s++)
                n += *s == '\n' && s[1];
        return n;
}

/* A command that means the same behind "&&": words, and nothing that the shell would read another way. */
static bool is_plain(const char *command, size_t length)
{
        for (size_t i = 0; i < length; i++)
                if (!isalnum((unsigned char)command[i]) && !strchr(" /._=:@,+-", command[i]))
                        return false;
        return length > 0;
}

/* Returns the label of what follows. */
static const char *write_command(const struct text_report *w, const char *label, const char *line)
{
        layout_command(w->out, w->width, TEXT_INDENT, LABEL, label, line);
        return "";
}

/* Each line of `commands`; plain ones that fit on one line are joined, so that one stops at the failure of another. */
static const char *write_commands(const struct text_report *w, const char *label, const char *commands)
{
        _cleanup_text_ struct text line = {0};
        bool plain = false;

        while (commands && *commands) {
                size_t n = strcspn(commands, "\n");
                bool own = is_plain(commands, n);

                if (line.length > 0 && plain && own && !w->all &&
                    TEXT_INDENT + LABEL + line.length + 4 + n <= w->width) {
                        text_add(&line, " && ");
                } else if (line.length > 0) {
                        label = write_command(w, label, text_string(&line));
                        text_clear(&line);
                }
                text_append(&line, commands, n);
                plain = own;
                commands += n + (commands[n] == '\n');
        }
        return line.length > 0 ? write_command(w, label, text_string(&line)) : label;
}

/* Its first sentence (of a long one the clause before a semicolon), and those after it that two lines hold too. */
static char *shortened(const char *risk)
{
        const char *end = risk, *clause = strstr(risk, "; ");

        while (*end) {
                const char *stop = strstr(end, ". ");

                stop = stop ? stop + 1 : end + strlen(end);
                if (stop - risk > RISK_MOST && end > risk)
                        break;
                if (stop - risk > RISK_MOST && clause && clause < stop)
                        return must_printf("%.*s.", (int)(clause - risk), risk);
                end = stop + strspn(stop, " ");
        }
        return must_strndup(risk, (size_t)(end - risk));
}

static char *commands_in(const struct text_report *w, const json_t *fix, const char *key)
{
        return view_commands(json_member_string(fix, key), w->options->language);
}

static void write_fix(const struct text_report *w, const json_t *result)
{
        const json_t *fix = json_object_get(view_descriptor(w->report, result), "fix");
        _cleanup_free_ char *commands = commands_in(w, fix, "commands"), *reload = commands_in(w, fix, "reload");
        _cleanup_free_ char *undo = commands_in(w, fix, "undo");
        const char *risk = title_in(w, json_object_get(fix, "risk")), *check = json_member_string(result, "check");
        _cleanup_free_ char *first = shortened(risk);
        _cleanup_text_ struct text all = {0};

        if (w->all) {
                (void)write_commands(w, text_word(w, STRING_FIX), commands);
                (void)write_commands(w, text_word(w, STRING_RELOAD), reload);
                if (*risk)
                        write_field(w, STRING_RISK, risk);
                (void)write_commands(w, text_word(w, STRING_UNDO), undo);
                return;
        }
        if (count_lines(commands) + count_lines(reload) > COMMANDS_MOST) {
                text_printf(&all, "bioagent explain %s", check ? check : "?");
        } else {
                text_printf(&all, "%s%s%s", commands ? commands : "", commands && reload ? "\n" : "",
                            reload ? reload : "");
        }
        (void)write_commands(w, text_word(w, STRING_FIX), text_string(&all));
        if (*risk)
                write_field(w, STRING_RISK, first);
}

/* ---- what it bears on ---- */

/* Verbose: "bio2:5.16.02/shared, …"; else the numbers of measures, as the table has them: "5.16.02, 0-org-11". */
static void add_measures(const struct text_report *w, const struct view_group *g, struct text *list)
{
        _cleanup_json_ json_t *seen = json_must(json_object());

        for (size_t i = 0; i < g->count; i++) {
                json_t *reference;
                size_t j;

                json_array_foreach (json_object_get(g->results[i], "measures"), j, reference) {
                        const char *s = json_string_value(reference), *colon;
                        _cleanup_free_ char *measure = s ? must_strndup(s, w->all ? strlen(s) : strcspn(s, "/")) : NULL;

                        if (!measure || json_object_get(seen, measure))
                                continue;
                        json_set(seen, measure, json_true());
                        colon = w->all ? NULL : strchr(measure, ':');
                        text_printf(list, "%s%s", list->length ? ", " : "", colon ? colon + 1 : measure);
                }
        }
}

/* Beside what it is, where there is place for it; else on a line of its own. */
static char *with_measures(const struct text_report *w, const char *line, size_t before, struct text *measures)
{
        char *both = NULL;

        if (w->all || measures->length == 0)
                return must_strdup(line);
        both = must_printf("%s  (%s)", line, text_string(measures));
        if (before + layout_columns(both) <= w->width) {
                text_clear(measures);
                return both;
        }
        free(both);
        return must_strdup(line);
}

/* ---- groups ---- */

/* The status, what it is about, and the measures. */
static void write_line(const struct text_report *w, const struct view_group *g, const char *line, struct text *measures)
{
        const char *label = report_status_word(status_name(g->status), w->options->language);
        const size_t at = layout_columns(label) + 2;
        _cleanup_free_ char *whole = with_measures(w, line, at, measures);

        text_paint_status(w, g->status);
        layout_clean(w->out, label);
        text_end_paint(w);
        text_add(w->out, "  ");
        layout_wrap(w->out, w->width, TEXT_INDENT, at, whole);
}

/* "passwords.max-age term=P6M": what a policy asks otherwise than by default tells two results of one check apart. */
static char *check_name(const json_t *result)
{
        const char *check = json_member_string(result, "check");
        _cleanup_free_ char *with = view_with(result);

        return must_printf("%s%s%s", check ? check : "?", *with ? " " : "", with);
}

static const char *check_title(const struct text_report *w, const json_t *result)
{
        return title_in(w, json_object_get(view_descriptor(w->report, result), "title"));
}

static unsigned max_columns(unsigned columns, const char *s)
{
        size_t own = s ? layout_columns(s) : 0;

        return own > columns ? (unsigned)own : columns;
}

/* The reason of a node that is not known stands between brackets in evidence. */
static char *cause_text(const struct text_report *w, const char *cause)
{
        _cleanup_free_ char *text = view_text(cause, w->options->language);
        size_t length = strlen(text);

        if (length > 2 && text[0] == '(' && text[length - 1] == ')')
                return must_strndup(text + 1, length - 2);
        return TAKE_PTR(text);
}

/* One cause: said once, with the checks that it decides, and the fix of the most severe. */
static void write_shared_cause(const struct text_report *w, const struct view_group *g, struct text *measures)
{
        _cleanup_free_ char *cause = cause_text(w, g->cause), *number = must_printf("%zu", g->count);
        _cleanup_free_ char *head =
                report_fill(STRING_CAUSE_CHECKS, w->options->language, (const char *const[]){cause, number}, 2);
        unsigned columns = 1;

        write_line(w, g, head, measures);
        for (size_t i = 0; i < g->count; i++) {
                _cleanup_free_ char *check = check_name(g->results[i]);

                columns = max_columns(columns, check);
        }
        for (size_t i = 0; i < g->count; i++) {
                _cleanup_free_ char *check = check_name(g->results[i]);

                layout_field(w->out, w->width, TEXT_INDENT, columns + 2, check, check_title(w, g->results[i]));
        }
}

/* A cause says most by itself; one finding shows it. */
static void write_one(const struct text_report *w, const struct view_group *g, struct text *measures)
{
        _cleanup_free_ char *check = check_name(g->results[0]);
        _cleanup_free_ char *because = text_in(w, g->results[0], "because");
        _cleanup_free_ char *line = must_printf("%s  %s%s%s", check, check_title(w, g->results[0]), because ? ": " : "",
                                                because ? because : "");

        write_line(w, g, line, measures);
        write_findings(w, g->results[0], (because || g->status < BIO_FAIL) && !w->all ? 1 : FINDINGS_MOST);
}

void text_write_group(const struct text_report *w, const struct view_group *g)
{
        _cleanup_text_ struct text measures = {0};

        add_measures(w, g, &measures);
        if (g->count > 1)
                write_shared_cause(w, g, &measures);
        else
                write_one(w, g, &measures);
        if (measures.length > 0)
                write_field(w, STRING_BEARS_ON, text_string(&measures));
        if (g->status == BIO_FAIL)
                write_fix(w, g->results[0]);
}
