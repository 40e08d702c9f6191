/* SPDX-License-Identifier: EUPL-1.2 */
/* The tracked file access over hostile files and mounts: each question is answered within seconds, in the right state
 * and with its reason. Prints how many answers it compared; fails where there were none. */
#include <stdio.h>

#include "scene.h"

int main(void)
{
        bool well;

        (void)setvbuf(stdout, NULL, _IOLBF, 0);
        well = scenes_play(file_scenes);
        well = scenes_play(mount_scenes) && well;
        well = scenes_report() && well;
        return well ? 0 : 1;
}
