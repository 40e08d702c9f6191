/* SPDX-License-Identifier: EUPL-1.2 */
#include "report/host.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/utsname.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"

#define SMALL_FILE_MOST ((size_t)64 * 1024)

const char *report_agent_version(void)
{
        return BIOAGENT_VERSION;
}

static bool is_running_host(const char *root)
{
        return !root || streq(root, "/");
}

/* Finds a file below the root, links resolved there, without opening it. Another root may be anybody's, so no mount
 * within it is entered; the running host's /usr, to which os-release is a link, may be a mount of its own. */
static int find_in_root(const char *root, const char *path)
{
        struct open_how how = {
                .flags = O_PATH | O_CLOEXEC,
                .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | (is_running_host(root) ? 0 : RESOLVE_NO_XDEV),
        };
        _cleanup_fd_ int directory = open(root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);

        return directory < 0 ? -1 : (int)syscall(SYS_openat2, directory, path + 1, &how, sizeof(how));
}

/* A small regular file's bytes below the root, malloc'd, or NULL. */
static char *read_in_root(const char *root, const char *path)
{
        _cleanup_fd_ int fd = find_in_root(root, path);
        _cleanup_free_ char *self = NULL;
        struct stat st;
        size_t length;
        char *bytes;

        if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
                return NULL;
        self = must_printf("/proc/self/fd/%d", fd);
        return file_read(AT_FDCWD, self, SMALL_FILE_MOST, &bytes, &length) < 0 ? NULL : bytes;
}

/* The value of KEY=VALUE in the form of os-release(5): quotes off, backslash before $ " \ and ` taken. NULL where it is
 * missing. */
static char *os_release_value(const char *bytes, const char *key)
{
        size_t n = strlen(key);
        char *found = NULL;

        for (const char *line = bytes; *line; line += *line == '\n') {
                const char *end = line + strcspn(line, "\n");

                if (strncmp(line, key, n) == 0 && line[n] == '=') {
                        _cleanup_text_ struct text value = {0};
                        const char *s = line + n + 1, *last = end;
                        char quote = '\0';

                        if (s < last && (*s == '"' || *s == '\''))
                                quote = *s++;
                        for (; s < last && *s != quote; s++) {
                                if (*s == '\\' && quote != '\'' && s + 1 < last && strchr("$\"\\`'", s[1]))
                                        s++;
                                text_add_char(&value, *s);
                        }
                        free(found); /* the last one counts, as in a shell */
                        found = text_take(&value);
                }
                line = end;
        }
        return found;
}

static json_t *os_name(const char *root)
{
        static const char *const paths[] = {"/etc/os-release", "/usr/lib/os-release"};
        _cleanup_free_ char *bytes = NULL, *name = NULL, *id = NULL, *version = NULL;

        for (size_t i = 0; !bytes && i < ELEMENTS(paths); i++)
                bytes = read_in_root(root, paths[i]);
        if (!bytes)
                return json_null();
        name = os_release_value(bytes, "PRETTY_NAME");
        if (name && *name)
                return json_safe_string(name, strlen(name));
        id = os_release_value(bytes, "ID");
        version = os_release_value(bytes, "VERSION_ID");
        free(name);
        name = must_printf("%s%s%s", id && *id ? id : "linux", version && *version ? " " : "", version ? version : "");
        return json_safe_string(name, strlen(name));
}

/* hostname(5): the first line that is no comment. Empty where there is none: a record always has a name. */
static json_t *configured_name(const char *root)
{
        _cleanup_free_ char *bytes = read_in_root(root, "/etc/hostname");
        const char *s = bytes;
        size_t n;

        while (s && *s) {
                s += strspn(s, " \t\r\n");
                n = strcspn(s, " \t\r\n");
                if (*s != '#' && n)
                        return json_safe_string(s, n);
                s += strcspn(s, "\n");
        }
        return json_must(json_string(""));
}

json_t *report_host(const char *id, const char *organisation, const json_t *labels, const json_t *profile,
                    const char *root)
{
        json_t *o = json_must(json_object());
        struct utsname uts = {0};
        bool live = is_running_host(root) && uname(&uts) == 0;

        json_set(o, "id", json_string_or_null(id));
        json_set(o, "name", live ? json_safe_string(uts.nodename, strlen(uts.nodename)) : configured_name(root));
        json_set(o, "org", organisation && *organisation ? json_printf("%s", organisation) : json_null());
        json_set(o, "labels", labels ? json_must(json_deep_copy(labels)) : json_must(json_object()));
        json_set(o, "profile", profile ? json_must(json_deep_copy(profile)) : json_must(json_object()));
        json_set(o, "os", os_name(root));
        json_set(o, "kernel", live ? json_safe_string(uts.release, strlen(uts.release)) : json_null());
        return o;
}

char *report_boot_id(void)
{
        _cleanup_free_ char *id = NULL;
        size_t length;
        _cleanup_fd_ int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

        if (fd < 0 || fd_read_all(fd, 64, &id, &length) < 0)
                return NULL;
        id[strcspn(id, "\n")] = '\0';
        return TAKE_PTR(id);
}

/* adjtimex(2) with no mode set only asks. */
static json_t *clock_state(void)
{
        struct timex state = {.modes = 0};
        json_t *o;

        if (adjtimex(&state) < 0)
                return json_null();
        o = json_must(json_object());
        json_set(o, "synchronised", json_boolean(!(state.status & STA_UNSYNC)));
        return o;
}

static json_t *moment_json(int64_t moment)
{
        char text[MOMENT_TEXT];

        moment_format(moment, text);
        return json_must(json_string(text));
}

json_t *report_run(const char *trigger, int64_t started, int64_t finished, bool offline)
{
        json_t *o = json_must(json_object());
        _cleanup_free_ char *boot_id = offline ? NULL : report_boot_id();
        char id[37];

        random_uuid(id);
        json_set(o, "id", json_must(json_string(id)));
        json_set(o, "trigger", json_must(json_string(trigger)));
        json_set(o, "started", moment_json(started));
        json_set(o, "finished", moment_json(finished));
        json_set(o, "boot_id", json_string_or_null(boot_id));
        json_set(o, "clock", clock_state());
        json_set(o, "agent", json_must(json_string(report_agent_version())));
        return o;
}
