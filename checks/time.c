/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks of the clock. */
#include <string.h>

#include "checks/checks.h"

/* A daemon that was just started has not yet had the time to say anything of the clock. */
#define SETTLES 600
/* Microseconds. At this the kernel itself calls its clock unsynchronised (linux/timex.h, NTP_PHASE_LIMIT). chronyd
 * without `rtcsync` leaves it so called while it is in step, and states a smaller error; out of step it states this. */
#define MAX_ERROR "15999999"

static void judge_kept(struct bio_context *c, const struct bio_subject *subject, const struct bio_node *clock,
                       const struct bio_node *daemon)
{
        const struct bio_node *synchronised = bio_get(c, clock, "synchronised"), *start = bio_get(c, daemon, "start");
        struct bio_finding *finding;

        if (bio_boolean(c, synchronised))
                finding = bio_judge(c, subject, synchronised, BIO_IS_TRUE, NULL);
        else if (bio_integer(c, start) > bio_now(c) - SETTLES) {
                finding = bio_conclude(c, subject, BIO_ERROR, "the daemon was started less than ten minutes ago");
                bio_evidence(c, finding, synchronised, "true", true);
                bio_changes_at(c, bio_integer(c, start) + SETTLES);
        } else if (strcmp(bio_string(c, bio_get(c, daemon, "name")), "chronyd") == 0)
                finding = bio_judge(c, subject, bio_get(c, clock, "max_error"), BIO_AT_MOST, MAX_ERROR);
        else
                finding = bio_judge(c, subject, synchronised, BIO_IS_TRUE, NULL);
        bio_evidence(c, finding, bio_get(c, daemon, "name"), NULL, false);
}

static void judge_unkept(struct bio_context *c, const struct bio_subject *subject, const struct bio_node *synchronised,
                         const struct bio_node *others)
{
        const struct bio_node *other;

        BIO_EACH (c, other, others) {
                const struct bio_node *name = bio_get(c, other, "name");

                bio_evidence(c,
                             bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "process:%s", bio_string(c, name)),
                                          BIO_ERROR, "whether this program keeps the clock is not modelled"),
                             name, NULL, true);
        }
        if (bio_count(c, others) > 0)
                return;
        if (bio_boolean(c, synchronised))
                bio_evidence(c,
                             bio_conclude(c, subject, BIO_ERROR,
                                          "the clock is in step, and no daemon that keeps it so can be seen"),
                             synchronised, NULL, true);
        else
                bio_evidence(c, bio_conclude(c, subject, BIO_FAIL, "no time daemon runs"), synchronised, "true", true);
}

static void synchronised_clock(struct bio_context *c)
{
        const struct bio_node *fact = bio_fact(c, "time"), *container = bio_get(c, fact, "container");
        const struct bio_node *clock = bio_get(c, fact, "clock"), *daemon = bio_get(c, fact, "daemon");
        const struct bio_node *synchronised = bio_get(c, clock, "synchronised");
        const struct bio_subject *subject = bio_subject(c, BIO_TECHNICAL, "kernel:clock");

        if (bio_known(c, container) && strcmp(bio_string(c, container), "none") != 0)
                bio_evidence(c, bio_conclude(c, subject, BIO_NA, "in a container the clock is the host's"), container,
                             NULL, true);
        else if (!bio_known(c, synchronised))
                bio_judge(c, subject, synchronised, BIO_IS_TRUE, NULL);
        else if (bio_known(c, daemon))
                judge_kept(c, subject, clock, daemon);
        else if (bio_state(c, daemon) == BIO_ABSENT)
                judge_unkept(c, subject, synchronised, bio_get(c, fact, "others"));
        else
                bio_judge(c, subject, daemon, BIO_IS_ABSENT, NULL);
}

const struct bio_check time_synchronised = {
        .id = "time.synchronised",
        .title = {.nl = "De klok loopt gelijk met een tijdbron", .en = "The clock is synchronised with a time source"},
        .why = {.nl = "Logregels van verschillende systemen zijn alleen naast elkaar te leggen als hun klokken gelijk "
                      "lopen; ook certificaten en eenmalige codes hangen van de tijd af.",
                .en = "Log lines of different systems can be laid side by side only where their clocks agree; "
                      "certificates and one-time codes depend on the time too."},
        .fix = {.commands = "apt install systemd-timesyncd    # or chrony, where that is the house's choice\n"
                            "systemctl unmask systemd-timesyncd.service\n"
                            "systemctl enable --now systemd-timesyncd.service\n"
                            "timedatectl timesync-status      # Packet count: 0 means that the servers do not answer: "
                            "name others with NTP= in /etc/systemd/timesyncd.conf",
                .risk = {.nl = "Een klok die ver afwijkt verspringt: plan dat bij databases en geplande taken. Sta "
                               "UDP-poort 123 naar de tijdservers toe.",
                         .en = "A clock that is far off jumps: plan that where databases and scheduled jobs run. Let "
                               "UDP port 123 out to the time servers."},
                .undo = "systemctl disable --now systemd-timesyncd.service"},
        .severity = BIO_MEDIUM,
        .aspect = BIO_OPERATION,
        .max_age = "P2D",
        .uses = (const char *const[]){"time", NULL},
        .run = synchronised_clock,
};
