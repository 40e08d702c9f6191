/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks of the OpenSSH server: who gets in, and what they are told before. */
#include <string.h>

#include "checks/checks.h"
#include "checks/ssh.h"

/* From wherever: "*", "*.*", "0.0.0.0/0". */
static bool is_everywhere(const char *host)
{
        size_t length = strlen(host);

        return (strspn(host, "*?.:") == length && strchr(host, '*')) ||
               (length > 2 && strcmp(host + length - 2, "/0") == 0);
}

/* A pattern that every name matches, but for one of a few letters, from everywhere: "*", "?*", "*@*". */
static bool is_everybody(const char *entry)
{
        const char *at = strrchr(entry, '@');
        size_t length = at ? (size_t)(at - entry) : strlen(entry);

        return strspn(entry, "*?") == length && memchr(entry, '*', length) && (!at || is_everywhere(at + 1));
}

/* Whether a list names anybody, and not everybody. */
static bool names_some(struct bio_context *c, const struct bio_node *list)
{
        const struct bio_node *entry;

        BIO_EACH (c, entry, list)
                if (is_everybody(bio_string(c, entry)))
                        return false;
        return bio_count(c, list) > 0;
}

/* Nobody is named. The account stack of PAM may still keep people out, by pam_access and its like. */
static void judge_unnamed(struct bio_context *c, const struct bio_subject *subject, const struct bio_node *scope)
{
        const struct bio_node *pam = bio_get(c, scope, "UsePAM"), *users = bio_get(c, scope, "AllowUsers");
        const bool asked = !sshd_says(c, pam, "no");
        const struct bio_node *can = asked ? sshd_pam_can(c, scope, "account", "") : NULL;
        struct bio_finding *finding;

        if (asked && !(bio_known(c, can) && bio_boolean(c, can))) {
                bio_evidence(c, bio_judge(c, subject, can, BIO_IS_FALSE, NULL), users, NULL, false);
                return;
        }
        finding = bio_conclude(c, subject, BIO_FAIL, "everybody with an account gets in");
        bio_evidence(c, finding, users, "names, here or in AllowGroups", true);
        bio_evidence(c, finding, asked ? can : pam, NULL, false);
}

static void judge_access(struct bio_context *c, const struct bio_node *scope)
{
        static const char *const lists[] = {"AllowUsers", "AllowGroups"};
        const struct bio_subject *subject = ssh_scope_subject(c, scope);
        const struct bio_node *unknown = NULL;
        size_t i;

        for (i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
                const struct bio_node *list = bio_get(c, scope, lists[i]);

                if (!bio_known(c, list)) {
                        unknown = list;
                } else if (names_some(c, list)) {
                        bio_evidence(c, bio_conclude(c, subject, BIO_PASS, "who gets in is named"), list, NULL, true);
                        return;
                }
        }
        if (unknown)
                bio_evidence(c, bio_conclude(c, subject, BIO_ERROR, "who gets in is not known"), unknown, NULL, true);
        else
                judge_unnamed(c, subject, scope);
}

static void access(struct bio_context *c)
{
        const struct bio_node *scope;

        if (!judge_sshd(c))
                return;
        BIO_EACH (c, scope, bio_query(c, "sshd.effective", "keywords", "AllowUsers,AllowGroups,UsePAM,PAMServiceName"))
                judge_access(c, scope);
}

const struct bio_check ssh_access = {
        .id = "ssh.access",
        .title = {.nl = "Wie over ssh mag inloggen, staat met naam, groep of netwerk in de configuratie",
                  .en = "Who may log in over ssh stands in the configuration by name, group or network"},
        .why = {.nl = "Zonder lijst komt elk account binnen dat een sleutel of wachtwoord krijgt, ook een dat een "
                      "pakket of een fout erbij zette. Met een lijst is een nieuw account pas een toegang als iemand "
                      "dat beslist.",
                .en = "Without a list every account gets in that is given a key or a password, also one that a "
                      "package or a mistake added. With a list a new account is a way in only once somebody decides "
                      "so."},
        .fix = {.commands = "groupadd --force ssh-users\n"
                            "usermod --append --groups ssh-users ACCOUNT    # each who may log in, yourself first\n"
                            "echo 'AllowGroups ssh-users' > /etc/ssh/sshd_config.d/00-access.conf\n"
                            "sshd -t",
                .reload = "systemctl reload ssh.service",
                .risk = {.nl = "Wie niet in de groep zit komt er niet meer in, ook root en taken van buiten niet: houd "
                               "een sessie open tot een ander is ingelogd. Een Match-blok dat een van de lijsten zet "
                               "gaat voor: pas het daar aan.",
                         .en = "Whoever is not in the group no longer gets in, root and jobs from outside included: "
                               "keep a session open until somebody else has logged in. A Match block that sets one of "
                               "the lists overrides this: change it there."},
                .undo = "rm /etc/ssh/sshd_config.d/00-access.conf"},
        .severity = BIO_MEDIUM,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", "pam", NULL},
        .run = access,
};

/* --- the text before login ---------------------------------------------------------------------------------------- */

static void banner(struct bio_context *c)
{
        const struct bio_node *scope;

        if (!judge_sshd(c))
                return;
        BIO_EACH (c, scope, bio_query(c, "sshd.banner", NULL)) {
                const struct bio_subject *subject = ssh_scope_subject(c, scope);
                const struct bio_node *sent = bio_get(c, scope, "sent"), *named = bio_get(c, scope, "Banner");

                if (bio_state(c, sent) == BIO_ABSENT)
                        bio_judge(c, subject, named, BIO_NOT_EQUALS, "none");
                else
                        bio_evidence(c, bio_judge(c, subject, sent, BIO_IS_TRUE, NULL), named, NULL, false);
        }
}

const struct bio_check ssh_banner = {
        .id = "ssh.banner",
        .title = {.nl = "Wie over ssh inlogt krijgt vooraf een tekst te zien",
                  .en = "Whoever logs in over ssh is shown a text before"},
        .why = {.nl = "Een tekst vooraf zegt van wie het systeem is en wie er mag zijn. Wie dan nog doorgaat, kan niet "
                      "zeggen dat hij het niet wist.",
                .en = "A text before login says whose system it is and who may be there. Whoever goes on after that "
                      "cannot say that he did not know."},
        .fix = {.commands = "echo 'TEXT' > /etc/ssh/banner    # what your organisation says here\n"
                            "echo 'Banner /etc/ssh/banner' > /etc/ssh/sshd_config.d/00-banner.conf\n"
                            "sshd -t",
                .reload = "systemctl reload ssh.service",
                .risk = {.nl = "Een programma dat over ssh inlogt krijgt de tekst ook, op zijn foutuitvoer. Een "
                               "Match-blok dat Banner zet gaat voor, en wat sshd eerder leest ook: pas het daar aan.",
                         .en = "A program that logs in over ssh gets the text too, as error output. A Match block that "
                               "sets Banner overrides this, and so does what sshd reads earlier: change it there."},
                .undo = "rm /etc/ssh/sshd_config.d/00-banner.conf /etc/ssh/banner"},
        .severity = BIO_LOW,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", NULL},
        .run = banner,
};
