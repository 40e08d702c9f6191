/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks of the OpenSSH server: what is switched on or off. */
#include <string.h>

#include "checks/checks.h"
#include "checks/ssh.h"

/* DisableForwarding goes for both (sshd_config(5)). */
static void judge_forwarding(struct bio_context *c, const struct bio_node *scope)
{
        static const char *const keywords[] = {"X11Forwarding", "AllowAgentForwarding"};
        const struct bio_subject *subject = ssh_scope_subject(c, scope);
        const struct bio_node *all = bio_get(c, scope, "DisableForwarding");
        bool found = false;
        size_t i;

        if (sshd_says(c, all, "yes")) {
                bio_judge(c, subject, all, BIO_EQUALS, "yes");
                return;
        }
        for (i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
                const struct bio_node *one = bio_get(c, scope, keywords[i]);

                if (sshd_says(c, one, "no"))
                        continue;
                /* It is on, unless what is not known switches it off. */
                bio_judge(c, subject, bio_known(c, all) ? one : all, BIO_EQUALS, "no");
                found = true;
        }
        if (!found)
                bio_evidence(c, bio_conclude(c, subject, BIO_PASS, "neither X11 nor the agent is forwarded"),
                             bio_get(c, scope, keywords[0]), NULL, true);
}

static void forwarding(struct bio_context *c)
{
        const struct bio_node *scope;

        if (!judge_sshd(c))
                return;
        BIO_EACH (c, scope,
                  bio_query(c, "sshd.effective", "keywords", "X11Forwarding,AllowAgentForwarding,DisableForwarding"))
                judge_forwarding(c, scope);
}

const struct bio_check ssh_forwarding = {
        .id = "ssh.forwarding",
        .title = {.nl = "sshd geeft geen X11 en geen agent door", .en = "sshd forwards neither X11 nor the agent"},
        .why = {.nl = "Wie op de server root is kan een doorgegeven agent gebruiken om als de gebruiker elders in te "
                      "loggen, en via X11 meelezen en meetypen op diens scherm.",
                .en = "Whoever is root on the server can use a forwarded agent to log in elsewhere as the user, and "
                      "through X11 read and type along on the user's screen."},
        .fix = {.commands = "printf 'X11Forwarding no\\nAllowAgentForwarding no\\n' "
                            "> /etc/ssh/sshd_config.d/00-forwarding.conf\n"
                            "sshd -t\n"
                            "sshd -T | grep -iE '^(x11|allowagent)forwarding'    # both no?",
                .reload = "systemctl reload ssh.service",
                .risk = {.nl = "Grafische programma's over ssh werken niet meer, en wie vandaar verder inlogt heeft "
                               "een andere weg nodig (ProxyJump). Een Match-blok dat een van beide zet gaat voor, en "
                               "wat sshd eerder leest ook: pas het daar aan.",
                         .en = "Graphical programs over ssh no longer work, and whoever logs in further from there "
                               "needs another way (ProxyJump). A Match block that sets one of them overrides this, "
                               "and so does what sshd reads earlier: change it there."},
                .undo = "rm /etc/ssh/sshd_config.d/00-forwarding.conf"},
        .severity = BIO_LOW,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", NULL},
        .run = forwarding,
};

static void hostbased(struct bio_context *c)
{
        judge_sshd_keyword(c, "HostbasedAuthentication", BIO_EQUALS, "no");
}

const struct bio_check ssh_hostbased = {
        .id = "ssh.hostbased",
        .title = {.nl = "sshd laat niemand binnen op gezag van een andere host",
                  .en = "sshd lets nobody in on the word of another host"},
        .why = {.nl = "Met HostbasedAuthentication zegt een andere host wie de gebruiker is. Wie die host heeft, heeft "
                      "dan deze ook, onder elke naam.",
                .en = "With HostbasedAuthentication another host says who the user is. Whoever has that host then has "
                      "this one too, under any name."},
        .fix = {.commands = "echo 'HostbasedAuthentication no' > /etc/ssh/sshd_config.d/00-hostbased.conf\n"
                            "sshd -t\n"
                            "sshd -T | grep -i '^hostbasedauthentication'    # no?",
                .reload = "systemctl reload ssh.service",
                .risk = {.nl = "Taken die zo van host naar host gaan hebben een eigen sleutel nodig. Een Match-blok "
                               "dat HostbasedAuthentication zet gaat voor, en wat sshd eerder leest ook: pas het daar "
                               "aan.",
                         .en = "Jobs that go from host to host this way need a key of their own. A Match block that "
                               "sets HostbasedAuthentication overrides this, and so does what sshd reads earlier: "
                               "change it there."},
                .undo = "rm /etc/ssh/sshd_config.d/00-hostbased.conf"},
        .severity = BIO_HIGH,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", NULL},
        .run = hostbased,
};

static void strict_modes(struct bio_context *c)
{
        judge_sshd_keyword(c, "StrictModes", BIO_EQUALS, "yes");
}

const struct bio_check ssh_strict_modes = {
        .id = "ssh.strict-modes",
        .title = {.nl = "sshd weigert sleutels die een ander had kunnen neerzetten",
                  .en = "sshd refuses keys that somebody else could have put there"},
        .why = {.nl = "Zonder StrictModes leest sshd sleutels ook uit een bestand of home dat anderen kunnen "
                      "wijzigen: wie erin schrijft, logt in als de eigenaar.",
                .en = "Without StrictModes sshd takes keys from a file or home that others can write to as well: "
                      "whoever writes there logs in as its owner."},
        .fix = {.commands = "echo 'StrictModes yes' > /etc/ssh/sshd_config.d/00-strict-modes.conf\n"
                            "sshd -t\n"
                            "sshd -T | grep -i '^strictmodes'    # yes?",
                .reload = "systemctl reload ssh.service",
                .risk = {.nl = "Wie een home of .ssh heeft waarin anderen kunnen schrijven, komt met een sleutel niet "
                               "meer binnen: zet dat eerst recht (chmod go-w). Wat sshd eerder leest gaat voor: pas "
                               "het daar aan.",
                         .en = "Whoever has a home or .ssh that others can write to no longer gets in with a key: "
                               "put that right first (chmod go-w). What sshd reads earlier overrides this: change it "
                               "there."},
                .undo = "rm /etc/ssh/sshd_config.d/00-strict-modes.conf"},
        .severity = BIO_HIGH,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", NULL},
        .run = strict_modes,
};

static void environment(struct bio_context *c)
{
        judge_sshd_keyword(c, "PermitUserEnvironment", BIO_EQUALS, "no");
}

const struct bio_check ssh_environment = {
        .id = "ssh.environment",
        .title = {.nl = "Gebruikers zetten niet zelf de omgeving van hun ssh-sessie",
                  .en = "Users do not set the environment of their ssh session themselves"},
        .why = {.nl = "Met PermitUserEnvironment zet een gebruiker LD_PRELOAD en dergelijke voordat zijn shell begint, "
                      "en ontkomt zo aan een opgelegde opdracht of een beperkte shell.",
                .en = "With PermitUserEnvironment a user sets LD_PRELOAD and the like before the shell starts, and so "
                      "gets out of a forced command or a restricted shell."},
        .fix = {.commands = "echo 'PermitUserEnvironment no' > /etc/ssh/sshd_config.d/00-environment.conf\n"
                            "sshd -t\n"
                            "sshd -T | grep -i '^permituserenvironment'    # no?",
                .reload = "systemctl reload ssh.service",
                .risk = {.nl = "Variabelen uit ~/.ssh/environment en uit environment= bij een sleutel gelden niet "
                               "meer. Wat sshd eerder leest gaat voor: pas het daar aan.",
                         .en = "Variables of ~/.ssh/environment, and of environment= with a key, no longer count. "
                               "What sshd reads earlier overrides this: change it there."},
                .undo = "rm /etc/ssh/sshd_config.d/00-environment.conf"},
        .severity = BIO_MEDIUM,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", NULL},
        .run = environment,
};
