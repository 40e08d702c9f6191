/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks of accounts. */
#include <string.h>

#include "checks/checks.h"
#include "checks/sources.h"

static void judge_account(struct bio_context *c, const struct bio_node *user)
{
        const struct bio_node *name = bio_get(c, user, "name"), *uid = bio_get(c, user, "uid");

        if (strcmp(bio_string(c, name), "root") == 0)
                bio_judge(c, bio_subject(c, BIO_TECHNICAL, "user:root"), uid, BIO_EQUALS, "0");
        else
                bio_judge(c, bio_subject(c, bio_class(c, name), "user:%s", bio_string(c, name)), uid, BIO_NOT_EQUALS,
                          "0");
}

static void uid0(struct bio_context *c)
{
        const struct bio_node *users = bio_query(c, "accounts.uid0", NULL), *user;
        struct bio_finding *finding;

        BIO_EACH (c, user, users)
                judge_account(c, user);
        judge_sources(c);
        if (bio_count(c, users) > 0)
                return;
        finding = bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "file:/etc/passwd"), BIO_ERROR,
                               "no account with uid 0 can be seen, not even root");
        bio_evidence(c, finding, users, NULL, true);
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
