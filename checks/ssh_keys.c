/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks of the keys of the OpenSSH server. */
#include <string.h>

#include "checks/accounts.h"
#include "checks/checks.h"
#include "checks/ssh.h"

static void judge_size(struct bio_context *c, const struct bio_subject *subject, const struct bio_node *key)
{
        if (!bio_known(c, key))
                bio_evidence(c, bio_conclude(c, subject, BIO_ERROR, "what key this is could not be told"), key, NULL,
                             true);
        else if (strcmp(bio_string(c, bio_get(c, key, "type")), "RSA") == 0)
                bio_judge(c, subject, bio_get(c, key, "bits"), BIO_AT_LEAST, "2048");
}

/* True where there is a key. */
static bool judge_host_key(struct bio_context *c, const struct bio_node *file)
{
        const struct bio_node *key = bio_get(c, file, "key");
        const char *path = bio_string(c, bio_get(c, file, "path"));
        const bool directory = strcmp(bio_string(c, bio_get(c, file, "contents")), "directory") == 0;

        /* sshd goes on without a key that is not there. */
        if (!directory && bio_state(c, bio_get(c, file, "metadata")) == BIO_ABSENT)
                return false;
        judge_file_permissions(c, file);
        if (!directory)
                judge_size(c, bio_subject(c, BIO_TECHNICAL, "file:%s", path), key);
        return !directory;
}

/* There may be a key. */
static bool judge_unknown(struct bio_context *c, const struct bio_node *file)
{
        bio_evidence(c,
                     bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "service:ssh"), BIO_ERROR,
                                  "which files hold the keys is not known"),
                     file, NULL, true);
        return true;
}

static void host_keys(struct bio_context *c)
{
        const struct bio_node *files, *file;
        bool any = false;

        if (!judge_sshd(c))
                return;
        files = bio_query(c, "sshd.host-keys", NULL);
        BIO_EACH (c, file, files)
                any |= bio_known(c, file) ? judge_host_key(c, file) : judge_unknown(c, file);
        if (!any && bio_known(c, files))
                bio_evidence(c,
                             bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "service:ssh"), BIO_NA,
                                          "none of the keys that HostKey names is there: sshd does not start"),
                             files, NULL, true);
}

const struct bio_check ssh_host_keys = {
        .id = "ssh.host-keys",
        .title = {.nl = "De sleutels waarmee deze host zich bewijst, zijn van root alleen en sterk genoeg",
                  .en = "The keys by which this host shows who it is are root's alone, and strong enough"},
        .why = {.nl = "Wie de sleutel van een host heeft, of hem kan vervangen, doet zich voor als die host en leest "
                      "elk wachtwoord mee. Een RSA-sleutel van minder dan 2048 bits is te kraken.",
                .en = "Whoever has the key of a host, or can replace it, passes for that host and reads every "
                      "password. An RSA key of less than 2048 bits can be broken."},
        .fix = {.commands =
                        "chown root:root /etc/ssh /etc/ssh/ssh_host_*\n"
                        "setfacl --remove-all /etc/ssh /etc/ssh/ssh_host_*    # where ls -ld shows a +: an access list "
                        "(package acl)\n"
                        "chmod go-w /etc/ssh\n"
                        "chmod 0600 /etc/ssh/ssh_host_*_key\n"
                        "chmod 0644 /etc/ssh/ssh_host_*_key.pub\n"
                        "# A key that others could read, or that is too short:\n"
                        "rm FILE FILE.pub && ssh-keygen -A",
                .reload = "systemctl restart ssh.service",
                .risk = {.nl = "Van een nieuwe sleutel schrikt elke client die de oude kende: maak de vingerafdruk "
                               "vooraf bekend (ssh-keygen -l -f FILE). Lopende sessies blijven.",
                         .en = "A new key alarms each client that knew the old one: make its fingerprint known "
                               "beforehand (ssh-keygen -l -f FILE). Sessions go on."},
                .undo = "getfacl --absolute-names /etc/ssh /etc/ssh/ssh_host_* > before    # first; then, to go back: "
                        "setfacl --restore=before"},
        .severity = BIO_HIGH,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", NULL},
        .run = host_keys,
};
