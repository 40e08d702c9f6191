/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent-collector: takes records, enrols hosts, shows where they stand (docs/collector.md). */
#include "collector/commands.h"

int main(int argc, char **argv)
{
        return collector_main(argc, argv);
}
