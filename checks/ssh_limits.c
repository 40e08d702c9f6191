/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks of the OpenSSH server: how often, how long and how many. The numbers are proposals. */
#include <stdlib.h>
#include <string.h>

#include "checks/checks.h"
#include "checks/ssh.h"

static void max_auth_tries(struct bio_context *c)
{
        judge_sshd_keyword(c, "MaxAuthTries", BIO_AT_MOST, "4");
}

const struct bio_check ssh_max_auth_tries = {
        .id = "ssh.max-auth-tries",
        .title = {.nl = "Een ssh-verbinding geeft hooguit vier pogingen om in te loggen",
                  .en = "An ssh connection gives at most four attempts to log in"},
        .why = {.nl = "Wie wachtwoorden raadt heeft per verbinding zoveel pogingen als MaxAuthTries zegt. Minder "
                      "pogingen maken raden trager en laten meer sporen na.",
                .en = "Whoever guesses passwords has as many attempts a connection as MaxAuthTries says. Fewer "
                      "attempts make guessing slower and leave more traces."},
        .fix = {.commands = "echo 'MaxAuthTries 4' > /etc/ssh/sshd_config.d/00-max-auth-tries.conf\n"
                            "sshd -t\n"
                            "sshd -T | grep -i '^maxauthtries'    # 4?",
                .reload = "systemctl reload ssh.service",
                .risk = {.nl = "Elke sleutel die een client aanbiedt telt als poging: wie meer dan drie sleutels in "
                               "zijn agent heeft, moet zeggen welke hij gebruikt (IdentitiesOnly). Een Match-blok dat "
                               "MaxAuthTries zet gaat voor, en wat sshd eerder leest ook: pas het daar aan.",
                         .en = "Each key that a client offers counts as an attempt: whoever has more than three keys "
                               "in an agent must say which one to use (IdentitiesOnly). A Match block that sets "
                               "MaxAuthTries overrides this, and so does what sshd reads earlier: change it there."},
                .undo = "rm /etc/ssh/sshd_config.d/00-max-auth-tries.conf"},
        .severity = BIO_LOW,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", NULL},
        .run = max_auth_tries,
};

static void login_grace(struct bio_context *c)
{
        const struct bio_node *scope;

        if (!judge_sshd(c))
                return;
        BIO_EACH (c, scope, bio_query(c, "sshd.effective", "keywords", "LoginGraceTime")) {
                const struct bio_node *seconds = bio_get(c, scope, "LoginGraceTime");

                if (bio_known(c, seconds) && bio_integer(c, seconds) == 0)
                        bio_evidence(c, bio_conclude(c, ssh_scope_subject(c, scope), BIO_FAIL, "0 is: without an end"),
                                     seconds, "1 to 60", true);
                else
                        bio_judge(c, ssh_scope_subject(c, scope), seconds, BIO_AT_MOST, "60");
        }
}

const struct bio_check ssh_login_grace = {
        .id = "ssh.login-grace",
        .title = {.nl = "Wie niet binnen een minuut inlogt, wordt door sshd verbroken",
                  .en = "sshd ends a connection that has not logged in within a minute"},
        .why = {.nl = "Verbindingen zonder login houden een plaats bezet (MaxStartups). Met een paar honderd daarvan "
                      "kan "
                      "niemand anders meer inloggen, en hoe langer zij blijven staan, hoe minder dat kost.",
                .en = "Connections that do not log in hold a place (MaxStartups). A few hundred of them keep "
                      "everybody "
                      "else out, and the longer they stay, the less that costs."},
        .fix = {.commands = "echo 'LoginGraceTime 60' > /etc/ssh/sshd_config.d/00-login-grace.conf\n"
                            "sshd -t\n"
                            "sshd -T | grep -i '^logingracetime'    # 60?",
                .reload = "systemctl reload ssh.service",
                .risk = {.nl = "Wie langer dan een minuut over een wachtwoord en een tweede factor doet, begint "
                               "opnieuw. Wat sshd eerder leest gaat voor: pas het daar aan.",
                         .en = "Whoever takes more than a minute for a password and a second factor starts again. "
                               "What sshd reads earlier overrides this: change it there."},
                .undo = "rm /etc/ssh/sshd_config.d/00-login-grace.conf"},
        .severity = BIO_LOW,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", NULL},
        .run = login_grace,
};

/* --- who has not logged in yet ------------------------------------------------------------------------------------ */

#define STARTUPS_BEGIN 10 /* from so many on some are refused */
#define STARTUPS_MOST  60 /* from so many on all are */

/* "BEGIN:RATE:MOST", three numbers, as the fact writes it (sshd_config(5)). A higher rate is stricter: it is not
 * judged. */
static bool startups_are_few(const char *value)
{
        const char *last = strrchr(value, ':');

        return last && strtoul(value, NULL, 10) <= STARTUPS_BEGIN && strtoul(last + 1, NULL, 10) <= STARTUPS_MOST;
}

static void max_startups(struct bio_context *c)
{
        const struct bio_node *scope;

        if (!judge_sshd(c))
                return;
        BIO_EACH (c, scope, bio_query(c, "sshd.effective", "keywords", "MaxStartups")) {
                const struct bio_node *startups = bio_get(c, scope, "MaxStartups");
                enum bio_status status = BIO_ERROR;

                if (bio_known(c, startups))
                        status = startups_are_few(bio_string(c, startups)) ? BIO_PASS : BIO_FAIL;
                bio_evidence(c,
                             bio_conclude(c, ssh_scope_subject(c, scope), status,
                                          "begin:chance:most of connections that have not logged in"),
                             startups, "10:30:60, or less", true);
        }
}

const struct bio_check ssh_max_startups = {
        .id = "ssh.max-startups",
        .title = {.nl = "sshd begrenst verbindingen die nog niet zijn ingelogd",
                  .en = "sshd bounds the connections that have not logged in yet"},
        .why = {.nl = "Elke verbinding kost een proces en geheugen voordat iemand bewijst wie hij is. Vanaf tien "
                      "weigert sshd er steeds meer, vanaf zestig alle: dat houdt een stortvloed betaalbaar.",
                .en = "Each connection costs a process and memory before anybody proves who he is. From ten on sshd "
                      "refuses more and more of them, from sixty on all: that keeps a flood affordable."},
        .fix = {.commands = "echo 'MaxStartups 10:30:60' > /etc/ssh/sshd_config.d/99-max-startups.conf\n"
                            "sshd -t\n"
                            "sshd -T | grep -i '^maxstartups'    # 10:30:60?",
                .reload = "systemctl reload ssh.service",
                .risk = {.nl = "Een beheerprogramma dat tientallen verbindingen tegelijk opent, wordt soms geweigerd. "
                               "Van MaxStartups geldt de laatste regel die sshd leest: staat er een in "
                               "/etc/ssh/sshd_config zelf, pas het dan daar aan.",
                         .en = "A management tool that opens dozens of connections at once is refused now and then. "
                               "Of MaxStartups the last line that sshd reads counts: where one stands in "
                               "/etc/ssh/sshd_config itself, change it there."},
                .undo = "rm /etc/ssh/sshd_config.d/99-max-startups.conf"},
        .severity = BIO_LOW,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", NULL},
        .run = max_startups,
};

/* --- clients that are gone ---------------------------------------------------------------------------------------- */

#define SILENCE_MOST 900 /* seconds */

/* Whether this one alone says that a silent client stays too long: 0 switches it off, and the other is a whole number.
 */
static bool is_too_long(struct bio_context *c, const struct bio_node *factor)
{
        return bio_known(c, factor) && (bio_integer(c, factor) == 0 || bio_integer(c, factor) > SILENCE_MOST);
}

static void judge_silence(struct bio_context *c, const struct bio_node *scope)
{
        const struct bio_node *interval = bio_get(c, scope, "ClientAliveInterval");
        const struct bio_node *count = bio_get(c, scope, "ClientAliveCountMax");
        const bool both = bio_known(c, interval) && bio_known(c, count);
        const bool by_count = !is_too_long(c, interval) && (is_too_long(c, count) || !bio_known(c, count));
        enum bio_status status = BIO_ERROR;
        struct bio_finding *finding;

        if (is_too_long(c, interval) || is_too_long(c, count))
                status = BIO_FAIL;
        else if (both)
                status = bio_integer(c, interval) * bio_integer(c, count) <= SILENCE_MOST ? BIO_PASS : BIO_FAIL;
        finding =
                bio_conclude(c, ssh_scope_subject(c, scope), status,
                             "ClientAliveInterval times ClientAliveCountMax, where neither is 0: at most 900 seconds");
        bio_evidence(c, finding, by_count ? count : interval, NULL, true);
        if (both)
                bio_evidence(c, finding, by_count ? interval : count, NULL, false);
}

static void idle(struct bio_context *c)
{
        const struct bio_node *scope;

        if (!judge_sshd(c))
                return;
        BIO_EACH (c, scope, bio_query(c, "sshd.effective", "keywords", "ClientAliveInterval,ClientAliveCountMax"))
                judge_silence(c, scope);
}

const struct bio_check ssh_idle = {
        .id = "ssh.idle",
        .title = {.nl = "sshd verbreekt een verbinding waarvan de client niet meer antwoordt",
                  .en = "sshd ends a connection whose client no longer answers"},
        .why = {.nl = "Een sessie waarvan de client weg is blijft anders openstaan, met alles wat daarin draait en "
                      "mag. "
                      "Wie er wel is en niets doet, merkt hier niets van: zijn client antwoordt vanzelf.",
                .en = "Otherwise a session whose client is gone stays open, with all that runs in it and may be done "
                      "from it. Whoever is there and does nothing notices nothing of this: the client answers by "
                      "itself."},
        .fix = {.commands = "printf 'ClientAliveInterval 300\\nClientAliveCountMax 3\\n' "
                            "> /etc/ssh/sshd_config.d/00-idle.conf\n"
                            "sshd -t\n"
                            "sshd -T | grep -i '^clientalive'    # 300 and 3?",
                .reload = "systemctl reload ssh.service",
                .risk = {.nl = "Een sessie over een verbinding die langer dan een kwartier wegvalt, eindigt. Een "
                               "Match-blok dat een van beide zet gaat voor, en wat sshd eerder leest ook: pas het "
                               "daar aan.",
                         .en = "A session over a network that is away for more than a quarter of an hour ends. A "
                               "Match block that sets one of them overrides this, and so does what sshd reads "
                               "earlier: change it there."},
                .undo = "rm /etc/ssh/sshd_config.d/00-idle.conf"},
        .severity = BIO_LOW,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", NULL},
        .run = idle,
};
