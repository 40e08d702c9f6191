/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks of the passwords of this host's accounts. Every account with one counts, whatever its uid or shell. */
#include <stdio.h>
#include <string.h>

#include "checks/checks.h"
#include "checks/sources.h"

#define DAY 86400

/* --- which accounts ----------------------------------------------------------------------------------------------- */

/* A line that may be somebody's password, and is not read, leaves the answer open. */
static bool is_read(struct bio_context *c, const struct bio_node *account)
{
        if (bio_known(c, account))
                return true;
        bio_evidence(c,
                     bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "file:/etc/shadow"), BIO_ERROR,
                                  "passwords that could not be read"),
                     account, NULL, true);
        return false;
}

static const struct bio_subject *subject_of(struct bio_context *c, const struct bio_node *account)
{
        const struct bio_node *name = bio_get(c, account, "name");
        bool root = strcmp(bio_string(c, name), "root") == 0;

        return bio_subject(c, root ? BIO_TECHNICAL : bio_class(c, name), "user:%s", bio_string(c, name));
}

static bool is_usable(struct bio_context *c, const struct bio_node *account)
{
        return bio_boolean(c, bio_get(c, bio_get(c, account, "password"), "usable"));
}

/* Every account whose password somebody can log in with. */
static void each_usable(struct bio_context *c, void (*judge)(struct bio_context *c, const struct bio_node *account))
{
        const struct bio_node *account;

        BIO_EACH (c, account, bio_query(c, "accounts.passwords", NULL))
                if (is_read(c, account) && is_usable(c, account))
                        judge(c, account);
        judge_unseen_sources(c, "passwd,shadow");
}

/* Whether it is certain that nobody has one. */
static bool is_nobody(struct bio_context *c, const struct bio_node *accounts)
{
        return bio_state(c, accounts) == BIO_ABSENT || (bio_known(c, accounts) && bio_count(c, accounts) == 0);
}

/* What shadow's tools give a new account. */
static const struct bio_node *for_new_accounts(struct bio_context *c, const char *key)
{
        return bio_get(c, bio_get(c, bio_fact(c, "login-defs"), "shadow"), key);
}

static const struct bio_subject *login_defs(struct bio_context *c)
{
        return bio_subject(c, BIO_TECHNICAL, "file:/etc/login.defs");
}

/* --- passwords.hashing -------------------------------------------------------------------------------------------- */

#define GOOD_METHODS "yescrypt gost-yescrypt scrypt bcrypt sha512crypt sha256crypt"
#define ROUNDS       "5000" /* the default of both SHA methods (crypt(5)) */

/* A hash behind a lock is one, for it can be tried by whoever reads it, and unlocked. */
static bool has_hash(struct bio_context *c, const struct bio_node *account)
{
        return is_usable(c, account) ||
               bio_state(c, bio_get(c, bio_get(c, account, "password"), "method")) != BIO_ABSENT;
}

static void judge_hash(struct bio_context *c, const struct bio_node *account)
{
        const struct bio_node *password = bio_get(c, account, "password"), *method = bio_get(c, password, "method");
        const struct bio_node *rounds = bio_get(c, password, "rounds");

        if (bio_state(c, method) == BIO_ABSENT)
                bio_evidence(c,
                             bio_conclude(c, subject_of(c, account), BIO_ERROR, "a hash of a form that is not known"),
                             method, GOOD_METHODS, true);
        else if (bio_state(c, rounds) == BIO_ABSENT)
                bio_judge(c, subject_of(c, account), method, BIO_ONE_OF, GOOD_METHODS);
        else
                bio_judge(c, subject_of(c, account), rounds, BIO_AT_LEAST, ROUNDS);
}

static void hashing(struct bio_context *c)
{
        const struct bio_node *accounts = bio_query(c, "accounts.passwords", NULL), *account;
        bool some = false;

        BIO_EACH (c, account, accounts)
                if (is_read(c, account) && has_hash(c, account)) {
                        judge_hash(c, account);
                        some = true;
                }
        judge_unseen_sources(c, "passwd,shadow");
        if (!some)
                bio_evidence(c,
                             bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "file:/etc/shadow"), BIO_NA,
                                          "no account's hash is seen"),
                             accounts, NULL, true);
}

/* --- passwords.empty ---------------------------------------------------------------------------------------------- */

static void empty(struct bio_context *c)
{
        const struct bio_node *accounts = bio_query(c, "accounts.passwords", NULL), *account;

        BIO_EACH (c, account, accounts)
                if (is_read(c, account))
                        bio_judge(c, subject_of(c, account), bio_get(c, bio_get(c, account, "password"), "state"),
                                  BIO_NOT_EQUALS, "empty");
        judge_unseen_sources(c, "passwd,shadow");
        if (!judge_no_passwd(c) && is_nobody(c, accounts))
                bio_evidence(c,
                             bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "file:/etc/shadow"), BIO_PASS,
                                          "no account has a password"),
                             accounts, NULL, true);
}

/* --- passwords.max-age -------------------------------------------------------------------------------------------- */

static const char *term(struct bio_context *c)
{
        return bio_string(c, bio_parameter(c, "term"));
}

/* What a longer term, or none, is. */
static enum bio_status too_long(struct bio_context *c)
{
        return strcmp(bio_string(c, bio_parameter(c, "longer")), "manual") == 0 ? BIO_MANUAL : BIO_FAIL;
}

/* How many days the term is from a moment on. */
static int64_t days_from(struct bio_context *c, int64_t moment)
{
        return (bio_add_term(c, moment, term(c)) - moment) / DAY;
}

/* How many days the term is at the least, whenever it begins: on the first of a month of a year without a leap day. */
static int64_t days_at_least(struct bio_context *c)
{
        static const char *const months[] = {"P1M", "P2M", "P3M", "P4M",  "P5M",  "P6M",
                                             "P7M", "P8M", "P9M", "P10M", "P11M", "P12M"};
        int64_t least = days_from(c, 0);

        for (size_t i = 0; i < sizeof(months) / sizeof(*months); i++) {
                int64_t days = days_from(c, bio_add_term(c, 0, months[i]));

                least = days < least ? days : least;
        }
        return least;
}

/* Whether a number of days is a maximum within the term. */
static bool is_within(struct bio_context *c, const struct bio_node *maximum, int64_t days)
{
        return bio_known(c, maximum) && bio_integer(c, maximum) > 0 && bio_integer(c, maximum) <= days;
}

static void conclude_maximum(struct bio_context *c, const struct bio_subject *subject, enum bio_status status,
                             const struct bio_node *maximum, int64_t days, const char *note)
{
        char expected[64];

        (void)snprintf(expected, sizeof(expected), "1 to %lld days", (long long)days);
        bio_evidence(c, bio_conclude(c, subject, status, "%s", note), maximum, expected, true);
}

/* A maximum counts from a last change that is written and has been: pam_unix asks of no other. */
static void judge_change(struct bio_context *c, const struct bio_node *account, int64_t days)
{
        const struct bio_subject *subject = subject_of(c, account);
        const struct bio_node *ageing = bio_get(c, account, "ageing"), *change = bio_get(c, ageing, "last_change");
        const struct bio_node *at = bio_get(c, ageing, "last_change_at"), *maximum = bio_get(c, ageing, "maximum");
        int64_t now = bio_now(c), changed = bio_integer(c, at);

        if (bio_known(c, change) && bio_integer(c, change) == 0) {
                conclude_maximum(c, subject, BIO_PASS, maximum, days, "a new password is asked for at the next login");
        } else if (!bio_known(c, at)) {
                bio_evidence(c,
                             bio_conclude(c, subject, too_long(c),
                                          "when it was changed is not written, so that nothing ends"),
                             change, NULL, true);
        } else if (changed > now) {
                bio_evidence(c,
                             bio_conclude(c, subject, too_long(c),
                                          "changed at a day that is still to come: until then nothing ends"),
                             change, NULL, true);
                bio_changes_at(c, changed);
        } else if (changed + (bio_integer(c, maximum) + 1) * DAY <= now) {
                conclude_maximum(c, subject, BIO_PASS, maximum, days, "past its maximum: a new one is asked for");
        } else {
                conclude_maximum(c, subject, BIO_PASS, maximum, days, "");
        }
}

static void judge_maximum(struct bio_context *c, const struct bio_node *account)
{
        const struct bio_node *ageing = bio_get(c, account, "ageing"), *maximum = bio_get(c, ageing, "maximum");
        const struct bio_node *at = bio_get(c, ageing, "last_change_at");
        int64_t days = bio_known(c, at) ? days_from(c, bio_integer(c, at)) : days_at_least(c);

        if (is_within(c, maximum, days))
                judge_change(c, account, days);
        else
                conclude_maximum(c, subject_of(c, account), too_long(c), maximum, days, "");
}

static void max_age(struct bio_context *c)
{
        const struct bio_node *maximum = for_new_accounts(c, "PASS_MAX_DAYS");
        const struct bio_node *longer = bio_parameter(c, "longer");
        int64_t days = days_at_least(c);

        if (strcmp(bio_string(c, longer), "fail") != 0 && strcmp(bio_string(c, longer), "manual") != 0) {
                bio_evidence(c,
                             bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "parameter:longer"), BIO_ERROR,
                                          "what a longer term is must be fail or manual"),
                             longer, "fail manual", true);
                return;
        }
        each_usable(c, judge_maximum);
        if (bio_known(c, maximum))
                conclude_maximum(c, login_defs(c), is_within(c, maximum, days) ? BIO_PASS : too_long(c), maximum, days,
                                 "for new accounts");
        else
                bio_judge(c, login_defs(c), maximum, BIO_AT_LEAST, "1");
}

/* --- passwords.min-age and passwords.warn-age --------------------------------------------------------------------- */

static void judge_minimum(struct bio_context *c, const struct bio_node *account)
{
        bio_judge(c, subject_of(c, account), bio_get(c, bio_get(c, account, "ageing"), "minimum"), BIO_AT_LEAST, "1");
}

static void min_age(struct bio_context *c)
{
        each_usable(c, judge_minimum);
        bio_judge(c, login_defs(c), for_new_accounts(c, "PASS_MIN_DAYS"), BIO_AT_LEAST, "1");
}

/* What never ends needs no warning. */
static void judge_warning(struct bio_context *c, const struct bio_subject *subject, const struct bio_node *maximum,
                          const struct bio_node *warning)
{
        if (bio_state(c, maximum) == BIO_ABSENT || bio_integer(c, maximum) < 0)
                bio_evidence(c, bio_conclude(c, subject, BIO_NA, "without a maximum there is nothing to warn of"),
                             maximum, NULL, true);
        else
                bio_judge(c, subject, warning, BIO_AT_LEAST, "7");
}

static void judge_warning_of(struct bio_context *c, const struct bio_node *account)
{
        const struct bio_node *ageing = bio_get(c, account, "ageing");

        judge_warning(c, subject_of(c, account), bio_get(c, ageing, "maximum"), bio_get(c, ageing, "warning"));
}

static void warn_age(struct bio_context *c)
{
        each_usable(c, judge_warning_of);
        judge_warning(c, login_defs(c), for_new_accounts(c, "PASS_MAX_DAYS"), for_new_accounts(c, "PASS_WARN_AGE"));
}

/* --- descriptors -------------------------------------------------------------------------------------------------- */

const struct bio_check passwords_hashing = {
        .id = "passwords.hashing",
        .title = {.nl = "Wachtwoorden zijn sterk gehasht", .en = "Passwords are hashed strongly"},
        .why = {.nl = "Wie het bestand met hashes in handen krijgt, uit een back-up bijvoorbeeld, raadt zwakke hashes "
                      "met miljarden per seconde.",
                .en = "Whoever gets hold of the file of hashes, out of a backup for instance, guesses weak ones by "
                      "billions a second."},
        .fix = {.commands =
                        "grep -rn 'pam_unix.so' /etc/pam.d/common-password    # yescrypt or sha512, without rounds= "
                        "below 5000?\n"
                        "passwd ACCOUNT                  # a hash is made anew with a new password only\n"
                        "usermod -p '*' ACCOUNT          # or, of a locked account: its old hash goes",
                .risk = {.nl = "Het oude wachtwoord geldt niet meer; na usermod is er geen wachtwoord meer om mee te "
                               "ontgrendelen. Sleutels en cron-taken blijven werken.",
                         .en = "The old password no longer counts; after usermod there is no password left to unlock. "
                               "Keys and cron jobs go on working."}},
        .severity = BIO_HIGH,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"accounts", NULL},
        .run = hashing,
};

const struct bio_check passwords_empty = {
        .id = "passwords.empty",
        .title = {.nl = "Geen account heeft een leeg wachtwoord", .en = "No account has an empty password"},
        .why = {.nl = "Met een leeg wachtwoord is wie de naam kent binnen: op de console, met su, en door elke dienst "
                      "die lege wachtwoorden toestaat.",
                .en = "With an empty password whoever knows the name is in: on the console, by su, and through every "
                      "service that allows empty passwords."},
        .fix = {.commands = "pwconv                # where the empty field is that of /etc/passwd itself\n"
                            "passwd ACCOUNT        # a person: a password\n"
                            "passwd -l ACCOUNT     # a service: none",
                .risk = {.nl = "Wie of wat zonder wachtwoord inlogde (een kiosk, een script met su) komt niet meer "
                               "binnen.",
                         .en = "Whoever or whatever used to log in without a password (a kiosk, a script with su) no "
                               "longer can."},
                .undo = "passwd -d ACCOUNT"},
        .severity = BIO_CRITICAL,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"accounts", NULL},
        .run = empty,
};

static const struct bio_parameter max_age_parameters[] = {
        {.name = "term",
         .type = BIO_PARAMETER_TERM,
         .fallback = "P1Y",
         .title = {.nl = "Zolang mag een wachtwoord hoogstens gelden", .en = "A password may last this long at most"}},
        {.name = "longer",
         .type = BIO_PARAMETER_TEXT,
         .fallback = "fail",
         .title = {.nl = "Wat een langere termijn is: fail of manual", .en = "What a longer term is: fail or manual"}},
        {.name = NULL},
};

const struct bio_check passwords_max_age = {
        .id = "passwords.max-age",
        .title = {.nl = "Wachtwoorden worden op tijd vernieuwd", .en = "Passwords are renewed in time"},
        .why = {.nl = "Een buitgemaakt wachtwoord blijft bruikbaar tot het verandert. De termijn geldt per account "
                      "(shadow); login.defs geldt alleen voor nieuwe accounts.",
                .en = "A stolen password stays usable until it changes. The term is each account's own (shadow); "
                      "login.defs is for new accounts alone."},
        .fix = {.commands = "# New accounts. (For half a year: 180 instead of 365, here and below.)\n"
                            "sed -i '/^[[:space:]]*PASS_MAX_DAYS/d' /etc/login.defs\n"
                            "echo 'PASS_MAX_DAYS 365' >> /etc/login.defs\n"
                            "# Each account: first see when its password was changed.\n"
                            "chage -l ACCOUNT\n"
                            "# Changed within the last 365 days:\n"
                            "chage -M 365 ACCOUNT\n"
                            "# Older, or no date: first a new password, which dates it today, and only then the term.\n"
                            "passwd ACCOUNT && chage -M 365 ACCOUNT\n"
                            "# If a new password cannot be set now: date it a day back, so that its owner has time to "
                            "change it.\n"
                            "chage -d \"$(date -u -d 'yesterday' +%F)\" -M 365 ACCOUNT",
                .risk = {.nl = "chage -M 365 op een ouder wachtwoord sluit de eigenaar meteen buiten: geen login, ook "
                               "niet met een sleutel, zolang er geen nieuw wachtwoord is, en cron-taken stoppen tot "
                               "dan. Houd dus deze volgorde aan, begin met een ander account dan het uwe, en houd een "
                               "sessie open. Een datum van gisteren is niet waar: noteer haar, en laat het wachtwoord "
                               "snel veranderen.",
                         .en = "chage -M 365 on an older password locks its owner out at once: no login, not by key "
                               "either, before a new password is set, and cron jobs stop until then. So keep to this "
                               "order, begin with another account than your own, and keep a session open. A date of "
                               "yesterday is not true: note it down, and have the password changed soon."},
                .undo = "sed -i 's/^PASS_MAX_DAYS.*/PASS_MAX_DAYS 99999/' /etc/login.defs\n"
                        "chage -M 99999 ACCOUNT"},
        .severity = BIO_MEDIUM,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"accounts", "login-defs", NULL},
        .parameters = max_age_parameters,
        .run = max_age,
};

const struct bio_check passwords_min_age = {
        .id = "passwords.min-age",
        .title = {.nl = "Een nieuw wachtwoord blijft minstens een dag",
                  .en = "A new password stays for at least a day"},
        .why = {.nl = "Wie meteen weer mag wisselen is na een paar wisselingen terug bij het oude wachtwoord, ook als "
                      "het systeem de vorige onthoudt.",
                .en = "Whoever may change again at once is back at the old password after a few changes, even where "
                      "the system remembers the last ones."},
        .fix = {.commands = "sed -i '/^[[:space:]]*PASS_MIN_DAYS/d' /etc/login.defs\n"
                            "echo 'PASS_MIN_DAYS 1' >> /etc/login.defs    # new accounts\n"
                            "chage -m 1 ACCOUNT",
                .risk = {.nl = "Wie vandaag al wisselde kan dat pas morgen weer; root kan het altijd.",
                         .en = "Whoever changed it today can do so again only tomorrow; root always can."},
                .undo = "sed -i 's/^PASS_MIN_DAYS.*/PASS_MIN_DAYS 0/' /etc/login.defs\n"
                        "chage -m 0 ACCOUNT"},
        .severity = BIO_LOW,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"accounts", "login-defs", NULL},
        .run = min_age,
};

const struct bio_check passwords_warn_age = {
        .id = "passwords.warn-age",
        .title = {.nl = "Voor een wachtwoord verloopt wordt gewaarschuwd",
                  .en = "A warning comes before a password expires"},
        .why = {.nl = "Wie een week van tevoren gewaarschuwd wordt kiest in rust een goed wachtwoord, en wordt niet "
                      "buitengesloten.",
                .en = "Whoever is warned a week ahead chooses a good password at leisure, and is not locked out."},
        .fix = {.commands = "sed -i '/^[[:space:]]*PASS_WARN_AGE/d' /etc/login.defs\n"
                            "echo 'PASS_WARN_AGE 7' >> /etc/login.defs    # new accounts\n"
                            "chage -W 7 ACCOUNT",
                .risk = {.nl = "Geen.", .en = "None."}},
        .severity = BIO_LOW,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"accounts", "login-defs", NULL},
        .run = warn_age,
};
