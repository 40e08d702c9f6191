/* SPDX-License-Identifier: EUPL-1.2 */
/* Access lists, as the kernel hands them out in the attribute system.posix_acl_access (linux/posix_acl_xattr.h). */
#include <endian.h>
#include <errno.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>

#include "base/text.h"
#include "facts/access.h"
#include "facts/results.h"

bool (*access_acl_overlay)(const char *resolved, struct access_acl *acl);

#define ATTRIBUTE "system.posix_acl_access"

/* The mask bounds all but the owner and everyone (acl(5)). */
static void apply_mask(struct grant *grants, size_t count)
{
        unsigned mask = 7;
        size_t i;

        for (i = 0; i < count; i++)
                if (grants[i].to == GRANT_MASK)
                        mask = grants[i].permissions;
        for (i = 0; i < count; i++)
                if (grants[i].to == GRANT_USER || grants[i].to == GRANT_GROUP_OWNER || grants[i].to == GRANT_GROUP)
                        grants[i].permissions &= mask;
}

static int take_grants(struct access *a, const unsigned char *bytes, size_t length, struct access_acl *ret)
{
        struct posix_acl_xattr_header header;
        struct posix_acl_xattr_entry entry;
        struct grant *grants;
        size_t i;

        if (length < sizeof(header) || (length - sizeof(header)) % sizeof(entry) != 0)
                return -EINVAL;
        memcpy(&header, bytes, sizeof(header));
        if (le32toh(header.a_version) != POSIX_ACL_XATTR_VERSION)
                return -EINVAL;
        ret->count = (length - sizeof(header)) / sizeof(entry);
        grants = arena_alloc(&a->walk.arena, ret->count * sizeof(*grants));
        for (i = 0; i < ret->count; i++) {
                memcpy(&entry, bytes + sizeof(header) + i * sizeof(entry), sizeof(entry));
                grants[i] = (struct grant){le16toh(entry.e_tag), le16toh(entry.e_perm) & 7U, le32toh(entry.e_id)};
        }
        apply_mask(grants, ret->count);
        ret->grants = grants;
        return 0;
}

static struct access_acl failed(const char *why)
{
        return (struct access_acl){.state = BIO_UNREADABLE, .why = why};
}

static struct access_acl read_acl(struct access *a, struct entry *e)
{
        unsigned char
                bytes[sizeof(struct posix_acl_xattr_header) + ACCESS_ACL_MOST * sizeof(struct posix_acl_xattr_entry)];
        struct access_acl acl = {.state = BIO_KNOWN};
        ssize_t n = walk_attribute(&a->walk, e, ATTRIBUTE, bytes, sizeof(bytes));

        /* No list, or a file system that knows none. */
        if (n == -ENODATA || n == -EOPNOTSUPP)
                return acl;
        if (n == -ERANGE)
                return failed("an access list of more entries than are looked at");
        if (n == -ENOENT)
                return failed("the access list cannot be asked for without /proc");
        if (n < 0)
                return failed(walk_error((int)n));
        if (walk_kept(&a->walk) > ACCESS_TOTAL_MOST)
                return failed(walk_error(-ENOBUFS));
        return take_grants(a, bytes, (size_t)n, &acl) < 0 ? failed("an access list of an unknown form") : acl;
}

static const struct access_acl *kept_acl(struct access *a, struct entry *e)
{
        struct access_acl acl = {.state = BIO_KNOWN};

        if (!e->acl) {
                if (!access_acl_overlay || !access_acl_overlay(walk_path(&a->walk, e), &acl))
                        acl = read_acl(a, e);
                e->acl = memcpy(arena_alloc(&a->walk.arena, sizeof(acl)), &acl, sizeof(acl));
        }
        return e->acl;
}

struct access_acl access_acl(struct access *a, const char *path)
{
        struct walked walked;

        walk_to(&a->walk, path, true, &walked);
        if (walked.state == BIO_UNREADABLE)
                return failed(walked.why);
        if (walked.state == BIO_ABSENT)
                return (struct access_acl){.state = BIO_ABSENT, .why = walk_path(&a->walk, walked.entry)};
        return *kept_acl(a, walked.entry);
}
