/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef FACTS_VERSION_NUMBER_H
#define FACTS_VERSION_NUMBER_H

/* Of a package's version the major and minor number of what it packages: "1:9.6p1-3ubuntu13" is 906, "1.5.2-6" 105; -1
 * where there are no two such numbers. */
long version_number(const char *version);

#endif
