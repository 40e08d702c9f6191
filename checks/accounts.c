/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks of accounts. */
#include <string.h>

#include "checks/checks.h"

/* Accounts elsewhere are judged where they are kept, once it is declared who answers for that directory. */
static void judge_directory(struct bio_context *c, const struct bio_subject *subject, const struct bio_node *name)
{
        const struct bio_node *declared = bio_declared(c, "directories");
        const struct bio_node *entry = bio_find(c, declared, "source", bio_string(c, name));
        struct bio_finding *finding;

        if (entry) {
                finding = bio_conclude(c, subject, BIO_NA, "judged where this directory is kept");
                bio_evidence(c, finding, bio_get(c, entry, "source"), NULL, true);
                bio_evidence(c, finding, bio_get(c, entry, "answers"), NULL, false);
                return;
        }
        finding = bio_conclude(c, subject, BIO_MANUAL,
                               "accounts of this source are not seen from this host, and who answers for it is not "
                               "declared%s%s",
                               bio_known(c, declared) ? "" : ": ", bio_known(c, declared) ? "" : bio_why(c, declared));
        bio_evidence(c, finding, name, "files, compat or systemd", true);
}

/* Of a local source it must be certain that it makes no account that passwd lacks. */
static void judge_source(struct bio_context *c, const struct bio_node *source)
{
        const struct bio_node *name = bio_get(c, source, "name");
        const struct bio_subject *subject = bio_subject(c, BIO_TECHNICAL, "source:%s", bio_string(c, name));

        if (strcmp(bio_string(c, bio_get(c, source, "kind")), "local") == 0)
                bio_judge(c, subject, bio_get(c, source, "records"), BIO_EQUALS, "0");
        else
                judge_directory(c, subject, name);
}

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
        const struct bio_node *users = bio_query(c, "accounts.uid0", NULL), *user, *source;
        struct bio_finding *finding;

        BIO_EACH (c, user, users)
                judge_account(c, user);
        BIO_EACH (c, source, bio_query(c, "accounts.sources", NULL))
                judge_source(c, source);
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
