/* SPDX-License-Identifier: EUPL-1.2 */
#include "report/strings.h"

#include "base/memory.h"
#include "base/term.h"

static const struct {
        const char *nl, *en;
} strings[STRING_COUNT] = {
        [STRING_READ_ONLY] = {"bioagent {1}, alleen lezend: {2} ({3}), als {4}.",
                              "bioagent {1}, read-only: {2} ({3}), as {4}."},
        [STRING_OFFLINE_ROOT] = {"Een uitgepakt systeem: wat alleen een draaiend systeem toont, is niet gezien.",
                                 "An unpacked system: what only a running one shows was not seen."},
        [STRING_POLICIES] = {"Beleid:", "Policies:"},
        [STRING_EXPECTED] = {"verwacht", "expected"},
        [STRING_NONE] = {"geen", "none"},
        [STRING_LICENCE] = {"licentie", "licence"},
        [STRING_BEARS_ON] = {"raakt", "bears on"},
        [STRING_FIX] = {"herstel", "fix"},
        [STRING_RELOAD] = {"laad", "reload"},
        [STRING_RISK] = {"let op", "risk"},
        [STRING_UNDO] = {"terug", "undo"},
        [STRING_AND_MORE] = {"en nog {1}", "and {1} more"},
        [STRING_MORE_FINDINGS] = {"en nog {1} (--verbose toont alle)", "and {1} more (--verbose shows all)"},
        [STRING_COUNTED_FINDINGS] = {"en nog {1}, alleen geteld", "and {1} more, counted only"},
        [STRING_MEASURE] = {"Maatregel", "Measure"},
        [STRING_ANSWER] = {"Techniek", "Technical"},
        [STRING_ORGANISATION] = {"Antwoorden van de organisatie", "The organisation's answers"},
        [STRING_EXAMINED] = {"Onderdelen onderzocht", "Parts examined"},
        [STRING_N_OF_M] = {"{1} van {2}", "{1} of {2}"},
        [STRING_REST_HOST] = {"niet onderzocht:", "not examined:"},
        [STRING_REST_ORGANISATION] = {"aan de organisatie:", "the organisation's:"},
        [STRING_NO_DEVIATION] = {"geen afwijking gevonden in de {1} van {2} onderzochte onderdelen",
                                 "no deviation found in the {1} of {2} parts examined"},
        [STRING_SUMMARY] =
                {"Uitkomsten: {1} ({2} met afwijking, {3} onbepaald, {4} te beoordelen, {5} goed, {6} n.v.t.)",
                 "Results: {1} ({2} failed, {3} not established, {4} to judge, {5} passed, {6} n/a)"},
        [STRING_ADVICE] = {"Advies (hardening): {2} van {1} met afwijking; --policy hardening toont ze.",
                           "Advice (hardening): {2} of {1} failed; --policy hardening shows them."},
        [STRING_FOR_ROOT] = {"Controles die alleen root kan doen: {1}. Met sudo ziet bioagent ook die.",
                             "Checks that only root can do: {1}. With sudo, bioagent sees those too."},
        [STRING_EXPLAIN] = {"Voor herstel: \"bioagent explain CONTROLE\" noemt elk risico en de weg terug.",
                            "Before a fix: \"bioagent explain CHECK\" tells every risk, and how to undo it."},
        [STRING_CAUSE_CHECKS] = {"{1}: {2} controles", "{1}: {2} checks"},
        [STRING_TAILORED] = {"aangepast", "tailored"},
        [STRING_NOTHING_EXAMINED] = {"niets onderzocht:", "nothing examined:"},
        [STRING_HOST_NOT_NEEDED] = {"niet door een host te tonen:", "not for a host to show:"},
        [STRING_LIMITS] = {"Eén host, nu; de officiële tekst telt. Zie {1}",
                           "One host, now; the official texts count. See {1}"},
        [STRING_NOTHING_FAILED] = {"Geen afwijking, en niets dat niet vast te stellen was.",
                                   "Nothing failed, and nothing could not be established."},
        [STRING_NO_CHECKS] = {"Er was niets te controleren.", "There was nothing to check."},
        [STRING_KIND] = {"soort", "kind"},
        [STRING_COVERAGE] = {"dekking", "coverage"},
        [STRING_SOURCE] = {"bron", "source"},
        [STRING_OFFICIAL_TEXT] = {"Dit is een omschrijving; de officiële tekst beslist.",
                                  "This is a paraphrase; the official text decides."},
        [STRING_REFERENCES] = {"verwijst", "refers to"},
        [STRING_PARTS] = {"Onderdelen", "Parts"},
        [STRING_BY_HOST] = {"host", "host"},
        [STRING_BY_ORGANISATION] = {"organisatie", "organisation"},
        [STRING_NO_CHECK_YET] = {"nog geen controle: handmatig, niet onderzocht", "no check yet: manual, not examined"},
        [STRING_CONFIRMS] = {"bevestigt of weerlegt", "confirms or refutes"},
        [STRING_REFUTES] = {"kan alleen weerleggen", "can only refute"},
        [STRING_ATTEST] = {"Verklaring van {1}, geldig {2}", "Attestation by {1}, valid {2}"},
        [STRING_WHY] = {"waarom", "why"},
        [STRING_SEVERITY] = {"ernst", "severity"},
        [STRING_ASPECT] = {"aspect", "aspect"},
        [STRING_MAX_AGE] = {"houdbaar", "good for"},
        [STRING_USES] = {"feiten", "facts"},
        [STRING_PARAMETERS] = {"parameters", "parameters"},
        [STRING_DEFAULT] = {"standaard", "default"},
        [STRING_ORIGIN] = {"herkomst", "origin"},
        [STRING_APPLIES_WHEN] = {"geldt bij", "applies when"},
        [STRING_ROLLS_UP] = {"Rust op deze maatregelen", "Rests on these measures"},
        [STRING_MEASURES] = {"Maatregelen", "Measures"},
        [STRING_VERSION] = {"versie", "version"},
        [STRING_FILE] = {"bestand", "file"},
};

static const struct {
        const char *word, *nl, *en;
} statuses[] =
        {
                {"fail", "afwijking", "fail"}, {"error", "onbepaald", "error"}, {"manual", "handmatig", "manual"},
                {"pass", "goed", "pass"},      {"na", "n.v.t.", "n/a"},
},
  answers[] =
          {
                  {"open", "open", "open"},
                  {"attested", "verklaard", "attested"},
                  {"not-needed", "niet nodig", "not needed"},
},
  words[] = {
          {"government-measure", "overheidsmaatregel", "government measure"},
          {"control", "beheersmaatregel", "control"},
          {"measure", "maatregel", "measure"},
          {"requirement", "vereiste", "requirement"},
          {"advice", "advies", "advice"},
          {"host", "een host kan het laten zien", "a host can show it"},
          {"partly", "een host kan een deel laten zien", "a host can show part of it"},
          {"organisation", "alleen de organisatie kan het laten zien", "only the organisation can show it"},
          {"text", "de tekst zelf", "the text itself"},
          {"secondary", "uit tweede hand, telt niet", "told by others, not scored"},
          {"declared", "opgegeven", "declared"},
          {"proposal", "voorstel van dit project", "proposed by this project"},
          {"process-owner", "proceseigenaar", "process owner"},
          {"developer-lead", "hoofd ontwikkeling", "lead developer"},
          {"ciso", "CISO", "CISO"},
          {"procurement", "inkoop", "procurement"},
          {"board", "bestuur", "board"},
          {"low", "laag", "low"},
          {"medium", "gemiddeld", "medium"},
          {"high", "hoog", "high"},
          {"critical", "kritiek", "critical"},
          {"existence", "bestaan (zo is het ingesteld, nu)", "existence (it is set up so, now)"},
          {"operation", "werking (zo werkte het)", "operation (it worked so)"},
          {"built-in", "ingebouwd", "built-in"},
          {"type:bool", "true of false", "true or false"},
          {"type:integer", "getal", "number"},
          {"type:text", "tekst", "text"},
          {"type:term", "termijn", "term"},
          {"type:list", "lijst", "list"},
};

const char *report_string(enum report_string id, enum report_language language)
{
        return language == REPORT_NL ? strings[id].nl : strings[id].en;
}

char *report_fill(enum report_string id, enum report_language language, const char *const *arguments, size_t count)
{
        _cleanup_text_ struct text out = {0};

        for (const char *s = report_string(id, language); *s; s++) {
                if (s[0] == '{' && s[1] >= '1' && s[1] <= '9' && s[2] == '}') {
                        size_t i = (size_t)(s[1] - '1');

                        text_add(&out, i < count && arguments[i] ? arguments[i] : "?");
                        s += 2;
                } else {
                        text_add_char(&out, *s);
                }
        }
        return text_take(&out);
}

char *report_fill_counts(enum report_string id, enum report_language language, const size_t *counts, size_t count)
{
        char texts[9][24];
        const char *arguments[9];

        for (size_t i = 0; i < count && i < ELEMENTS(texts); i++) {
                (void)snprintf(texts[i], sizeof(texts[i]), "%zu", counts[i]);
                arguments[i] = texts[i];
        }
        return report_fill(id, language, arguments, count < ELEMENTS(texts) ? count : ELEMENTS(texts));
}

const char *report_status_word(const char *status, enum report_language language)
{
        for (size_t i = 0; i < ELEMENTS(statuses); i++)
                if (streq(statuses[i].word, status))
                        return language == REPORT_NL ? statuses[i].nl : statuses[i].en;
        return "-";
}

const char *report_organisational_word(const char *answer, enum report_language language)
{
        for (size_t i = 0; i < ELEMENTS(answers); i++)
                if (streq(answers[i].word, answer))
                        return language == REPORT_NL ? answers[i].nl : answers[i].en;
        return "-";
}

const char *report_word(const char *word, enum report_language language)
{
        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (streq(words[i].word, word))
                        return language == REPORT_NL ? words[i].nl : words[i].en;
        return word;
}

char *report_term(const char *term, enum report_language language)
{
        static const struct {
                const char *nl[2], *en[2]; /* one, several */
        } units[] = {{{"jaar", "jaar"}, {"year", "years"}},
                     {{"maand", "maanden"}, {"month", "months"}},
                     {{"dag", "dagen"}, {"day", "days"}}};
        _cleanup_text_ struct text out = {0};
        struct term t;

        if (!term || term_parse(term, &t) < 0 || t.seconds)
                return must_strdup(term ? term : "");
        for (size_t i = 0; i < ELEMENTS(units); i++) {
                const unsigned n = i == 0 ? t.years : i == 1 ? t.months : t.days;

                if (n)
                        text_printf(&out, "%s%u %s", out.length ? " " : "", n,
                                    (language == REPORT_NL ? units[i].nl : units[i].en)[n != 1]);
        }
        return text_take(&out);
}
