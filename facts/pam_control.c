/* SPDX-License-Identifier: EUPL-1.2 */
/* Control words: what becomes of what a module returns. */
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "facts/pam_internal.h"

const char *const pam_code_names[PAM_CODES + 1] = {
        "success",
        "open_err",
        "symbol_err",
        "service_err",
        "system_err",
        "buf_err",
        "perm_denied",
        "auth_err",
        "cred_insufficient",
        "authinfo_unavail",
        "user_unknown",
        "maxtries",
        "new_authtok_reqd",
        "acct_expired",
        "session_err",
        "cred_unavail",
        "cred_expired",
        "cred_err",
        "no_module_data",
        "conv_err",
        "authtok_err",
        "authtok_recover_err",
        "authtok_lock_busy",
        "authtok_disable_aging",
        "try_again",
        "ignore",
        "abort",
        "authtok_expired",
        "module_unknown",
        "bad_item",
        "conv_again",
        "incomplete",
        "default",
};

const char *const pam_action_names[PAM_ACTION_NAMES] = {"ignore", "ok", "done", "bad", "die", "reset"};
const char *const pam_type_names[PAM_TYPES] = {"auth", "account", "password", "session"};

#define UNDEFINED (-6)

static void fill(struct pam_control *c, int action)
{
        for (size_t i = 0; i < PAM_CODES; i++)
                if (c->actions[i] == UNDEFINED)
                        c->actions[i] = (int16_t)action;
}

static bool all_bad(struct pam_control *c)
{
        for (size_t i = 0; i < PAM_CODES; i++)
                c->actions[i] = ACTION_BAD;
        return false;
}

static const char *skip_blanks(const char *s)
{
        return s + strspn(s, " \t\n\v\f\r");
}

/* A name at the beginning of *s, which need not end there: "success=okay" begins with ok. */
static size_t name_at(const char **s, const char *const *names, size_t count)
{
        size_t i;

        for (i = 0; i < count; i++)
                if (starts_with(*s, names[i])) {
                        *s += strlen(names[i]);
                        return i;
                }
        return count;
}

/* How many entries are jumped over; false: no number, or 0. */
static bool jump_at(const char **s, struct pam_control *c, enum pam_release release, int *ret)
{
        long long jump = 0;
        bool large = false;

        if (**s < '0' || **s > '9')
                return false;
        for (; **s >= '0' && **s <= '9'; (*s)++) {
                jump = jump * 10 + (**s - '0');
                if (jump > INT_MAX) {
                        large = true;
                        jump = INT_MAX;
                }
        }
        /* 1.5 let the number run over. */
        if (large && release != PAM_1_7)
                c->open = true;
        *ret = jump > PAM_JUMP_MOST ? PAM_JUMP_MOST : (int)jump;
        return jump > 0 && !large;
}

static bool read_pairs(const char *s, struct pam_control *c, enum pam_release release)
{
        for (s = skip_blanks(s); *s; s = skip_blanks(s)) {
                size_t code = name_at(&s, pam_code_names, PAM_CODES + 1), name;
                int action;

                if (code > PAM_CODES || !*s)
                        return all_bad(c);
                s = skip_blanks(s);
                if (*s++ != '=')
                        return all_bad(c);
                s = skip_blanks(s);
                name = name_at(&s, pam_action_names, PAM_ACTION_NAMES);
                if (name < PAM_ACTION_NAMES)
                        action = -(int)name;
                else if (!jump_at(&s, c, release, &action))
                        return all_bad(c);
                if (code < PAM_CODES)
                        c->actions[code] = (int16_t)action;
                else
                        fill(c, action);
        }
        fill(c, ACTION_BAD);
        return true;
}

static const struct alias {
        const char *word;
        int success, ignore, others;
} aliases[] = {
        {"required", ACTION_OK, ACTION_IGNORE, ACTION_BAD},
        {"requisite", ACTION_OK, ACTION_IGNORE, ACTION_DIE},
        {"optional", ACTION_OK, ACTION_IGNORE, ACTION_IGNORE},
        {"sufficient", ACTION_DONE, ACTION_IGNORE, ACTION_IGNORE},
};

bool pam_control_read(const char *word, enum pam_release release, struct pam_control *ret)
{
        size_t i;

        ret->open = false;
        for (i = 0; i < PAM_CODES; i++)
                ret->actions[i] = UNDEFINED;
        for (i = 0; i < ELEMENTS(aliases); i++) {
                if (strcasecmp(word, aliases[i].word) != 0)
                        continue;
                ret->actions[PAM_SUCCESS] = (int16_t)aliases[i].success;
                ret->actions[PAM_NEW_AUTHTOK_REQD] = (int16_t)aliases[i].success;
                ret->actions[PAM_IGNORE] = (int16_t)aliases[i].ignore;
                fill(ret, aliases[i].others);
                return true;
        }
        return read_pairs(word, ret, release);
}
