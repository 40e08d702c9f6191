/* SPDX-License-Identifier: EUPL-1.2 */
/* ssh.crypto: the algorithms that sshd agrees to, of the lists in force in the installed version. Which of them are
 * weak is a proposal. */
#include <stdio.h>
#include <string.h>

#include "checks/checks.h"
#include "checks/ssh.h"

enum place { IS, STARTS, HAS };

struct rule {
        enum place place;
        const char *text;
        bool weak; /* false: it is said, and is no failure */
};

/* CBC has let plaintext be recovered; the others are too short or broken. */
static const struct rule ciphers[] = {
        {HAS, "-cbc", true}, {STARTS, "arcfour", true}, {IS, "none", true}, {.text = NULL}};
/* hmac-sha1 and 64 bits stand up still, as no collision helps against a MAC. */
static const struct rule macs[] = {
        {STARTS, "hmac-md5", true},   {HAS, "-96", true},         {IS, "none", true},
        {STARTS, "hmac-sha1", false}, {STARTS, "umac-64", false}, {.text = NULL},
};
/* Also those of GSSAPI, whose names go on behind a dash. */
static const struct rule exchanges[] = {{HAS, "-sha1", true}, {HAS, "-group1-", true}, {.text = NULL}};
/* SHA-1 signatures; the keys of rsa-sha2-256 and -512 are the same, and fine. */
static const struct rule keys[] = {
        {STARTS, "ssh-dss", true}, {IS, "ssh-rsa", true}, {STARTS, "ssh-rsa-cert-", true}, {.text = NULL}};

static const struct {
        const char *keyword;
        const struct rule *rules;
        const char *in_use; /* the keyword that switches it on; NULL: it always counts */
        const char *asked;  /* both */
} lists[] = {
        {"Ciphers", ciphers, NULL, "Ciphers"},
        {"MACs", macs, NULL, "MACs"},
        {"KexAlgorithms", exchanges, NULL, "KexAlgorithms"},
        {"GSSAPIKexAlgorithms", exchanges, "GSSAPIKeyExchange", "GSSAPIKexAlgorithms,GSSAPIKeyExchange"},
        {"HostKeyAlgorithms", keys, NULL, "HostKeyAlgorithms"},
        {"PubkeyAcceptedAlgorithms", keys, "PubkeyAuthentication", "PubkeyAcceptedAlgorithms,PubkeyAuthentication"},
        {"HostbasedAcceptedAlgorithms", keys, "HostbasedAuthentication",
         "HostbasedAcceptedAlgorithms,HostbasedAuthentication"},
        {"CASignatureAlgorithms", keys, NULL, "CASignatureAlgorithms"},
};

static bool fits(const struct rule *rule, const char *name)
{
        switch (rule->place) {
        case IS:
                return strcmp(name, rule->text) == 0;
        case STARTS:
                return strncmp(name, rule->text, strlen(rule->text)) == 0;
        case HAS:
                break;
        }
        return strstr(name, rule->text) != NULL;
}

static const struct rule *rule_for(const struct rule *rules, const char *name)
{
        for (; rules->text; rules++)
                if (fits(rules, name))
                        return rules;
        return NULL;
}

#define NAMES_MOST 1024 /* bytes of names in one remark; what does not fit is left away */

static void add_name(char text[static NAMES_MOST], const char *name)
{
        size_t used = strlen(text);

        (void)snprintf(text + used, NAMES_MOST - used, "%s%s", *text ? " " : "", name);
}

static void judge_names(struct bio_context *c, const struct bio_subject *subject, const struct bio_node *list,
                        const struct rule *rules)
{
        const struct bio_node *name;
        char weak[NAMES_MOST] = "", old[NAMES_MOST] = "";
        struct bio_finding *finding;

        BIO_EACH (c, name, list) {
                const struct rule *rule = rule_for(rules, bio_string(c, name));

                if (rule)
                        add_name(rule->weak ? weak : old, bio_string(c, name));
        }
        if (*weak)
                finding = bio_conclude(c, subject, BIO_FAIL, "weak: %s", weak);
        else if (*old)
                finding = bio_conclude(c, subject, BIO_PASS, "old, and not known to be weak: %s", old);
        else
                finding = bio_conclude(c, subject, BIO_PASS, "no algorithm in it is known to be weak");
        bio_evidence(c, finding, list, NULL, true);
}

static void judge_list(struct bio_context *c, const struct bio_node *scope, size_t i)
{
        const struct bio_node *where = bio_get(c, scope, "applies_to"), *list = bio_get(c, scope, lists[i].keyword);
        const struct bio_node *on = lists[i].in_use ? bio_get(c, scope, lists[i].in_use) : NULL;
        const struct bio_subject *subject;

        if (on && sshd_says(c, on, "no"))
                return;
        subject = bio_subject(c, bio_class(c, where), "service:ssh/%s/%s", bio_string(c, where), lists[i].keyword);
        if (bio_known(c, list))
                judge_names(c, subject, list, lists[i].rules);
        else
                bio_evidence(c, bio_conclude(c, subject, BIO_ERROR, "which algorithms are agreed to is not known"),
                             list, NULL, true);
}

static void crypto(struct bio_context *c)
{
        const struct bio_node *scope;
        size_t i;

        if (!judge_sshd(c))
                return;
        for (i = 0; i < sizeof(lists) / sizeof(*lists); i++)
                BIO_EACH (c, scope, bio_query(c, "sshd.effective", "keywords", lists[i].asked))
                        judge_list(c, scope, i);
}

const struct bio_check ssh_crypto = {
        .id = "ssh.crypto",
        .title = {.nl = "sshd spreekt geen zwakke algoritmen af", .en = "sshd agrees to no weak algorithms"},
        .why = {.nl = "Wie het verkeer kan wijzigen laat beide kanten het zwakste kiezen dat zij allebei kennen. Wat "
                      "sshd niet aanbiedt, kan niet worden gekozen.",
                .en = "Whoever can change the traffic has both sides choose the weakest that both of them know. What "
                      "sshd does not offer cannot be chosen."},
        .fix = {.commands = "sshd -T | grep -iE '^(ciphers|macs|.*algorithms) '    # what is in force now\n"
                            "printf '%s\\n' 'Ciphers -*-cbc,arcfour*' 'MACs -hmac-md5*,*-96*' "
                            "'KexAlgorithms -*-sha1,*-group1-*' 'HostKeyAlgorithms -ssh-rsa,ssh-dss*' "
                            "'PubkeyAcceptedAlgorithms -ssh-rsa,ssh-dss*' > /etc/ssh/sshd_config.d/00-crypto.conf\n"
                            "sshd -t",
                .reload = "systemctl reload ssh.service",
                .risk = {.nl = "Oude clients en apparaten kunnen daarna niet meer verbinden. Met een - ervoor gaat een "
                               "naam af van wat de versie zelf biedt; een Match-blok dat een lijst zet gaat voor, en "
                               "wat sshd eerder leest ook: pas het daar aan.",
                         .en = "Old clients and devices can no longer connect. A - before them takes names off what "
                               "the version itself offers; a Match block that sets a list overrides this, and so does "
                               "what sshd reads earlier: change it there."},
                .undo = "rm /etc/ssh/sshd_config.d/00-crypto.conf"},
        .severity = BIO_MEDIUM,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", NULL},
        .run = crypto,
};
