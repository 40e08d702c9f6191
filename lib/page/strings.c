/* SPDX-License-Identifier: EUPL-1.2 */
#include "page/page.h"

static const char *const strings[PAGE_LANGUAGES][PAGE_STRINGS] = {
#define PAGE_STRING(id, nl) [STRING_##id] = nl,
        [PAGE_NL] =
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
        {"fail", {"afwijking"}},
        {"error", {"onbepaald"}},
        {"manual", {"handmatig"}},
        {"pass", {"geen afwijking"}},
        {"na", {"n.v.t."}},
        {"unknown", {"onbekend"}},
        {"none", {"niet door een host te tonen"}},
        {"open", {"open"}},
        {"attested", {"verklaard"}},
        {"not-needed", {"niet nodig"}},
        {"hole", {"er ontbrak een record"}},
        {"fork", {"twee records onder één nummer"}},
        {"late", {"laat ontvangen"}},
        {"clock", {"klok wijkt af"}},
        {"incomplete", {"niet alle persoonsgegevens aanwezig"}},
        {"not-examined", {"niet onderzocht"}},
        {"not-applicable", {"niet van toepassing"}},
        {"measure", {"maatregel"}},
        {"government-measure", {"overheidsmaatregel"}},
        {"control", {"beheersmaatregel"}},
        {"requirement", {"vereiste"}},
        {"advice", {"advies"}},
        {"genesis", {"begin van de keten"}},
        {"start", {"gestart"}},
        {"stop", {"gestopt"}},
        {"full", {"volledige ronde"}},
        {"change", {"wijziging"}},
        {"heartbeat", {"levensteken"}},
        {"policy", {"beleid"}},
        {"gap", {"gat"}},
        {"rotate", {"nieuwe sleutel"}},
        {"retire", {"einde van de keten"}},
        {"running", {"in werking"}},
        {"disk", {"op schijf"}},
        {"period", {"over een periode"}},
        {"existence", {"bestaan"}},
        {"operation", {"werking"}},
};

/* Behind a number: of results, or of hosts. */
static const struct {
        const char *name;
        const char *words[PAGE_LANGUAGES];
} counted[] = {
        {"fail", {"met afwijking"}},
        {"pass", {"zonder afwijking"}},
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
