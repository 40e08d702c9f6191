/* SPDX-License-Identifier: EUPL-1.2 */
/* What the fact `sshd` and its queries both tell, as nodes. */
#ifndef FACTS_SSHD_NODES_H
#define FACTS_SSHD_NODES_H

#include "facts/sshd_host.h"
#include "facts/sshd_scopes.h"

extern const struct fact_query sshd_queries[];

/* Why there is no sshd to tell of. */
struct bio_node *sshd_state_node(struct tree *t, const struct sshd *s);
/* A value with where it comes from and what it won from. */
struct bio_node *sshd_value_node(struct tree *t, const struct sshd_config *c, enum sshd_keyword_id id,
                                 const struct sshd_value *value);
/* "WHAT: FILE:LINE: REASON", undecidable. */
struct bio_node *sshd_not_known(struct tree *t, const char *what, const struct sshd_reason *reason);

/* Why nothing that an instance would do can be told, as a node; NULL where it can. */
struct bio_node *sshd_instance_unknown(struct tree *t, const struct sshd *s, const struct sshd_instance *i);
/* Whether sshd starts: true; false with its reason as a note; or not known. */
struct bio_node *sshd_starts_node(struct tree *t, const struct sshd *s, const struct sshd_instance *i);
/* Whether what is on disk is what a running sshd has read. Absent: none runs. */
struct bio_node *sshd_in_force_node(struct tree *t, const struct sshd_instance *i);

/* sshd_ways.c */

/* Which keywords decide by which methods somebody gets in. */
void sshd_ways_keywords(bool *keywords);
/* The ways in of a scope whose keywords are set: a list, a way a list of methods that are all asked for. */
struct bio_node *sshd_ways_node(struct tree *t, const struct bio_node *scope);

/* sshd_keys.c */

/* The files that HostKey names and the directories above: a list of {"path","contents","metadata"}, a key's with "key".
 */
const struct bio_node *sshd_host_keys(struct facts *f);

/* sshd_banner.c */

/* Of a scope whose Banner is set: whether sshd sends a text before somebody logs in. Absent: none is named. */
struct bio_node *sshd_banner_node(struct facts *f, const struct bio_node *scope);

#endif
