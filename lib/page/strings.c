/* SPDX-License-Identifier: EUPL-1.2 */
#include "page/page.h"

static const char *const strings[PAGE_LANGUAGES][PAGE_STRINGS] = {
#define PAGE_STRING(id, nl, en) [STRING_##id] = nl,
        [PAGE_NL] =
                {
#include "page/strings.inc"
                },
#undef PAGE_STRING
#define PAGE_STRING(id, nl, en) [STRING_##id] = en,
        [PAGE_EN] =
                {
#include "page/strings.inc"
                },
#undef PAGE_STRING
};

/* What records call things. */
static const struct {
        const char *name;
        const char *words[PAGE_LANGUAGES];
} words[] = {
        {"fail", {"afwijking", "fail"}},
        {"error", {"onbepaald", "error"}},
        {"manual", {"handmatig", "manual"}},
        {"pass", {"geen afwijking", "no deviation"}},
        {"na", {"n.v.t.", "n/a"}},
        {"unknown", {"onbekend", "unknown"}},
        {"none", {"niet door een host te tonen", "not for a host to show"}},
        {"open", {"open", "open"}},
        {"attested", {"verklaard", "attested"}},
        {"not-needed", {"niet nodig", "not needed"}},
        {"hole", {"er ontbrak een record", "a record was missing"}},
        {"fork", {"twee records onder één nummer", "two records under one number"}},
        {"late", {"laat ontvangen", "received late"}},
        {"clock", {"klok wijkt af", "clock deviates"}},
        {"incomplete", {"niet alle persoonsgegevens aanwezig", "not all personal data is there"}},
        {"not-examined", {"niet onderzocht", "not examined"}},
        {"not-applicable", {"niet van toepassing", "not applicable"}},
        {"measure", {"maatregel", "measure"}},
        {"government-measure", {"overheidsmaatregel", "government measure"}},
        {"control", {"beheersmaatregel", "control"}},
        {"requirement", {"vereiste", "requirement"}},
        {"advice", {"advies", "advice"}},
        {"genesis", {"begin van de keten", "beginning of the chain"}},
        {"start", {"gestart", "started"}},
        {"stop", {"gestopt", "stopped"}},
        {"full", {"volledige ronde", "full round"}},
        {"change", {"wijziging", "change"}},
        {"heartbeat", {"levensteken", "sign of life"}},
        {"policy", {"beleid", "policy"}},
        {"gap", {"gat", "gap"}},
        {"rotate", {"nieuwe sleutel", "new key"}},
        {"retire", {"einde van de keten", "end of the chain"}},
        {"running", {"in werking", "running"}},
        {"disk", {"op schijf", "on disk"}},
        {"period", {"over een periode", "over a period"}},
        {"existence", {"bestaan", "existence"}},
        {"operation", {"werking", "operation"}},
};

/* Behind a number: of results, or of hosts. */
static const struct {
        const char *name;
        const char *words[PAGE_LANGUAGES];
} counted[] = {
        {"fail", {"met afwijking", "failed"}},
        {"pass", {"zonder afwijking", "without deviation"}},
};

const char *page_string(enum page_language language, enum page_string id)
{
        return strings[language][id];
}

const char *page_word(enum page_language language, const char *name)
{
        size_t i;

        for (i = 0; i < ELEMENTS(words); i++)
                if (streq(words[i].name, name))
                        return words[i].words[language];
        return name;
}

const char *page_counted(enum page_language language, const char *status)
{
        size_t i;

        for (i = 0; i < ELEMENTS(counted); i++)
                if (streq(counted[i].name, status))
                        return counted[i].words[language];
        return page_word(language, status);
}
