/* SPDX-License-Identifier: EUPL-1.2 */
#include "sign/identity.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#define KEY_FILE_MOST     (16 * 1024)
#define HOST_ID_FILE_MOST 256
#define SYSTEM_FILE_MOST  4096
#define INTERFACES_MOST   256

void identity_free(struct identity *i)
{
        jose_key_free(i->key);
        free(i->key_path);
        free(i->host_id_path);
        close_fd(&i->lock);
        *i = (struct identity){.lock = -1};
}

static int lock_directory(const char *path, struct identity *i, char **why)
{
        struct stat st;
        int r = directory_make(path, 0700);

        if (r < 0) {
                *why = must_printf("cannot make %s: %s", path, strerror(-r));
                return r;
        }
        i->lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (i->lock < 0 || fstat(i->lock, &st) < 0) {
                r = -errno;
                *why = must_printf("cannot open %s: %s", path, strerror(errno));
                return r;
        }
        /* As root by hand on an installed host: files of root would lock the service out of its own state. */
        if (st.st_uid != geteuid()) {
                *why = must_printf("%s belongs to uid %u, this runs as uid %u: start the service, or run as that user",
                                   path, st.st_uid, geteuid());
                return -EPERM;
        }
        if (flock(i->lock, LOCK_EX | LOCK_NB) < 0) {
                *why = must_printf("another process signs in %s", path);
                return -EBUSY;
        }
        return 0;
}

static char *pending_path(const struct identity *i)
{
        return must_printf("%s.new", i->key_path);
}

static int load_key(const char *path, struct jose_key **ret, char **why)
{
        _cleanup_free_ char *bytes = NULL, *reason = NULL;
        size_t length = 0;
        int r = file_read(AT_FDCWD, path, KEY_FILE_MOST, &bytes, &length);

        if (r == 0) {
                r = jose_key_from_pem(bytes, length, ret, &reason);
                explicit_bzero(bytes, length);
        }
        if (r == 0 && !jose_key_is_private(*ret)) {
                jose_key_free(TAKE_PTR(*ret));
                reason = must_strdup("a public key alone");
                r = -EINVAL;
        }
        if (r < 0)
                *why = must_printf("%s: %s", path, reason ? reason : strerror(-r));
        return r;
}

static int make_key(const char *path, struct jose_key **ret, char **why)
{
        _cleanup_key_ struct jose_key *key = jose_key_generate();
        char *pem = jose_key_to_pem(key);
        int r = file_write_durably(AT_FDCWD, path, 0600, pem, strlen(pem), true);

        explicit_bzero(pem, strlen(pem));
        free(pem);
        if (r < 0) {
                *why = must_printf("cannot write %s: %s", path, strerror(-r));
                return r;
        }
        *ret = TAKE_PTR(key);
        return 0;
}

static int open_key(struct identity *i, char **why)
{
        _cleanup_free_ char *pending = pending_path(i);

        file_remove_temporaries(AT_FDCWD, pending);
        if (access(i->key_path, F_OK) == 0 || errno != ENOENT) {
                i->introduced = true;
                return load_key(i->key_path, &i->key, why);
        }
        if (access(pending, F_OK) == 0)
                return load_key(pending, &i->key, why);
        return make_key(pending, &i->key, why);
}

/* RFC 9562, lower case. */
static bool is_uuid(const char *s)
{
        size_t n;

        for (n = 0; s[n]; n++) {
                bool dash = n == 8 || n == 13 || n == 18 || n == 23;

                if (dash ? s[n] != '-' : !strchr("0123456789abcdef", s[n]))
                        return false;
        }
        return n == HOST_ID_TEXT - 1;
}

static void read_host_id(struct identity *i)
{
        _cleanup_free_ char *bytes = NULL;
        size_t length = 0;

        file_remove_temporaries(AT_FDCWD, i->host_id_path);
        if (file_read(AT_FDCWD, i->host_id_path, HOST_ID_FILE_MOST, &bytes, &length) < 0)
                return;
        bytes[strcspn(bytes, "\n")] = '\0';
        if (is_uuid(bytes))
                memcpy(i->host_id, bytes, HOST_ID_TEXT);
        else
                log_message(LOG_WARNING, "%s holds no UUID", i->host_id_path);
}

int identity_open(const char *state, const char *key_path, struct identity *ret, char **why)
{
        _cleanup_free_ char *directory = must_printf("%s/sign", state);
        int r;

        *ret = (struct identity){.lock = -1};
        if (key_path[0] != '/') {
                *why = must_printf("key: %s is no absolute path; other stores of keys are not supported yet", key_path);
                return -EINVAL;
        }
        ret->key_path = must_strdup(key_path);
        ret->host_id_path = must_printf("%s/host-id", directory);
        r = lock_directory(directory, ret, why);
        if (r == 0)
                r = open_key(ret, why);
        if (r < 0) {
                identity_free(ret);
                return r;
        }
        read_host_id(ret);
        return 0;
}

static int sync_parent(const char *path)
{
        const char *slash = strrchr(path, '/');
        _cleanup_free_ char *parent = must_strndup(path, slash == path ? 1 : (size_t)(slash - path));
        _cleanup_fd_ int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        return fd < 0 ? -errno : directory_sync(fd);
}

int identity_settle(struct identity *i)
{
        _cleanup_free_ char *pending = pending_path(i);

        if (i->introduced)
                return 0;
        if (rename(pending, i->key_path) < 0)
                return -errno;
        i->introduced = true;
        return sync_parent(i->key_path);
}

int identity_set_host(struct identity *i, const char *host_id)
{
        _cleanup_free_ char *line = must_printf("%s\n", host_id);

        if (strlen(host_id) >= HOST_ID_TEXT)
                return -EINVAL;
        (void)snprintf(i->host_id, sizeof(i->host_id), "%s", host_id);
        return file_write_durably(AT_FDCWD, i->host_id_path, 0600, line, strlen(line), false);
}

/* A file of the system, without its last newline; NULL where it cannot be read or is empty. */
static char *system_text(const char *path)
{
        _cleanup_free_ char *bytes = NULL;
        size_t length = 0;

        if (file_read(AT_FDCWD, path, SYSTEM_FILE_MOST, &bytes, &length) < 0)
                return NULL;
        bytes[strcspn(bytes, "\n")] = '\0';
        return bytes[0] ? TAKE_PTR(bytes) : NULL;
}

static int compare_texts(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The addresses of network interfaces that are devices: a copied virtual machine is given others. Sorted: names may
 * change. */
static void add_interfaces(struct text *t)
{
        _cleanup_dir_ DIR *dir = opendir("/sys/class/net");
        char *addresses[INTERFACES_MOST];
        const struct dirent *entry;
        size_t count = 0, i;

        while (dir && count < INTERFACES_MOST && (entry = readdir(dir))) {
                _cleanup_free_ char *device = must_printf("/sys/class/net/%s/device", entry->d_name);
                _cleanup_free_ char *path = must_printf("/sys/class/net/%s/address", entry->d_name);
                char *address;

                if (entry->d_name[0] == '.' || access(device, F_OK) < 0)
                        continue;
                address = system_text(path);
                if (address)
                        addresses[count++] = address;
        }
        qsort(addresses, count, sizeof(addresses[0]), compare_texts);
        for (i = 0; i < count; i++) {
                text_printf(t, "%s\n", addresses[i]);
                free(addresses[i]);
        }
}

static json_t *hardware_digest(void)
{
        static const char *const sources[] = {"/sys/class/dmi/id/sys_vendor", "/sys/class/dmi/id/product_name",
                                              "/sys/firmware/devicetree/base/model"};
        _cleanup_text_ struct text t = {0};
        _cleanup_free_ char *digest = NULL;
        size_t i;

        for (i = 0; i < ELEMENTS(sources); i++) {
                _cleanup_free_ char *value = system_text(sources[i]);

                if (value)
                        text_printf(&t, "%s\n", value);
        }
        add_interfaces(&t);
        if (t.length == 0)
                return json_null();
        digest = sha256_digest(t.data, t.length);
        return json_string_or_null(digest);
}

/* machine-id(5): the id itself is not to be shown to the network; with a prefix of ours its digest says nothing
 * elsewhere. */
static json_t *machine_digest(void)
{
        _cleanup_free_ char *id = system_text("/etc/machine-id"), *salted = NULL, *digest = NULL;

        if (!id)
                return json_null();
        salted = must_printf("bioagent machine-id %s", id);
        digest = sha256_digest(salted, strlen(salted));
        return json_string_or_null(digest);
}

json_t *identity_attributes(void)
{
        json_t *attributes = json_must(json_object());

        json_set(attributes, "machine_id", machine_digest());
        json_set(attributes, "hardware", hardware_digest());
        return attributes;
}
