/* SPDX-License-Identifier: EUPL-1.2 */
#include "records/records.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "records/ingest.h"

#define WORKERS_MOST  64
#define PREPARED_MOST ((size_t)256 << 20) /* bytes of requests that wait for the writer, and of what they parsed to */
#define RETRY_SECONDS 30
#define MEMORY_KEPT \
        (256 << 20) /* bytes that are not handed back to the kernel between requests, only to be asked for again */

struct job {
        struct job *next;
        struct http_exchange *exchange;
        const char *body;
        size_t length;
        struct batch batch;
        json_t *answer;
        bool too_many;
};

struct queue {
        struct job *first, **end;
};

struct records {
        unsigned char secret[STORE_SECRET_BYTES];
        struct keys *keys;
        struct store *store; /* the writer's */
        struct store *hosts; /* the handler's */
        pthread_t workers[WORKERS_MOST], writer;
        unsigned worker_count;
        bool writing;
        pthread_mutex_t lock; /* all below */
        pthread_cond_t work, room, ready;
        struct queue taken, prepared;
        size_t prepared_bytes;
        bool ending, prepared_all;
};

static void queue_add(struct queue *q, struct job *job)
{
        job->next = NULL;
        *q->end = job;
        q->end = &job->next;
}

static struct job *queue_first(struct queue *q)
{
        struct job *job = q->first;

        if (job) {
                q->first = job->next;
                if (!q->first)
                        q->end = &q->first;
        }
        return job;
}

/* --- verifying ------------------------------------------------------------------------------------------------- */

static void *work(void *p)
{
        struct records *r = p;
        struct job *job;
        size_t bytes;

        for (;;) {
                pthread_mutex_lock(&r->lock);
                while (!r->taken.first && !r->ending)
                        pthread_cond_wait(&r->work, &r->lock);
                job = queue_first(&r->taken);
                pthread_mutex_unlock(&r->lock);
                if (!job)
                        return NULL;
                job->too_many = batch_prepare(&job->batch, r->keys, r->secret, job->body, job->length) == -E2BIG;
                bytes = job->length + job->batch.arena.bytes;
                pthread_mutex_lock(&r->lock);
                while (r->prepared_bytes > 0 && r->prepared_bytes + bytes > PREPARED_MOST)
                        pthread_cond_wait(&r->room, &r->lock);
                r->prepared_bytes += bytes;
                queue_add(&r->prepared, job);
                pthread_cond_signal(&r->ready);
                pthread_mutex_unlock(&r->lock);
        }
}

/* --- storing --------------------------------------------------------------------------------------------------- */

static void finish(struct job *job, int result)
{
        _cleanup_reply_ struct http_reply reply = {0};

        if (job->too_many) {
                http_reply_problem(&reply, 413, "too many records in one request");
        } else if (result < 0) {
                http_reply_problem(&reply, 503, "the store cannot take records now");
                http_reply_header(&reply, "Retry-After", "%d", RETRY_SECONDS);
        } else {
                http_reply_json(&reply, 200, "application/json", TAKE_PTR(job->answer));
        }
        json_decref(job->answer);
        batch_free(&job->batch);
        http_answer(job->exchange, &reply);
        free(job);
}

/* All of them in one transaction. */
static int write_jobs(struct records *r, struct job *jobs)
{
        struct job *job;
        int e = store_begin(r->store);

        for (job = jobs; e >= 0 && job; job = job->next)
                if (!job->too_many)
                        e = batch_store(&job->batch, r->store, r->secret, moment_now(), &job->answer);
        if (e >= 0)
                e = store_commit(r->store);
        if (e < 0) {
                store_rollback(r->store);
                log_message(LOG_ERR, "records are not taken: %s", strerror(-e));
        }
        return e;
}

static void *write_all(void *p)
{
        struct records *r = p;
        struct job *jobs, *next;
        int e;

        for (;;) {
                pthread_mutex_lock(&r->lock);
                while (!r->prepared.first && !r->prepared_all)
                        pthread_cond_wait(&r->ready, &r->lock);
                jobs = TAKE_PTR(r->prepared.first);
                r->prepared.end = &r->prepared.first;
                r->prepared_bytes = 0;
                pthread_cond_broadcast(&r->room);
                pthread_mutex_unlock(&r->lock);
                if (!jobs)
                        return NULL;
                e = write_jobs(r, jobs);
                for (; jobs; jobs = next) {
                        next = jobs->next;
                        finish(jobs, e);
                }
        }
}

/* --- requests -------------------------------------------------------------------------------------------------- */

static bool type_is_ours(const char *type)
{
        size_t length = strlen(RECORDS_TYPE);

        if (!type || strncasecmp(type, RECORDS_TYPE, length) != 0)
                return false;
        type += length;
        type += strspn(type, " \t");
        return *type == '\0' || *type == ';';
}

/* The status with which a request is turned away, or 0. Who may not send learns nothing else. */
static int turn_away(struct records *r, const struct http_request *q, const char **detail)
{
        int known = q->peer ? store_host_known(r->hosts, q->peer) : 0;

        if (known < 0)
                return 503;
        if (known == 0) {
                *detail = "a client certificate of an enrolled host is needed";
                return 401;
        }
        if (!streq(q->path, "/v1/records"))
                return 404;
        if (!streq(q->method, "POST"))
                return 405;
        if (!type_is_ours(q->content_type)) {
                *detail = "records are sent as " RECORDS_TYPE;
                return 415;
        }
        if (q->length == 0) {
                *detail = "there are no records in it";
                return 400;
        }
        return 0;
}

void records_handle(struct http_exchange *x, const struct http_request *q, void *user)
{
        _cleanup_reply_ struct http_reply reply = {0};
        struct records *r = user;
        const char *detail = NULL;
        int status = turn_away(r, q, &detail);
        struct job *job;

        if (status != 0) {
                http_reply_problem(&reply, status, detail);
                if (status == 405)
                        http_reply_header(&reply, "Allow", "POST");
                if (status == 503)
                        http_reply_header(&reply, "Retry-After", "%d", RETRY_SECONDS);
                http_answer(x, &reply);
                return;
        }
        job = must_alloc(sizeof(*job));
        job->exchange = x;
        job->body = q->body;
        job->length = q->length;
        pthread_mutex_lock(&r->lock);
        queue_add(&r->taken, job);
        pthread_cond_signal(&r->work);
        pthread_mutex_unlock(&r->lock);
}

/* --- life ------------------------------------------------------------------------------------------------------ */

static int start_threads(struct records *r, unsigned workers)
{
        if (workers == 0) {
                long processors = sysconf(_SC_NPROCESSORS_ONLN);

                workers = processors > 0 && processors < WORKERS_MOST ? (unsigned)processors : WORKERS_MOST;
        }
        for (; r->worker_count < workers && r->worker_count < WORKERS_MOST; r->worker_count++)
                if (pthread_create(&r->workers[r->worker_count], NULL, work, r) != 0)
                        return -EAGAIN;
        if (pthread_create(&r->writer, NULL, write_all, r) != 0)
                return -EAGAIN;
        r->writing = true;
        return 0;
}

int records_open(const char *store_directory, unsigned workers, struct records **ret, char **why)
{
        struct records *r = must_alloc(sizeof(*r));
        int e;

        arena_install();
        (void)mallopt(M_TRIM_THRESHOLD, MEMORY_KEPT);
        (void)mallopt(M_MMAP_THRESHOLD, MEMORY_KEPT / 8);
        r->taken.end = &r->taken.first;
        r->prepared.end = &r->prepared.first;
        (void)pthread_mutex_init(&r->lock, NULL);
        (void)pthread_cond_init(&r->work, NULL);
        (void)pthread_cond_init(&r->room, NULL);
        (void)pthread_cond_init(&r->ready, NULL);
        e = store_open(store_directory, false, &r->store, why);
        if (e >= 0)
                e = store_open(store_directory, false, &r->hosts, why);
        if (e >= 0)
                e = keys_open(store_directory, &r->keys, why);
        if (e >= 0) {
                e = store_secret(r->store, r->secret);
                if (e >= 0)
                        e = start_threads(r, workers);
                if (e < 0)
                        *why = must_printf("cannot take records: %s", strerror(-e));
        }
        if (e < 0) {
                records_close(r);
                return e;
        }
        *ret = r;
        return 0;
}

void records_close(struct records *r)
{
        unsigned i;

        if (!r)
                return;
        pthread_mutex_lock(&r->lock);
        r->ending = true;
        pthread_cond_broadcast(&r->work);
        pthread_mutex_unlock(&r->lock);
        for (i = 0; i < r->worker_count; i++)
                (void)pthread_join(r->workers[i], NULL);
        pthread_mutex_lock(&r->lock);
        r->prepared_all = true;
        pthread_cond_broadcast(&r->ready);
        pthread_mutex_unlock(&r->lock);
        if (r->writing)
                (void)pthread_join(r->writer, NULL);
        keys_close(r->keys);
        store_close(r->hosts);
        store_close(r->store);
        (void)pthread_cond_destroy(&r->work);
        (void)pthread_cond_destroy(&r->room);
        (void)pthread_cond_destroy(&r->ready);
        (void)pthread_mutex_destroy(&r->lock);
        free(r);
}
