/* SPDX-License-Identifier: EUPL-1.2 */
/* example.root-password: an example of a check in a shared object. It is all that a check takes: one function, one
 * descriptor. */
#include <bioagent/check.h>

static void root_password(struct bio_context *c)
{
        const struct bio_node *root = bio_query(c, "accounts.user", "name", "root");

        bio_judge(c, bio_subject(c, BIO_TECHNICAL, "user:root"), bio_get(c, bio_get(c, root, "password"), "state"),
                  BIO_EQUALS, bio_string(c, bio_parameter(c, "state")));
}

static const struct bio_check check = {
        .id = "example.root-password",
        .title = {.nl = "Het wachtwoord van root is vergrendeld", .en = "The password of root is locked"},
        .why = {.nl = "Wie beheert doet dat onder zijn eigen naam; met een wachtwoord voor root kan het ook zonder.",
                .en = "Administrators work under their own names; with a password for root they need not."},
        .fix = {.commands = "passwd --lock root",
                .risk = {.nl = "Zorg eerst dat iemand met sudo root kan worden, ook aan de console.",
                         .en = "First make sure that somebody can become root by sudo, at the console too."},
                .undo = "passwd --unlock root"},
        .severity = BIO_MEDIUM,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"accounts", NULL},
        .parameters =
                (const struct bio_parameter[]){{.name = "state",
                                                .type = BIO_PARAMETER_TEXT,
                                                .fallback = "locked",
                                                .title = {.nl = "locked, set of empty", .en = "locked, set or empty"}},
                                               {0}},
        .run = root_password,
};

BIO_EXPORT extern const struct bio_plugin bio_plugin;
const struct bio_plugin bio_plugin = {
        .abi = BIO_ABI_VERSION,
        .size = sizeof(struct bio_check),
        .checks = (const struct bio_check *const[]){&check, NULL},
};
