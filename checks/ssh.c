/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks of the OpenSSH server. */
#include <string.h>

#include "checks/checks.h"

static bool is_no(struct bio_context *c, const struct bio_node *mode)
{
        return bio_known(c, mode) && strcmp(bio_string(c, mode), "no") == 0;
}

/* For every connection that sshd tells apart by its Match blocks. sshd asks for uid 0, not for the name: whatever an
 * account with uid 0 is called, PermitRootLogin is about it. False where it gets in, or that is not known. */
static bool judge_account(struct bio_context *c, const char *name, enum bio_class class)
{
        const struct bio_node *scope;
        bool kept_out = true;

        BIO_EACH (c, scope, bio_query(c, "sshd.effective", "user", name, "keywords", "PermitRootLogin")) {
                const struct bio_node *where = bio_get(c, scope, "applies_to");
                enum bio_class named = class == BIO_PERSONAL ? BIO_PERSONAL : bio_class(c, where);

                bio_judge(c, bio_subject(c, named, "user:%s/%s", name, bio_string(c, where)),
                          bio_get(c, scope, "PermitRootLogin"), BIO_EQUALS, "no");
                kept_out = kept_out && is_no(c, bio_get(c, scope, "PermitRootLogin"));
        }
        return kept_out;
}

/* Who else a source knows is not seen, and may have uid 0: that matters only where a Match block lets such an account
 * in. */
static void judge_unseen(struct bio_context *c, const char *source)
{
        const struct bio_node *scope;

        BIO_EACH (c, scope, bio_query(c, "sshd.effective", "keywords", "PermitRootLogin")) {
                const struct bio_node *where = bio_get(c, scope, "applies_to");
                const struct bio_node *mode = bio_get(c, scope, "PermitRootLogin");

                if (is_no(c, mode))
                        continue;
                bio_evidence(
                        c,
                        bio_conclude(c,
                                     bio_subject(c, bio_class(c, where), "source:%s/%s", source, bio_string(c, where)),
                                     BIO_ERROR, "whether an account of this source has uid 0 is not seen"),
                        mode, "no", true);
        }
}

static void judge_sources(struct bio_context *c)
{
        const struct bio_node *sources = bio_query(c, "accounts.sources", NULL), *source;

        if (bio_state(c, sources) != BIO_KNOWN) {
                judge_unseen(c, "nsswitch.conf");
                return;
        }
        BIO_EACH (c, source, sources) {
                const struct bio_node *records = bio_get(c, source, "records");

                if (!bio_known(c, records) || bio_integer(c, records) != 0)
                        judge_unseen(c, bio_string(c, bio_get(c, source, "name")));
        }
}

/* What is on disk is judged; where a running sshd has read something else, that is a finding of its own. */
static void judge_in_force(struct bio_context *c, const struct bio_node *instance)
{
        const struct bio_node *in_force = bio_get(c, instance, "in_force");

        if (!bio_known(c, in_force) || bio_boolean(c, in_force))
                return;
        bio_evidence(c,
                     bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "service:ssh/in-force"), BIO_ERROR,
                                  "the running sshd has not read what is on disk"),
                     in_force, "true", true);
}

static void root_login(struct bio_context *c)
{
        const struct bio_node *sshd = bio_fact(c, "sshd"), *users = bio_query(c, "accounts.uid0", NULL), *user,
                              *instance;
        bool kept_out = true;

        if (bio_state(c, sshd) == BIO_ABSENT) {
                bio_evidence(
                        c,
                        bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "service:ssh"), BIO_NA, "no sshd is installed"),
                        sshd, NULL, true);
                return;
        }
        BIO_EACH (c, instance, bio_get(c, sshd, "instances"))
                judge_in_force(c, instance);
        BIO_EACH (c, user, users) {
                const struct bio_node *name = bio_get(c, user, "name");
                bool root = strcmp(bio_string(c, name), "root") == 0;

                kept_out &= judge_account(c, bio_string(c, name), root ? BIO_TECHNICAL : bio_class(c, name));
        }
        /* Where passwd has nobody with uid 0, systemd's name service still knows root (nss-systemd(8)). */
        if (bio_count(c, users) == 0)
                kept_out = judge_account(c, "root", BIO_TECHNICAL);
        if (kept_out)
                judge_sources(c);
}

const struct bio_check ssh_root_login = {
        .id = "ssh.root-login",
        .title = {.nl = "Root logt niet in over ssh", .en = "Root does not log in over ssh"},
        .why = {.nl = "Wie beheert logt in onder zijn eigen naam en wordt daarna root: dan is te zien wie wat deed, en "
                      "helpt een "
                      "buitgemaakte sleutel of een geraden wachtwoord van root niet.",
                .en = "Administrators log in under their own names and become root afterwards: so it can be seen who "
                      "did what, and "
                      "a stolen key or guessed password of root is of no use."},
        .fix = {.commands = "echo 'PermitRootLogin no' > /etc/ssh/sshd_config.d/00-root-login.conf\nsshd -t",
                .reload = "systemctl reload ssh.service",
                .risk = {.nl = "Controleer eerst dat iemand anders kan inloggen en root kan worden. Een Match-blok dat "
                               "PermitRootLogin zet wint hiervan: pas dat zelf aan.",
                         .en = "First make sure that somebody else can log in and become root. A Match block that sets "
                               "PermitRootLogin wins from this: change that itself."},
                .undo = "rm /etc/ssh/sshd_config.d/00-root-login.conf"},
        .severity = BIO_HIGH,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", "accounts", NULL},
        .run = root_login,
};
