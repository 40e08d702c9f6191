/* SPDX-License-Identifier: EUPL-1.2 */
/* Who can become root, beside who may. */
#include <string.h>

#include "checks/accounts.h"
#include "checks/checks.h"
#include "checks/sources.h"

static bool is_root(struct bio_context *c, const struct bio_node *name)
{
        return strcmp(bio_string(c, name), "root") == 0;
}

/* An entry of the declared set that allows becoming root: as whom is not said, or it says root. */
static const struct bio_node *find_declared(struct bio_context *c, const struct bio_node *set,
                                            const struct bio_node *name)
{
        const struct bio_node *entry;

        BIO_EACH (c, entry, set) {
                const struct bio_node *as = bio_get(c, entry, "as");

                if (strcmp(bio_string(c, bio_get(c, entry, "account")), bio_string(c, name)) == 0 &&
                    (bio_state(c, as) == BIO_ABSENT || is_root(c, as)))
                        return entry;
        }
        return NULL;
}

static struct bio_finding *judge_declared(struct bio_context *c, const struct bio_node *set,
                                          const struct bio_node *name)
{
        const struct bio_subject *subject = accounts_subject(c, name);
        const struct bio_node *entry;
        struct bio_finding *finding;

        if (!bio_known(c, set))
                return bio_conclude(c, subject, BIO_MANUAL, "can become root, and no list of who may is in force: %s",
                                    bio_why(c, set));
        entry = find_declared(c, set, name);
        if (entry) {
                finding = bio_conclude(c, subject, BIO_PASS, "can become root, as is declared");
                bio_evidence(c, finding, bio_get(c, entry, "reason"), NULL, false);
                return finding;
        }
        if (is_root(c, name))
                return bio_conclude(c, subject, BIO_PASS, "is root itself");
        return bio_conclude(c, subject, BIO_FAIL, "can become root, and is not declared");
}

static void judge_member(struct bio_context *c, const struct bio_node *set, const struct bio_node *account)
{
        struct bio_finding *finding = judge_declared(c, set, bio_get(c, account, "name"));
        const struct bio_node *reason;

        BIO_EACH (c, reason, bio_get(c, account, "reasons"))
                bio_evidence(c, finding, reason, NULL, true);
        if (!bio_boolean(c, bio_get(c, account, "exists")))
                bio_evidence(c, finding, bio_get(c, account, "exists"), NULL, false);
}

/* Whoever knows a group's password joins it, and nobody sees who. */
static void judge_group(struct bio_context *c, const struct bio_node *group)
{
        const struct bio_node *password = bio_get(c, group, "password");

        if (bio_state(c, password) == BIO_ABSENT || (bio_known(c, password) && !bio_boolean(c, password)))
                return;
        bio_judge(c, bio_subject(c, BIO_TECHNICAL, "group:%s/password", bio_string(c, bio_get(c, group, "name"))),
                  password, BIO_IS_FALSE, NULL);
}

/* What makes somebody root by rules that this version does not read: it may, so nothing passes. */
static void judge_rules(struct bio_context *c, const struct bio_node *rules)
{
        const struct bio_node *rule;

        BIO_EACH (c, rule, rules)
                bio_judge(c, bio_subject(c, BIO_TECHNICAL, "source:%s", bio_key(c, rule)), rule, BIO_IS_ABSENT, NULL);
}

/* The list as a whole, by a digest that is the same as long as the same accounts are there for the same reasons. */
static void tell_digest(struct bio_context *c, const struct bio_node *set, const struct bio_node *digest)
{
        const bool declared = bio_known(c, set);

        bio_evidence(c,
                     bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "file:/etc/group"), declared ? BIO_PASS : BIO_MANUAL,
                                  "the list of who can become root"),
                     digest, NULL, true);
}

static void privileged_members(struct bio_context *c)
{
        const struct bio_node *privileged = bio_query(c, "accounts.privileged", NULL);
        const struct bio_node *set = bio_declared(c, "privileged"), *item;
        const struct bio_node *accounts = bio_get(c, privileged, "accounts"),
                              *groups = bio_get(c, privileged, "groups");

        if (!accounts_unknown(c, accounts, "/etc/passwd"))
                BIO_EACH (c, item, accounts)
                        if (!accounts_unknown(c, item, "/etc/passwd"))
                                judge_member(c, set, item);
        if (!accounts_unknown(c, groups, "/etc/group"))
                BIO_EACH (c, item, groups)
                        judge_group(c, item);
        judge_rules(c, bio_get(c, privileged, "rules"));
        BIO_EACH (c, item, bio_get(c, privileged, "su"))
                accounts_unknown(c, item, "/etc/pam.d/su");
        judge_unseen_sources(c, "passwd,group,initgroups,gshadow");
        BIO_EACH (c, item, bio_get(c, privileged, "sudoers"))
                judge_directory(c, item);
        tell_digest(c, set, bio_get(c, privileged, "digest"));
}

const struct bio_check accounts_privileged_members = {
        .id = "accounts.privileged-members",
        .title = {.nl = "Wie root kan worden is aangewezen", .en = "Everyone who can become root was appointed"},
        .why = {.nl = "Root kan alles, ook sporen wissen. Wie dat kan worden, rechtstreeks of via een groep als docker "
                      "of "
                      "disk, hoort met een reden op de lijst van de organisatie te staan.",
                .en = "Root can do anything, and erase the traces. Whoever can become root, directly or by a group "
                      "such as "
                      "docker or disk, should stand on the organisation's list with a reason."},
        .fix = {.commands = "gpasswd --delete ACCOUNT GROUP      # who should not: out of the group\n"
                            "gpasswd --remove-password GROUP     # where a group has a password\n"
                            "editor /etc/bioagent/declarations.d/privileged.yml    # who should: the set `privileged`, "
                            "with the reason",
                .risk = {.nl = "Zorg eerst dat iemand anders root kan worden. Een ingelogde sessie houdt de groep tot "
                               "zij "
                               "eindigt.",
                         .en = "First make sure that somebody else can become root. A session keeps the group until it "
                               "ends."},
                .undo = "gpasswd --add ACCOUNT GROUP"},
        .severity = BIO_HIGH,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"accounts", NULL},
        .run = privileged_members,
};
