/* SPDX-License-Identifier: EUPL-1.2 */
/* First all lines are read once, to learn which chain and number each has; then each chain is followed in order. Only
 * the places of lines are kept, so that memory does not grow with the size of the records. */
#include "record/verify.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "record/lines.h"

/* Where a record stands. */
struct place {
        char chain[RECORD_CHAIN_TEXT];
        uint64_t seq;
        size_t erased; /* disclosures: the most complete copy of a record comes first */
        size_t file, line, length;
        uint64_t offset;
};

struct verifier {
        const struct jose_key *const *keys;
        size_t key_count;
        const char *const *files;
        const struct verify_listener *listener;
        int input; /* the copy of standard input, or -1 */
        struct place *places;
        size_t count, allocated;
        enum verify_result result;
};

static void verifier_end(struct verifier *v)
{
        free(v->places);
        close_fd(&v->input);
}

static enum verify_result worst(enum verify_result a, enum verify_result b)
{
        static const int rank[] = {[VERIFY_VALID] = 0, [VERIFY_GAPS] = 1, [VERIFY_UNDECIDED] = 2, [VERIFY_BROKEN] = 3};

        return rank[a] > rank[b] ? a : b;
}

static void tell(struct verifier *v, const struct verify_problem *p)
{
        if (v->listener->problem)
                v->listener->problem(p, v->listener->user);
}

static void tell_file(struct verifier *v, size_t file, size_t line, enum verify_result result, const char *why)
{
        struct verify_problem p = {.file = v->files[file], .line = line, .result = result, .why = why};

        v->result = worst(v->result, result);
        tell(v, &p);
}

static const struct jose_key *given_key(const struct verifier *v, const char *kid)
{
        size_t i;

        for (i = 0; i < v->key_count; i++)
                if (streq(kid, jose_key_id(v->keys[i])))
                        return v->keys[i];
        return NULL;
}

/* A header may name anything; what is shown is a thumbprint or nothing. */
static bool is_kid(const char *kid)
{
        return kid && strlen(kid) == JOSE_KID_TEXT - 1 &&
               strspn(kid, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == JOSE_KID_TEXT - 1;
}

/* --- the first reading ------------------------------------------------------------------------------------------- */

static void take_report(struct verifier *v, size_t file, size_t line, const struct jws *j, const struct record *r)
{
        const struct jose_key *key = given_key(v, j->kid);
        _cleanup_free_ char *host_name = safe_string(r->host_name, strlen(r->host_name));
        struct verify_report report = {
                .file = v->files[file],
                .line = line,
                .kid = is_kid(j->kid) ? j->kid : NULL,
                .host_name = host_name,
                .made = r->made,
                .missing = j->digest_count - j->disclosure_count,
        };

        if (v->key_count == 0) {
                report.result = VERIFY_UNDECIDED;
                report.why = "no key was given";
        } else if (!key) {
                report.result = VERIFY_BROKEN;
                report.why = "signed with another key than those given";
        } else if (jws_verify(j, key) < 0) {
                report.result = VERIFY_BROKEN;
                report.why = "the signature is not that of the key given";
        }
        v->result = worst(v->result, report.result);
        if (v->listener->report)
                v->listener->report(&report, v->listener->user);
}

static int read_record(const char *bytes, size_t length, struct jws *j, struct record *r, char **why)
{
        int e = jws_parse(bytes, length, 0, j, why);

        if (e < 0)
                return e;
        e = record_read(j->payload, r, why);
        if (e == 0 && r->kind != RECORD_REPORT && length > JWS_LINE_MOST) {
                *why = must_printf("longer than %d bytes", JWS_LINE_MOST);
                e = -E2BIG;
        }
        return e;
}

static void take_line(struct verifier *v, size_t file, const struct line *line)
{
        _cleanup_(jws_free) struct jws j = {0};
        _cleanup_free_ char *why = NULL;
        struct place place = {.file = file, .line = line->number, .length = line->length, .offset = line->offset};
        struct record r;

        if (read_record(line->bytes, line->length, &j, &r, &why) < 0) {
                tell_file(v, file, line->number, VERIFY_BROKEN, why);
                return;
        }
        if (r.kind == RECORD_REPORT) {
                take_report(v, file, line->number, &j, &r);
                return;
        }
        memcpy(place.chain, r.chain, sizeof(place.chain));
        place.seq = r.seq;
        place.erased = j.digest_count - j.disclosure_count;
        v->places = must_grow(v->places, &v->allocated, v->count + 1, sizeof(*v->places));
        v->places[v->count++] = place;
}

static int open_file(struct verifier *v, size_t file)
{
        int fd;

        if (!streq(v->files[file], "-"))
                return lines_open(v->files[file]);
        if (v->input < 0) {
                fd = lines_open("-");
                if (fd < 0)
                        return fd;
                v->input = fd;
        }
        fd = dup(v->input);
        return fd < 0 ? -errno : fd;
}

static void read_file(struct verifier *v, size_t file)
{
        _cleanup_fd_ int fd = open_file(v, file);
        _cleanup_(lines_free) struct lines lines = {.fd = fd};
        struct line line;
        bool any = false;
        int r = fd;

        while (r >= 0 && (r = lines_next(&lines, VERIFY_LINE_MOST, &line)) > 0) {
                if (line.length == 0)
                        continue;
                any = true;
                take_line(v, file, &line);
        }
        if (r == -EINVAL)
                tell_file(v, file, 0, VERIFY_UNDECIDED, "not a regular file");
        else if (r == -E2BIG)
                tell_file(v, file, lines.number + 1, VERIFY_BROKEN, "the line is too long for a record");
        else if (r < 0)
                tell_file(v, file, 0, VERIFY_UNDECIDED, strerror(-r));
        else if (!any)
                tell_file(v, file, 0, VERIFY_UNDECIDED, "holds no record");
}

/* --- following the chains ---------------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
        const struct place *x = a, *y = b;
        int r = strcmp(x->chain, y->chain);

        if (r != 0)
                return r;
        if (x->seq != y->seq)
                return x->seq < y->seq ? -1 : 1;
        if (x->erased != y->erased)
                return x->erased < y->erased ? -1 : 1;
        if (x->file != y->file)
                return x->file < y->file ? -1 : 1;
        return x->line < y->line ? -1 : x->line > y->line;
}

/* Reads a line once more. What changed meanwhile is found out by whoever verifies it. */
static int read_again(struct verifier *v, const struct place *p, struct jws *j, struct record *r, char **why)
{
        _cleanup_fd_ int fd = open_file(v, p->file);
        _cleanup_free_ char *bytes = must_alloc(p->length + 1);
        size_t done = 0;
        ssize_t n;

        while (fd >= 0 && done < p->length) {
                n = pread(fd, bytes + done, p->length - done, (off_t)(p->offset + done));
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        break;
                done += (size_t)n;
        }
        if (done < p->length) {
                *why = must_strdup("changed while it was being verified");
                return -EIO;
        }
        return read_record(bytes, p->length, j, r, why);
}

/* One chain, while it is followed. */
struct following {
        struct chain chain;
        struct verify_chain told;
        char *host_name;
        bool vouched; /* a given key signs in it, or is proven to take over */
};

static void following_end(struct following *f)
{
        chain_end(&f->chain);
        free(f->host_name);
}

static void count(struct following *f, enum chain_verdict verdict, const struct record *r)
{
        switch (verdict) {
        case CHAIN_OK:
        case CHAIN_HOLE:
                if (f->told.first == 0)
                        f->told.first = r->seq;
                f->told.last = r->seq;
                free(f->host_name);
                f->host_name = safe_string(r->host_name, strlen(r->host_name));
                break;
        case CHAIN_DUPLICATE:
                f->told.duplicates++;
                break;
        case CHAIN_FORK:
                f->told.forks++;
                break;
        default:
                f->told.refused++;
                break;
        }
}

static void follow_record(struct verifier *v, struct following *f, const struct place *p)
{
        _cleanup_(jws_free) struct jws j = {0};
        _cleanup_free_ char *why = NULL;
        enum chain_verdict verdict = CHAIN_OK;
        struct verify_problem problem = {
                .file = v->files[p->file], .line = p->line, .chain = p->chain, .seq = p->seq, .result = VERIFY_BROKEN};
        struct record r;

        if (read_again(v, p, &j, &r, &why) < 0) {
                f->told.refused++;
        } else {
                /* The first record of the chain that is here: which of the given keys is it to be looked at with? */
                if (f->chain.seq == 0 && !f->chain.key && given_key(v, j.kid)) {
                        chain_begin(&f->chain, given_key(v, j.kid));
                        f->vouched = true;
                }
                verdict = chain_take(&f->chain, &j, &r, &why);
                count(f, verdict, &r);
                if (f->chain.key && given_key(v, jose_key_id(f->chain.key)))
                        f->vouched = true;
                if (verdict == CHAIN_OK || verdict == CHAIN_DUPLICATE)
                        return;
                if (verdict == CHAIN_HOLE)
                        problem.result = VERIFY_GAPS;
        }
        problem.verdict = verdict;
        problem.why = why;
        tell(v, &problem);
}

static enum verify_result judge(const struct verifier *v, const struct following *f)
{
        if (f->told.refused > 0 || f->told.forks > 0 || f->told.missing > f->told.declared)
                return VERIFY_BROKEN;
        if (v->key_count > 0 && !f->vouched)
                return VERIFY_BROKEN;
        return f->told.missing > 0 ? VERIFY_GAPS : VERIFY_VALID;
}

static void conclude(struct verifier *v, struct following *f, const struct place *first, enum verify_result result)
{
        f->told.chain = first->chain;
        f->told.host_id = f->chain.host_id;
        f->told.host_name = f->host_name ? f->host_name : "";
        f->told.kid = f->chain.seq > 0 ? jose_key_id(f->chain.key) : "";
        f->told.introduced = !f->vouched;
        f->told.retired = f->chain.retired;
        f->told.result = result;
        v->result = worst(v->result, result);
        if (v->listener->chain)
                v->listener->chain(&f->told, v->listener->user);
}

static void follow(struct verifier *v, const struct place *places, size_t n)
{
        _cleanup_(following_end) struct following f = {0};
        struct verify_problem problem = {.file = v->files[places[0].file],
                                         .line = places[0].line,
                                         .chain = places[0].chain,
                                         .seq = places[0].seq};
        size_t i;

        chain_begin(&f.chain, NULL);
        if (places[0].seq > 1 && v->key_count == 0) {
                problem.result = VERIFY_UNDECIDED;
                problem.verdict = CHAIN_BREAK;
                problem.why = "not verified: no genesis introduces the chain's key, and no key was given";
                tell(v, &problem);
                conclude(v, &f, places, VERIFY_UNDECIDED);
                return;
        }
        for (i = 0; i < n; i++)
                follow_record(v, &f, &places[i]);
        f.told.records = f.chain.records;
        f.told.missing = f.chain.missing;
        f.told.declared = f.chain.declared;
        f.told.incomplete = f.chain.incomplete;
        if (f.chain.seq > 0 && v->key_count > 0 && !f.vouched) {
                problem.result = VERIFY_BROKEN;
                problem.verdict = CHAIN_SIGNATURE;
                problem.why = "none of the given keys signs in this chain";
                tell(v, &problem);
        }
        conclude(v, &f, places, judge(v, &f));
}

enum verify_result verify_files(const struct jose_key *const *keys, size_t key_count, const char *const *files,
                                size_t file_count, const struct verify_listener *listener)
{
        _cleanup_(verifier_end) struct verifier v = {
                .keys = keys, .key_count = key_count, .files = files, .listener = listener, .input = -1};
        size_t i, end;

        if (file_count == 0)
                return VERIFY_UNDECIDED;
        for (i = 0; i < file_count; i++)
                read_file(&v, i);
        if (v.count > 0)
                qsort(v.places, v.count, sizeof(*v.places), by_number);
        for (i = 0; i < v.count; i = end) {
                end = i + 1;
                while (end < v.count && streq(v.places[end].chain, v.places[i].chain))
                        end++;
                follow(&v, &v.places[i], end - i);
        }
        return v.result;
}
