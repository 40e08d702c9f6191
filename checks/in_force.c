/* SPDX-License-Identifier: EUPL-1.2 */
#include "checks/in_force.h"

void judge_in_force(struct bio_context *c, const char *service, const struct bio_node *in_force, const char *note)
{
        if (!bio_known(c, in_force) || bio_boolean(c, in_force))
                return;
        bio_evidence(
                c,
                bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "service:%s/in-force", service), BIO_ERROR, "%s", note),
                in_force, "true", true);
}
