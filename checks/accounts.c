/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks of accounts. */
#include <string.h>

#include "checks/accounts.h"
#include "checks/checks.h"
#include "checks/sources.h"

bool accounts_unknown(struct bio_context *c, const struct bio_node *entry, const char *file)
{
        const struct bio_subject *subject;

        if (bio_known(c, entry))
                return false;
        subject = bio_subject(c, BIO_TECHNICAL, "file:%s", file);
        /* No host runs without: more likely it is no host, or not all of one, than that there are no accounts. */
        if (bio_state(c, entry) == BIO_ABSENT)
                bio_evidence(c, bio_conclude(c, subject, BIO_ERROR, "there is no such file"), entry, NULL, true);
        else
                bio_judge(c, subject, entry, BIO_IS_TRUE, NULL);
        return true;
}

const struct bio_subject *accounts_subject(struct bio_context *c, const struct bio_node *name)
{
        bool root = strcmp(bio_string(c, name), "root") == 0;

        return bio_subject(c, root ? BIO_TECHNICAL : bio_class(c, name), "user:%s", bio_string(c, name));
}

static void judge_account(struct bio_context *c, const struct bio_node *user)
{
        const struct bio_node *name = bio_get(c, user, "name"), *uid = bio_get(c, user, "uid");

        if (strcmp(bio_string(c, name), "root") == 0)
                bio_judge(c, accounts_subject(c, name), uid, BIO_EQUALS, "0");
        else
                bio_judge(c, accounts_subject(c, name), uid, BIO_NOT_EQUALS, "0");
}

static void uid0(struct bio_context *c)
{
        const struct bio_node *users = bio_query(c, "accounts.uid0", NULL), *user;

        BIO_EACH (c, user, users)
                judge_account(c, user);
        judge_sources(c);
        if (bio_count(c, users) == 0)
                conclude_nobody(c, users);
}

const struct bio_check accounts_uid0 = {
        .id = "accounts.uid0",
        .title = {.nl = "Alleen root heeft uid 0", .en = "Only root has uid 0"},
        .why = {.nl = "Wie uid 0 heeft is root, hoe het account ook heet: logboeken, sudo-regels en maatregelen die op "
                      "de naam "
                      "root letten zien dat account niet.",
                .en = "Whoever has uid 0 is root, whatever the account is called: logs, sudo rules and measures that "
                      "go by the "
                      "name root do not see that account."},
        .fix = {.commands = "vipw             # give ACCOUNT a uid of its own, or remove its line\n"
                            "vipw --shadow    # where its line was removed: here too",
                .risk = {.nl = "Wat onder dat account draait of is gepland verliest zijn rechten; controleer eerst of "
                               "iemand "
                               "nog root kan worden.",
                         .en = "What runs or is scheduled under that account loses its rights; first make sure that "
                               "somebody "
                               "can still become root."},
                .undo = "cp --archive /etc/passwd- /etc/passwd && cp --archive /etc/shadow- /etc/shadow"},
        .severity = BIO_CRITICAL,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"accounts", NULL},
        .run = uid0,
};

/* --- unique ------------------------------------------------------------------------------------------------------- */

static void judge_duplicates(struct bio_context *c, const char *of, const char *file)
{
        const struct bio_node *duplicates = bio_query(c, "accounts.duplicates", "of", of), *duplicate;
        const bool users = strcmp(of, "users") == 0;
        struct bio_finding *finding;

        if (accounts_unknown(c, duplicates, file))
                return;
        BIO_EACH (c, duplicate, duplicates) {
                const struct bio_node *name = bio_get(c, duplicate, "name");

                if (accounts_unknown(c, duplicate, file))
                        continue;
                finding = bio_conclude(c,
                                       users ? accounts_subject(c, name)
                                             : bio_subject(c, BIO_TECHNICAL, "group:%s", bio_string(c, name)),
                                       BIO_FAIL, "the same %s stands on an earlier line",
                                       bio_string(c, bio_get(c, duplicate, "what")));
                bio_evidence(c, finding, bio_get(c, duplicate, "value"), NULL, true);
                bio_evidence(c, finding, bio_get(c, duplicate, "first"), NULL, false);
        }
        if (bio_count(c, duplicates) > 0)
                return;
        finding = bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "file:%s", file), BIO_PASS,
                               "every name and every number occurs once");
        bio_evidence(c, finding, duplicates, NULL, true);
}

static void unique(struct bio_context *c)
{
        const bool groups = bio_boolean(c, bio_parameter(c, "groups"));

        judge_duplicates(c, "users", "/etc/passwd");
        if (groups)
                judge_duplicates(c, "groups", "/etc/group");
        judge_unseen_sources(c, groups ? "passwd,group" : "passwd");
}

const struct bio_check accounts_unique = {
        .id = "accounts.unique",
        .title = {.nl = "Elke accountnaam en elk uid komt één keer voor",
                  .en = "Every account name and every uid occurs once"},
        .why = {.nl = "Twee namen met één uid zijn voor het systeem één account: bestanden, processen en logregels "
                      "laten "
                      "niet zien wie van de twee het was. Van een dubbele naam telt alleen de eerste regel.",
                .en = "Two names with one uid are one account to the system: files, processes and log lines do not "
                      "show "
                      "which of the two it was. Of a name that stands twice only the first line counts."},
        .fix = {.commands =
                        "pwck --read-only                 # duplicate names\n"
                        "usermod --uid NUMBER ACCOUNT     # a free number for the second account; its home follows\n"
                        "find / -xdev -uid OLD -ls        # what keeps the old number: decide whose each file is",
                .risk = {.nl = "Bestanden buiten de homedirectory behouden het oude nummer en zijn daarna van het "
                               "andere "
                               "account. Het account mag niet ingelogd zijn.",
                         .en = "Files outside the home keep the old number and then belong to the other account. The "
                               "account must not be logged in."},
                .undo = "usermod --non-unique --uid OLD ACCOUNT"},
        .severity = BIO_HIGH,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"accounts", NULL},
        .parameters = (const struct bio_parameter[]){{"groups",
                                                      BIO_PARAMETER_BOOL,
                                                      "false",
                                                      {.nl = "Ook namen en nummers van groepen",
                                                       .en = "Names and numbers of groups too"}},
                                                     {.name = NULL}},
        .run = unique,
};

/* --- lines of an old kind ----------------------------------------------------------------------------------------- */

static void judge_legacy(struct bio_context *c, const struct bio_node *line)
{
        const struct bio_node *compat = bio_get(c, line, "compat");
        const struct bio_subject *subject =
                bio_subject(c, BIO_TECHNICAL, "file:%s", bio_string(c, bio_get(c, line, "file")));
        struct bio_finding *finding;

        if (!bio_known(c, compat)) {
                bio_judge(c, subject, compat, BIO_IS_FALSE, NULL);
                return;
        }
        if (bio_boolean(c, compat))
                finding = bio_conclude(c, subject, BIO_FAIL,
                                       "a line by which accounts of a directory are let in or kept out");
        else
                finding = bio_conclude(c, subject, BIO_PASS,
                                       "a line without effect: nsswitch.conf has no compat for this file");
        bio_evidence(c, finding, bio_get(c, line, "entry"), "no line that begins with + or -", true);
        bio_evidence(c, finding, compat, NULL, false);
}

static void legacy_entries(struct bio_context *c)
{
        const struct bio_node *lines = bio_query(c, "accounts.legacy", NULL), *line;

        BIO_EACH (c, line, lines)
                if (!accounts_unknown(c, line, "/etc/passwd"))
                        judge_legacy(c, line);
        if (!judge_no_passwd(c) && bio_count(c, lines) == 0)
                bio_evidence(c,
                             bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "file:/etc/passwd"), BIO_PASS,
                                          "no line begins with + or -, here and in shadow, group and gshadow"),
                             lines, NULL, true);
}

const struct bio_check accounts_legacy_entries = {
        .id = "accounts.legacy-entries",
        .title = {.nl = "Geen regels met + of - die accounts van elders toelaten",
                  .en = "No lines with + or - that let in accounts from elsewhere"},
        .why = {.nl = "Met compat in nsswitch.conf haalt een regel die met + begint accounts uit een directory binnen, "
                      "zonder dat zij in de lokale bestanden staan.",
                .en = "With compat in nsswitch.conf a line that begins with + brings in accounts of a directory, which "
                      "are not in the local files."},
        .fix = {.commands = "sed -i.before '/^[[:space:]]*[+-]/d' /etc/passwd /etc/group\n"
                            "sed -i.before '/^[[:space:]]*[+-]/d' /etc/shadow",
                .risk = {.nl = "Wie via zo'n regel inlogt kan dat daarna niet meer: leg eerst vast welke accounts dat "
                               "zijn.",
                         .en = "Whoever logs in through such a line no longer can: first write down which accounts "
                               "these are."},
                .undo = "for f in passwd group shadow; do mv /etc/$f.before /etc/$f; done"},
        .severity = BIO_HIGH,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"accounts", NULL},
        .run = legacy_entries,
};

/* --- system accounts ---------------------------------------------------------------------------------------------- */

/* Files of keys that open a system account: those with a key fail, what is not read leaves it open. True where none
 * does. */
static bool judge_keys(struct bio_context *c, const struct bio_subject *subject, const struct bio_node *keys)
{
        const struct bio_node *file;
        bool closed = true;

        /* Without sshd no key opens anything. */
        if (bio_state(c, keys) == BIO_ABSENT)
                return true;
        if (!bio_known(c, keys)) {
                bio_judge(c, subject, keys, BIO_IS_ABSENT, NULL);
                return false;
        }
        BIO_EACH (c, file, keys) {
                if (bio_state(c, file) == BIO_ABSENT || (bio_known(c, file) && bio_integer(c, file) == 0))
                        continue;
                bio_judge(c, subject, file, BIO_EQUALS, "0");
                closed = false;
        }
        return closed;
}

static void judge_system_account(struct bio_context *c, const struct bio_node *user)
{
        const struct bio_subject *subject = accounts_subject(c, bio_get(c, user, "name"));
        const struct bio_node *password = bio_get(c, user, "password"), *state = bio_get(c, password, "state");
        const struct bio_node *session = bio_get(c, user, "session");
        struct bio_finding *finding;

        if (bio_state(c, password) == BIO_KNOWN) {
                if (strcmp(bio_string(c, state), "empty") == 0) {
                        bio_judge(c, subject, state, BIO_EQUALS, "locked");
                        return;
                }
                if (bio_boolean(c, bio_get(c, password, "usable"))) {
                        bio_judge(c, subject, bio_get(c, password, "usable"), BIO_IS_FALSE, NULL);
                        return;
                }
        } else if (bio_state(c, password) != BIO_ABSENT) {
                bio_judge(c, subject, password, BIO_IS_ABSENT, NULL);
                return;
        }
        if (!bio_boolean(c, session)) {
                finding = bio_conclude(c, subject, BIO_PASS, "no password opens it, and its shell gives no session");
                bio_evidence(c, finding, bio_get(c, user, "shell"), NULL, true);
        } else if (judge_keys(c, subject, bio_get(c, user, "keys"))) {
                finding = bio_conclude(c, subject, BIO_PASS,
                                       "its shell gives a session, but no password and no key opens it");
                bio_evidence(c, finding, bio_get(c, user, "shell"), NULL, true);
        }
}

static void system_locked(struct bio_context *c)
{
        const struct bio_node *users = bio_query(c, "accounts.system", NULL), *user;

        if (accounts_unknown(c, users, "/etc/passwd"))
                return;
        BIO_EACH (c, user, users)
                if (!accounts_unknown(c, user, "/etc/passwd"))
                        judge_system_account(c, user);
        judge_unseen_sources(c, "passwd,shadow");
        if (bio_count(c, users) == 0)
                bio_evidence(c,
                             bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "file:/etc/passwd"), BIO_NA,
                                          "there are no system accounts"),
                             users, NULL, true);
}

const struct bio_check accounts_system_locked = {
        .id = "accounts.system-locked",
        .title = {.nl = "In een systeemaccount logt niemand in", .en = "Nobody logs in to a system account"},
        .why = {.nl = "Systeemaccounts zijn van programma's, niet van personen. Wie erin kan komen handelt onder de "
                      "naam "
                      "van een dienst en is niet te herleiden.",
                .en = "System accounts are for programs, not for persons. Whoever gets into one acts under the name of "
                      "a "
                      "service and cannot be traced."},
        .fix = {.commands = "passwd --lock ACCOUNT\n"
                            "usermod --shell /usr/sbin/nologin ACCOUNT",
                .risk = {.nl = "Een dienst of taak die `su ACCOUNT` of ssh met een sleutel gebruikt werkt daarna niet "
                               "meer: zoek dat eerst op in cron en in scripts.",
                         .en = "A service or job that uses `su ACCOUNT`, or ssh with a key, stops working: look for "
                               "that "
                               "in cron and in scripts first."},
                .undo = "passwd --unlock ACCOUNT\nusermod --shell OLD ACCOUNT"},
        .severity = BIO_HIGH,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"accounts", NULL},
        .run = system_locked,
};
