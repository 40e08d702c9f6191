/* SPDX-License-Identifier: EUPL-1.2 */
/* su: who may try to become root by it. */
#include <string.h>

#include "checks/checks.h"

#define OUTSIDER "caller=other,user=root,wheel=outside"

/* Whether somebody outside pam_wheel's group gets root by a service, with root's password or without: then he has no
 * second factor of root's either. */
static const struct bio_node *can(struct bio_context *c, const char *service, const char *function, bool password)
{
        const char *with = password ? OUTSIDER ",password=right" : OUTSIDER ",password=wrong,factor=absent";
        const struct bio_node *answer;

        answer = bio_query(c, "pam.can", "service", service, "function", function, "with", with);
        return bio_known(c, answer) ? bio_get(c, answer, "can") : answer;
}

static bool is_false(struct bio_context *c, const struct bio_node *node)
{
        return bio_known(c, node) && !bio_boolean(c, node);
}

/* Every account with uid 0 is root; a line that is not read may be one, and then it is not known. */
static const struct bio_node *password_of_root(struct bio_context *c)
{
        const struct bio_node *roots = bio_query(c, "accounts.uid0", NULL), *account;

        BIO_EACH (c, account, bio_query(c, "accounts.passwords", NULL)) {
                const struct bio_node *name = bio_get(c, account, "name");
                const struct bio_node *password = bio_get(c, account, "password");

                if (bio_find(c, roots, "name", bio_string(c, name)) &&
                    (bio_boolean(c, bio_get(c, password, "usable")) ||
                     strcmp(bio_string(c, bio_get(c, password, "state")), "empty") == 0))
                        return bio_get(c, password, "state");
        }
        return NULL;
}

static void judge_service(struct bio_context *c, const char *service)
{
        const struct bio_subject *subject = bio_subject(c, BIO_TECHNICAL, "service:%s", service);
        const struct bio_node *auth = can(c, service, "authenticate", true), *password, *account;
        struct bio_finding *finding;

        if (is_false(c, auth)) {
                bio_judge(c, subject, auth, BIO_IS_FALSE, NULL);
                return;
        }
        account = can(c, service, "account", true);
        if (is_false(c, account)) {
                bio_waive(c, auth, "the account stack lets nobody in");
                bio_judge(c, subject, account, BIO_IS_FALSE, NULL);
                return;
        }
        password = password_of_root(c);
        if (!password) {
                bio_waive(c, auth, "root has no password");
                bio_judge(c, subject, can(c, service, "authenticate", false), BIO_IS_FALSE, NULL);
                return;
        }
        if (!bio_known(c, auth) || !bio_known(c, account)) {
                bio_judge(c, subject, bio_known(c, auth) ? account : auth, BIO_IS_FALSE, NULL);
                return;
        }
        finding = bio_conclude(c, subject, BIO_FAIL, "whoever knows root's password becomes root by it");
        bio_evidence(c, finding, auth, "a group is asked for first (pam_wheel)", true);
        bio_evidence(c, finding, password, NULL, false);
}

static void restricted(struct bio_context *c)
{
        judge_service(c, "su");
        judge_service(c, "su-l");
}

const struct bio_check su_restricted = {
        .id = "su.restricted",
        .title = {.nl = "Niet iedereen kan met su root worden", .en = "Not everybody can become root by su"},
        .why = {.nl = "Met su is het wachtwoord van root genoeg, voor wie dan ook die al binnen is; wie het was, is "
                      "achteraf niet te zeggen.",
                .en = "With su root's password is enough, for whoever is in already; who it was cannot be told "
                      "afterwards."},
        .fix = {.commands = "sudo -v             # first: that you become root without su\n"
                            "passwd --lock root  # then root needs no password\n"
                            "# or, where root must have one, a group is asked for:\n"
                            "groupadd --force --system wheel && usermod --append --groups wheel ADMINISTRATOR\n"
                            "sed -i '/^auth.*pam_rootok/a auth required pam_wheel.so group=wheel' /etc/pam.d/su",
                .risk = {.nl = "Wie alleen met su root werd, kan dat niet meer; op de console vraagt de noodmodus om "
                               "het wachtwoord van root. Houd een tweede sessie open.",
                         .en = "Who became root by su alone no longer can; on the console the rescue mode asks for "
                               "root's password. Keep a second session open."},
                .undo = "passwd --unlock root\nsed -i '/^auth required pam_wheel.so group=wheel$/d' /etc/pam.d/su"},
        .severity = BIO_MEDIUM,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"pam", "accounts", NULL},
        .run = restricted,
};
