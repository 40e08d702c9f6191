/* SPDX-License-Identifier: EUPL-1.2 */
/* What an observer says is typed here before anyone uses it: it parses hostile input, and may have been taken over by
 * it. */
#ifndef WIRE_SHAPE_H
#define WIRE_SHAPE_H

#include <jansson.h>

#define SHAPE_FINDINGS_MOST 100
#define SHAPE_EVIDENCE_MOST 256             /* pieces in one finding */
#define SHAPE_STRING_MOST   ((size_t)65536) /* bytes in one string of a result */

/* 0 where `result` has the form of a result of `check` (docs/protocol.md); else -EBADMSG with *why malloc'd. */
int shape_result(const json_t *result, const char *check, char **why);
/* The same for the answer to DESCRIBE. */
int shape_descriptors(const json_t *descriptors, char **why);

#endif
