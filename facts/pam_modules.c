/* SPDX-License-Identifier: EUPL-1.2 */
/* What modules answer: a row for each that is known (pam_*(8) of Linux-PAM 1.5.2 and 1.7.0, and of the others named).
 */
#include <string.h>

#include "facts/pam_explore.h"

#define BIT(code) ((uint32_t)1 << (code))
#define EVERY     UINT32_MAX
#define OK        BIT(PAM_SUCCESS)
#define IGNORED   BIT(PAM_IGNORE)
#define REFUSED \
        (BIT(PAM_AUTH_ERR) | BIT(PAM_PERM_DENIED) | BIT(PAM_USER_UNKNOWN) | BIT(PAM_AUTHINFO_UNAVAIL) | \
         BIT(PAM_MAXTRIES) | BIT(PAM_SERVICE_ERR) | BIT(PAM_SYSTEM_ERR) | BIT(PAM_CONV_ERR) | BIT(PAM_CRED_ERR))
#define EXPIRY (BIT(PAM_NEW_AUTHTOK_REQD) | BIT(PAM_ACCT_EXPIRED) | BIT(PAM_AUTHTOK_EXPIRED) | BIT(PAM_USER_UNKNOWN))

/* How a row's codes are to be read. */
enum how {
        FIXED,     /* any of them: what decides is not supposed, and each may be */
        CONDITION, /* one of them, by a condition that is not evaluated */
        DEBUG,     /* pam_debug: its arguments say */
        UNIX,
        CHECKS, /* another's passwords, those of other accounts than the local ones included */
        LOCKS,
        SECOND,
        ROOTOK,
        WHEEL,
        QUALITY,
        HISTORY,
        NOLOGIN,
        LOCAL,
};

/* 0: the module has no such function. */
static const struct row {
        const char *name;
        enum how how;
        uint32_t authenticate, setcred, account, open, close, chauthtok;
} rows[] = {
        {"pam_access", CONDITION, OK | REFUSED, IGNORED, OK | REFUSED, OK | REFUSED, OK | REFUSED, OK | REFUSED},
        {"pam_cap", FIXED, OK | IGNORED | BIT(PAM_AUTH_ERR), OK | IGNORED, 0, 0, 0, 0},
        {"pam_canonicalize_user", FIXED, IGNORED, IGNORED, 0, 0, 0, 0},
        {"pam_debug", DEBUG, EVERY, EVERY, EVERY, EVERY, EVERY, EVERY},
        {"pam_deny", FIXED, BIT(PAM_AUTH_ERR), BIT(PAM_CRED_ERR), BIT(PAM_AUTH_ERR), BIT(PAM_SESSION_ERR),
         BIT(PAM_SESSION_ERR), BIT(PAM_AUTHTOK_ERR)},
        {"pam_duo", SECOND, OK | REFUSED, OK, OK, OK, OK, OK | IGNORED},
        {"pam_echo", FIXED, OK | IGNORED, IGNORED, OK | IGNORED, OK | IGNORED, IGNORED, OK | IGNORED},
        {"pam_env", FIXED, IGNORED, OK | IGNORED, BIT(PAM_SERVICE_ERR), OK | IGNORED, OK, BIT(PAM_SERVICE_ERR)},
        {"pam_exec", CONDITION, EVERY, IGNORED, EVERY, EVERY, EVERY, EVERY},
        {"pam_faildelay", FIXED, IGNORED, IGNORED, 0, 0, 0, 0},
        {"pam_faillock", LOCKS, OK | IGNORED | BIT(PAM_AUTH_ERR), OK, OK, 0, 0, 0},
        {"pam_google_authenticator", SECOND, OK | REFUSED, OK, 0, OK, 0, 0},
        {"pam_group", FIXED, IGNORED, OK | IGNORED, 0, 0, 0, 0},
        {"pam_issue", FIXED, IGNORED, IGNORED, 0, 0, 0, 0},
        {"pam_keyinit", FIXED, OK | IGNORED, OK | IGNORED, 0, OK | IGNORED, OK, 0},
        {"pam_krb5", CHECKS, OK | REFUSED, OK | IGNORED, OK | IGNORED | EXPIRY, OK | IGNORED, OK | IGNORED, EVERY},
        {"pam_lastlog", FIXED, OK | REFUSED, OK, OK | REFUSED, OK, OK, 0},
        {"pam_ldap", CHECKS, OK | REFUSED, OK | IGNORED, OK | IGNORED | EXPIRY, OK | IGNORED, OK | IGNORED, EVERY},
        {"pam_limits", FIXED, 0, 0, 0, OK | IGNORED | BIT(PAM_ABORT) | BIT(PAM_PERM_DENIED), OK, 0},
        {"pam_listfile", CONDITION, OK | IGNORED | REFUSED, OK, OK | IGNORED | REFUSED, OK | IGNORED | REFUSED,
         OK | IGNORED | REFUSED, OK | IGNORED | REFUSED},
        {"pam_localuser", LOCAL, OK | BIT(PAM_PERM_DENIED), OK, OK | BIT(PAM_PERM_DENIED), OK | BIT(PAM_PERM_DENIED),
         OK | BIT(PAM_PERM_DENIED), OK | BIT(PAM_PERM_DENIED)},
        {"pam_loginuid", FIXED, 0, 0, OK | IGNORED | BIT(PAM_SESSION_ERR), OK | IGNORED | BIT(PAM_SESSION_ERR), OK, 0},
        {"pam_mail", FIXED, OK | IGNORED, OK | IGNORED, 0, OK | IGNORED, OK | IGNORED, 0},
        {"pam_mkhomedir", FIXED, 0, 0, 0, OK | BIT(PAM_PERM_DENIED) | BIT(PAM_SESSION_ERR), OK, 0},
        {"pam_motd", FIXED, 0, 0, 0, IGNORED, OK, 0},
        {"pam_nologin", NOLOGIN, OK | IGNORED | BIT(PAM_AUTH_ERR) | BIT(PAM_USER_UNKNOWN), IGNORED,
         OK | IGNORED | BIT(PAM_AUTH_ERR) | BIT(PAM_USER_UNKNOWN), 0, 0, 0},
        {"pam_oath", SECOND, OK | REFUSED, OK, 0, 0, 0, 0},
        {"pam_permit", FIXED, OK, OK, OK, OK, OK, OK},
        {"pam_pwhistory", HISTORY, 0, 0, 0, 0, 0, OK | IGNORED | BIT(PAM_MAXTRIES)},
        {"pam_pwquality", QUALITY, 0, 0, 0, 0, 0, OK | BIT(PAM_AUTHTOK_ERR)},
        {"pam_cracklib", QUALITY, 0, 0, 0, 0, 0, OK | BIT(PAM_AUTHTOK_ERR)},
        {"pam_rootok", ROOTOK, OK | BIT(PAM_AUTH_ERR), OK, OK | BIT(PAM_AUTH_ERR), 0, 0, OK | BIT(PAM_AUTH_ERR)},
        {"pam_securetty", CONDITION, OK | REFUSED, OK, OK | REFUSED, 0, 0, 0},
        {"pam_selinux", FIXED, IGNORED, OK, 0, OK | BIT(PAM_SESSION_ERR), OK, 0},
        {"pam_sepermit", CONDITION, OK | IGNORED | REFUSED, IGNORED, OK | IGNORED | REFUSED, 0, 0, 0},
        {"pam_shells", CONDITION, OK | REFUSED, OK, OK | REFUSED, 0, 0, 0},
        {"pam_sss", CHECKS, OK | REFUSED | IGNORED, OK | IGNORED, OK | IGNORED | EXPIRY | BIT(PAM_PERM_DENIED),
         OK | IGNORED, OK | IGNORED, EVERY},
        {"pam_succeed_if", CONDITION, OK | REFUSED, IGNORED, OK | REFUSED, OK | REFUSED, OK | REFUSED, OK | REFUSED},
        {"pam_systemd", FIXED, 0, 0, 0, OK | BIT(PAM_SESSION_ERR) | BIT(PAM_SYSTEM_ERR), OK, 0},
        {"pam_time", CONDITION, 0, 0, OK | REFUSED, 0, 0, 0},
        {"pam_tty_audit", FIXED, 0, 0, 0, OK | BIT(PAM_SESSION_ERR), OK, 0},
        {"pam_u2f", SECOND, OK | REFUSED, OK, 0, 0, 0, 0},
        {"pam_umask", FIXED, 0, 0, 0, OK | IGNORED, OK, 0},
        {"pam_unix", UNIX, OK | REFUSED, OK | REFUSED, OK | EXPIRY, OK, OK, OK | EVERY},
        {"pam_usertype", CONDITION, OK | BIT(PAM_AUTH_ERR) | BIT(PAM_USER_UNKNOWN), IGNORED,
         OK | BIT(PAM_AUTH_ERR) | BIT(PAM_USER_UNKNOWN), OK | BIT(PAM_AUTH_ERR), OK | BIT(PAM_AUTH_ERR),
         OK | BIT(PAM_AUTH_ERR)},
        {"pam_warn", FIXED, IGNORED, IGNORED, IGNORED, IGNORED, IGNORED, IGNORED},
        {"pam_wheel", WHEEL, OK | IGNORED | REFUSED, OK, OK | IGNORED | REFUSED, 0, 0, 0},
        {"pam_winbind", CHECKS, OK | REFUSED, OK | IGNORED, OK | IGNORED | EXPIRY, OK | IGNORED, OK | IGNORED, EVERY},
        {"pam_wtmpdb", FIXED, 0, 0, 0, OK | IGNORED | BIT(PAM_SYSTEM_ERR), OK | BIT(PAM_SYSTEM_ERR), 0},
        {"pam_xauth", FIXED, 0, 0, 0, OK | BIT(PAM_SESSION_ERR) | BIT(PAM_USER_UNKNOWN), OK, 0},
        {"pam_yubico", SECOND, OK | REFUSED, OK, 0, 0, 0, 0},
};

static const struct row *row_of(const char *name)
{
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                if (streq(rows[i].name, name))
                        return &rows[i];
        return NULL;
}

static uint32_t codes_of(const struct row *row, enum pam_function function)
{
        switch (function) {
        case PAM_DO_AUTHENTICATE:
                return row->authenticate;
        case PAM_DO_SETCRED:
                return row->setcred;
        case PAM_DO_ACCOUNT:
                return row->account;
        case PAM_DO_OPEN_SESSION:
                return row->open;
        case PAM_DO_CLOSE_SESSION:
                return row->close;
        default:
                return row->chauthtok;
        }
}

static bool has_argument(const struct pam_entry *e, const char *argument)
{
        for (const char *const *a = e->arguments; a && *a; a++)
                if (streq(*a, argument))
                        return true;
        return false;
}

/* pam_debug: "auth=cred_err"; the first argument of that name, which must be a code to count. */
static uint32_t debug_code(const struct pam_entry *e, enum pam_function function, bool update)
{
        static const char *const names[PAM_FUNCTIONS] = {"auth",         "cred",          "acct",
                                                         "open_session", "close_session", "prechauthtok"};
        const char *name = function == PAM_DO_CHAUTHTOK && update ? "chauthtok" : names[function];
        size_t length = strlen(name), i;

        for (const char *const *a = e->arguments; a && *a; a++) {
                if (strncmp(*a, name, length) != 0 || (*a)[length] != '=')
                        continue;
                for (i = 0; i < PAM_CODES; i++)
                        if (streq(*a + length + 1, pam_code_names[i]))
                                return BIT(i);
                break;
        }
        return OK;
}

static struct pam_answers locks(const struct pam_entry *e, const struct pam_hypothesis *h, uint32_t marks)
{
        struct pam_answers ret = {0};
        uint8_t lock = h->values[PAM_IS_LOCK];
        bool fails = false;

        /* The last action that is given counts. */
        for (const char *const *a = e->arguments; a && *a; a++)
                if (streq(*a, "preauth") || streq(*a, "authfail") || streq(*a, "authsucc"))
                        fails = streq(*a, "authfail");
        if (lock != 2)
                ret.codes |= fails ? IGNORED : OK;
        if (lock != 1)
                ret.codes |= BIT(PAM_AUTH_ERR);
        if (fails && (marks & PAM_MARK_WRONG))
                ret.on_other = PAM_MARK_COUNTED;
        if (lock == 2)
                ret.on_other |= PAM_MARK_DENIED;
        return ret;
}

/* A local account's password. In the first pass of a change nothing is stored. */
static struct pam_answers checks_password(const struct row *row, enum pam_function function, bool update,
                                          const struct pam_hypothesis *h)
{
        struct pam_answers ret = {.codes = codes_of(row, function)};
        uint8_t password = h->values[PAM_IS_PASSWORD];

        if (function == PAM_DO_AUTHENTICATE) {
                ret.codes = 0;
                if (password != 2)
                        ret.codes |= OK;
                if (password != 1)
                        ret.codes |= BIT(PAM_AUTH_ERR) | BIT(PAM_MAXTRIES);
                ret.on_success = PAM_MARK_RIGHT;
                ret.on_other = PAM_MARK_WRONG;
        }
        if (function == PAM_DO_CHAUTHTOK) {
                ret.codes = OK;
                if (update)
                        ret.on_success = PAM_MARK_STORED;
        }
        return ret;
}

static struct pam_answers another_password(const struct row *row, enum pam_function function,
                                           const struct pam_hypothesis *h)
{
        struct pam_answers ret = {.codes = codes_of(row, function), .open = true};

        if (function == PAM_DO_AUTHENTICATE) {
                if (h->values[PAM_IS_PASSWORD] == 2)
                        ret.codes &= ~OK;
                ret.on_success = PAM_MARK_RIGHT;
        }
        return ret;
}

static struct pam_answers second_factor(const struct row *row, const struct pam_entry *e, enum pam_function function,
                                        const struct pam_hypothesis *h)
{
        struct pam_answers ret = {.codes = codes_of(row, function)};

        if (function != PAM_DO_AUTHENTICATE)
                return ret;
        ret.on_success = PAM_MARK_SECOND;
        if (h->values[PAM_IS_FACTOR] == 1)
                ret.codes = OK;
        if (h->values[PAM_IS_FACTOR] == 2) {
                ret.codes &= ~OK;
                /* Who has none set up is let through, and was not asked. */
                if (has_argument(e, "nullok") || has_argument(e, "nouserok")) {
                        ret.codes |= OK | IGNORED;
                        ret.on_success = 0;
                }
        }
        return ret;
}

static struct pam_answers rootok(const struct pam_hypothesis *h)
{
        struct pam_answers ret = {.on_success = PAM_MARK_ROOTOK};

        if (h->values[PAM_IS_CALLER] != 2)
                ret.codes |= OK;
        if (h->values[PAM_IS_CALLER] != 1)
                ret.codes |= BIT(PAM_AUTH_ERR);
        return ret;
}

static struct pam_answers wheel(const struct pam_entry *e, const struct pam_hypothesis *h)
{
        bool trust = has_argument(e, "trust"), deny = has_argument(e, "deny");
        struct pam_answers ret = {.on_success = PAM_MARK_WHEEL};
        uint8_t where = h->values[PAM_IS_WHEEL];

        if (has_argument(e, "root_only") && h->values[PAM_IS_USER] != 1)
                ret.codes |= IGNORED;
        if (where != 2)
                ret.codes |= deny ? BIT(PAM_PERM_DENIED) : trust ? OK : IGNORED;
        if (where != 1)
                ret.codes |= !deny ? BIT(PAM_PERM_DENIED) : trust ? OK : IGNORED;
        return ret;
}

/* Without enforce_for_root root is told that it is bad, and goes on. What a module's own files say is asked by
 * pam_quality and its like: here it enforces. */
static struct pam_answers new_password(const struct pam_entry *e, bool update, const struct pam_hypothesis *h,
                                       enum pam_supposed what, enum pam_mark mark, enum pam_code refusal)
{
        struct pam_answers ret = {.codes = OK};

        if (!update)
                return ret;
        if (h->values[PAM_IS_CALLER] == 1 && !has_argument(e, "enforce_for_root"))
                return ret;
        ret.on_success = mark;
        if (h->values[what] == 2)
                ret.codes = BIT(refusal);
        else if (h->values[what] == 0)
                ret.codes |= BIT(refusal);
        return ret;
}

static struct pam_answers known(const struct row *row, const struct pam_entry *e, enum pam_function function,
                                bool update, const struct pam_hypothesis *h, uint32_t marks)
{
        struct pam_answers ret = {.codes = codes_of(row, function)};
        bool asks = function == PAM_DO_AUTHENTICATE || function == PAM_DO_ACCOUNT || function == PAM_DO_CHAUTHTOK;

        switch (row->how) {
        case DEBUG:
                ret.codes = debug_code(e, function, update);
                break;
        case UNIX:
                return checks_password(row, function, update, h);
        case CHECKS:
                return another_password(row, function, h);
        case LOCKS:
                return function == PAM_DO_AUTHENTICATE ? locks(e, h, marks) : ret;
        case SECOND:
                return second_factor(row, e, function, h);
        case ROOTOK:
                return asks ? rootok(h) : ret;
        case WHEEL:
                return asks ? wheel(e, h) : ret;
        case QUALITY:
                return new_password(e, update, h, PAM_IS_QUALITY, PAM_MARK_QUALITY, PAM_AUTHTOK_ERR);
        case HISTORY:
                return new_password(e, update, h, PAM_IS_HISTORY, PAM_MARK_HISTORY, PAM_MAXTRIES);
        case NOLOGIN:
                /* Without /run/nologin, which is there while the host starts and stops. */
                if (asks)
                        ret.codes = has_argument(e, "successok") ? OK : IGNORED;
                break;
        case LOCAL:
                ret.codes = OK;
                break;
        case CONDITION:
                ret.open = asks || function == PAM_DO_OPEN_SESSION;
                break;
        case FIXED:
                break;
        }
        return ret;
}

struct pam_answers pam_module_answers(struct pam *p, const struct pam_entry *e, enum pam_function function, bool update,
                                      const struct pam_hypothesis *h, uint32_t marks)
{
        struct pam_answers ret = {.codes = BIT(PAM_PERM_DENIED)};
        const struct row *row;
        const char *why;

        if (e->kind == PAM_MUST_FAIL)
                return ret;
        if (!pam_module_there(p, e, &why)) {
                ret.codes = why ? EVERY : BIT(PAM_MODULE_UNKNOWN);
                ret.open = why != NULL;
                return ret;
        }
        row = row_of(e->name);
        if (!row)
                return (struct pam_answers){.codes = EVERY, .open = true};
        if (codes_of(row, function) == 0) {
                ret.codes = BIT(PAM_MODULE_UNKNOWN);
                return ret;
        }
        return known(row, e, function, update, h, marks);
}
