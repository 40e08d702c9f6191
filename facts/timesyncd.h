/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef FACTS_TIMESYNCD_H
#define FACTS_TIMESYNCD_H

#include "facts/facts.h"

/* {"servers","fallback"}: lists of what systemd-timesyncd asks; the second where the first is empty. Absent where it is
 * not installed. */
struct bio_node *timesyncd_servers(struct facts *f);

#endif
