/* SPDX-License-Identifier: EUPL-1.2 */
/* The running system: what processes, the service manager, the kernel and the probe answer. One interface, so that a
 * test can answer instead (live_override); under `--root` there is none, and every answer is `unreadable: not observed
 * offline`. */
#ifndef FACTS_LIVE_H
#define FACTS_LIVE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/tree.h"

struct live;

/* What bioagent-probe answers, asked by whoever owns the stream to it (facts know no processes): each gives the body of
 * the answer, {"enabled":…,…} or {"error":"…"}, as a new reference. */
struct live_probe {
        json_t *(*audit_status)(void *user);
        void *user;
        json_t *(*audit_rules)(void *user); /* {"rules":[…]} */
};

/* `probe` (borrowed) may be NULL: then what needs it is unreadable, with the reason. `offline`: nothing is observed. */
struct live *live_new(const struct live_probe *probe, bool offline);
void live_free(struct live *l);

/* Why nothing is observed ("not observed offline"), or NULL. */
const char *live_offline(const struct live *l);

/* All answers are new nodes of `t`, basis BIO_RUNNING, with a source such as "service manager", "kernel audit",
 * "/proc". */

/* A unit as systemd has it: {"load_state","active_state","sub_state","unit_file_state","main_pid","fragment_path",
 * "exec_start":[{"path","argv":[…]}],"environment":[…],"environment_files":[…],"state_change":seconds,"active_enter":seconds,
 * "exec_main_start":seconds,"last_trigger":seconds}; the last of a timer alone. Unreadable: "no service manager" where
 * none answers. At most 2 s. */
struct bio_node *live_unit(struct live *l, struct tree *t, const char *unit);
/* The names of loaded units that match a glob: list of bytes. */
struct bio_node *live_units(struct live *l, struct tree *t, const char *pattern);
/* The kernel's audit status, through the probe:
 * {"enabled","failure","pid","rate_limit","backlog_limit","lost","backlog"}. Unreadable: "not permitted (needs root)",
 * "kernel without audit", …; absent in a container: "the host's". */
struct bio_node *live_audit_status(struct live *l, struct tree *t);
/* The rules that the kernel's audit has, each list in its order, through the probe: a list of
 * {"list","action","mask","fields":[{"field","op","value"|"text"}]} in the numbers of linux/audit.h; mask is "all" or
 * 64 words of 8 hex digits. Unreadable as the status is. */
struct bio_node *live_audit_rules(struct live *l, struct tree *t);
/* A process: {"pid","name","argv":[…],"start":seconds,"inner":bool}; inner: it runs in a process namespace below ours,
 * as in a container. Absent where there is none. */
struct bio_node *live_process(struct live *l, struct tree *t, int64_t pid);
/* All processes of a name (comm, 15 characters): list as above. */
struct bio_node *live_processes(struct live *l, struct tree *t, const char *name);
/* The type of the file system that a path lies on ("ext4", "tmpfs"); the path goes through no link. */
struct bio_node *live_file_system(struct live *l, struct tree *t, const char *path);
/* The kernel's clock, as adjtimex(2) tells it without changing anything:
 * {"synchronised":bool,"max_error":microseconds,"estimated_error":microseconds}; synchronised: STA_UNSYNC is clear. */
struct bio_node *live_clock(struct live *l, struct tree *t);
/* "none", or the kind of container this is seen from within ("docker", "lxc", "container"). */
struct bio_node *live_container(struct live *l, struct tree *t);

/* Another source of the same answers: the test program's, from a case's live.json. A pointer that nothing shipped
 * assigns; where it is set, every function above asks it, with the same arguments. */
struct live_source {
        struct bio_node *(*unit)(struct tree *t, const char *unit);
        struct bio_node *(*units)(struct tree *t, const char *pattern);
        struct bio_node *(*audit_status)(struct tree *t);
        struct bio_node *(*process)(struct tree *t, int64_t pid);
        struct bio_node *(*processes)(struct tree *t, const char *name);
        struct bio_node *(*file_system)(struct tree *t, const char *path);
        struct bio_node *(*clock)(struct tree *t);
        struct bio_node *(*container)(struct tree *t);
        struct bio_node *(*audit_rules)(struct tree *t);
};
extern const struct live_source *live_override;

#endif
