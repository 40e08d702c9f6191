/* SPDX-License-Identifier: EUPL-1.2 */
/* A scene: one hostile file system, looked at in a process of its own that is killed when it hangs. */
#ifndef TESTS_ACCESS_SCENE_H
#define TESTS_ACCESS_SCENE_H

#include <stdbool.h>

#include "facts/access.h"

/* Far more than any answer needs, far less than anyone waits. */
#define SCENE_SECONDS 20
#define SCENE_MOST    ((size_t)1024 * 1024)

/* Where the scene plays: an empty directory, where possible a tmpfs in a mount namespace of its own. Current directory:
 * there. */
extern char scene_place[];

/* Ends the scene as failed, with a message. */
_Noreturn void scene_fail(const char *fmt, ...) _printf_(1, 2);
/* Ends the scene as one that this kernel or this container cannot play. */
_Noreturn void scene_skip(const char *fmt, ...) _printf_(1, 2);
/* `r` or, where it is negative, scene_fail() with errno. */
int scene_must(int r, const char *what);
#define MUST(call) scene_must((call), #call)

/* Each is one comparison. `why` NULL: any reason. `path` is below the scene's place where the access is; of the
 * system's root, give below() it. */
void expect_read(struct access *a, const char *path, enum bio_state state, const char *why);
void expect_stat(struct access *a, const char *path, enum bio_state state, const char *why);
void expect_list(struct access *a, const char *path, enum bio_state state, const char *why);
void expect_content(struct access *a, const char *path, const char *content);
void expect(bool held, const char *what);
/* That the plain way waits for ever: so that the scene shows something. */
void expect_plain_open_hangs(const char *path);

/* Accesses of the scene's place as an unpacked image, and of the system; never released: the scene ends. */
struct access *image(void);
struct access *live(void);
/* `path` (with its slash) below the scene's place, as the system names it. */
const char *below(const char *path);

void write_file(const char *path, const char *content);
void make_directories(const char *first, ...) __attribute__((sentinel));

/* What a scene cannot be played without; where a mount namespace can be had, each scene gets one. */
enum needs { NOTHING, ROOT, MOUNTS };

struct scene {
        const char *name;
        void (*play)(void);
        enum needs needs;
};
extern const struct scene file_scenes[], mount_scenes[]; /* ended by a row without a name */

/* Plays all scenes of a table; adds to the totals. Answers false where one failed. */
bool scenes_play(const struct scene *scenes);
/* Prints the totals. False where nothing was compared: that shows nothing. */
bool scenes_report(void);

#endif
