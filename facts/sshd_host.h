/* SPDX-License-Identifier: EUPL-1.2 */
/* The sshd of this host: which version, how it is started, and its configuration, read once a run. */
#ifndef FACTS_SSHD_HOST_H
#define FACTS_SSHD_HOST_H

#include "facts/facts.h"
#include "facts/sshd_config.h"

#define SSHD_MODELS 2 /* a version that is not modelled is held against two */

/* One way in which sshd is started. */
struct sshd_instance {
        const char *name;         /* the unit (of several with the same options the first), or a command line */
        const char *command_line; /* for showing */
        struct sshd_arguments arguments;
        bool starts_sshd;      /* the installed program, with options that serve */
        const char *elsewhere; /* a program that by its name is an sshd, started in a way that is not judged; or NULL */
        const char *undecidable; /* the command line cannot be told: why; then there is no configuration */
        struct sshd_config *configs[SSHD_MODELS]; /* one for each model under which it starts, else the first alone */
        size_t config_count;
        struct sshd_reason doubts; /* why a version that is not modelled may not start */
        int64_t main_pid;
        int64_t running_since; /* when it last read its configuration; 0: it does not run */
        const char *not_seen;  /* why it is not known whether it runs; NULL: it is */
        const char *changed;   /* a file read that changed after it was started, or NULL */
        int64_t changed_at;
};

struct sshd {
        struct facts *facts;
        struct arena arena;
        enum bio_state state; /* ABSENT: no sshd; KNOWN; else nothing can be said */
        const char *why;
        const char *version; /* of the package: "1:9.2p1-2+deb12u7"; NULL: not known */
        const char *version_why;
        const char *version_source;
        unsigned version_line;
        struct sshd_release releases[SSHD_MODELS];
        size_t release_count; /* 1: this very version is modelled */
        struct sshd_host host;
        struct sshd_instance *instances;
        size_t instance_count, instances_allocated;
};

struct sshd *sshd_of(struct facts *f);

/* Where distributions put it; the latter where /usr/sbin is a link to bin. */
#define SSHD_PROGRAM     "/usr/sbin/sshd"
#define SSHD_PROGRAM_BIN "/usr/bin/sshd"
/* The distribution's program, as it lies here. */
const struct access_file *sshd_program(struct sshd *s);

/* sshd_release.c: the models for a package's version (NULL: not known): 1, 2, or 0 with *why. */
size_t sshd_releases(struct arena *arena, const char *version, struct sshd_release ret[static SSHD_MODELS],
                     const char **why);

/* sshd_service.c: fills s->instances, without configurations. */
void sshd_find_instances(struct sshd *s);
/* The options of a command line, its first word left out. False with *why where one of them is not modelled. */
bool sshd_arguments_of(struct arena *arena, const char *const *argv, size_t count, struct sshd_arguments *ret,
                       const char **why);

#endif
