/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/memory.h"
#include "base/text.h"
#include "texts/texts.h"

/* Keys of facts that are words of ours. Those that read the same in both languages are not here, and neither are those
 * of configuration files: they are what somebody looks for. */
static const struct {
        const char *key, *en, *nl;
} keys[] = {
        {"acl", "access list", "toegangslijst"},
        {"admits", "lets in", "laat toe"},
        {"ageing", "ageing", "veroudering"},
        {"answers", "answers", "antwoordt"},
        {"by", "by", "door"},
        {"clock", "clock", "klok"},
        {"daemon", "daemon", "dienst"},
        {"due", "was due", "moest lopen"},
        {"enabled", "enabled", "ingeschakeld"},
        {"exists", "exists", "bestaat"},
        {"file_state", "state of the unit file", "toestand van het unitbestand"},
        {"files", "files", "bestanden"},
        {"first", "first", "eerste"},
        {"group", "group", "groep"},
        {"home", "home directory", "homedirectory"},
        {"in_force", "in force", "van kracht"},
        {"kept", "kept", "bewaard"},
        {"laid_down", "laid down", "vastgelegd"},
        {"last_change", "last change", "laatste wijziging"},
        {"loaded", "loaded", "geladen"},
        {"looked_for", "looked for", "gezocht naar"},
        {"max_error", "largest error", "grootste fout"},
        {"method", "method", "methode"},
        {"mode", "mode", "modus"},
        {"name", "name", "naam"},
        {"owner", "owner", "eigenaar"},
        {"password", "password", "wachtwoord"},
        {"reason", "reason", "reden"},
        {"reasons", "reasons", "redenen"},
        {"rounds", "rounds", "ronden"},
        {"source", "source", "bron"},
        {"started", "started", "gestart"},
        {"state", "state", "toestand"},
        {"status", "status", "toestand"},
        {"synchronised", "synchronised", "gesynchroniseerd"},
        {"usable", "usable", "bruikbaar"},
        {"users", "users", "gebruikers"},
        {"value", "value", "waarde"},
        {"warning", "warning", "waarschuwing"},
        {"ways", "ways in", "manieren om binnen te komen"},
};

const char *texts_key(const char *key, bool dutch)
{
        for (size_t i = 0; key && i < ELEMENTS(keys); i++)
                if (streq(keys[i].key, key))
                        return dutch ? keys[i].nl : keys[i].en;
        return key;
}
