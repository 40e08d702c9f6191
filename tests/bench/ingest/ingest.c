/* SPDX-License-Identifier: EUPL-1.2 */
/* bench_ingest COLLECTOR [--records N] [--hosts N] [--batch N] [--connections N] [--full]
 *
 * What a collector takes in, durably: makes one in a temporary directory, registers hosts, signs their records
 * beforehand, posts them over TLS on loopback, and holds the records per second of the collector's own CPU time beside
 * what `openssl speed ed25519` verifies on the same cores (with --full: MB/s beside `openssl speed sha512`). Ends with
 * `verify` over what was stored. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "est/ca.h"
#include "jose/jws.h"
#include "jose/key.h"
#include "record/record.h"
#include "store/store.h"

#define CONNECTIONS_MOST 64
#define BODY_MOST        ((size_t)4 << 20)
#define TURNS            10 /* of sending, each with a turn of what it is held against */

struct body {
        char *bytes;
        size_t length, records;
};

/* What one connection sends, in order: the records of its own hosts. */
struct load {
        struct body *bodies;
        size_t count;
        struct text open; /* body that is not full yet */
        uint64_t open_records;
        SSL *connection;
        size_t sent; /* bodies */
};

static struct {
        const char *program;
        uint64_t records, hosts, batch, connections;
        bool full;
        char directory[64], config[96], records_address[64];
        pid_t pid;
        struct load loads[CONNECTIONS_MOST];
        pthread_mutex_t lock; /* these two */
        uint64_t acknowledged, answers;
        EVP_PKEY *key;
        X509 *certificate;
        SSL_CTX *context;
} bench = {.records = 40000, .hosts = 200, .batch = 500, .connections = 4, .lock = PTHREAD_MUTEX_INITIALIZER};

static _Noreturn void die(const char *what)
{
        fprintf(stderr, "bench_ingest: %s\n", what);
        if (bench.pid > 0)
                (void)kill(bench.pid, SIGTERM);
        exit(4);
}

static double seconds(clockid_t clock)
{
        struct timespec t;

        (void)clock_gettime(clock, &t);
        return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- the collector --------------------------------------------------------------------------------------------- */

/* Starts a program with its stdout in a pipe. */
static pid_t start(const char *const *argv, FILE **ret)
{
        int pipes[2];
        pid_t pid;

        if (pipe2(pipes, O_CLOEXEC) < 0)
                die("pipe");
        pid = fork();
        if (pid == 0) {
                (void)dup2(pipes[1], STDOUT_FILENO);
                (void)execvp(argv[0], (char *const *)argv);
                _exit(127);
        }
        (void)close(pipes[1]);
        *ret = fdopen(pipes[0], "r");
        if (pid < 0 || !*ret)
                die("cannot start a program");
        return pid;
}

/* Runs it to its end; the last line of its output that is not empty into `line`. */
static int run(const char *const *argv, char *line, size_t size)
{
        char read[512];
        int status;
        FILE *out;
        pid_t pid = start(argv, &out);

        line[0] = '\0';
        while (fgets(read, sizeof(read), out))
                if (!isspace((unsigned char)read[0]) || strlen(read) > 1)
                        (void)snprintf(line, size, "%s", read);
        (void)fclose(out);
        return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void make_collector(void)
{
        _cleanup_free_ char *text = NULL;
        char line[512], log[96];
        FILE *out;

        (void)snprintf(bench.directory, sizeof(bench.directory), "/tmp/bioagent-bench.XXXXXX");
        if (!mkdtemp(bench.directory))
                die("mkdtemp");
        (void)snprintf(bench.config, sizeof(bench.config), "%s/collector.yml", bench.directory);
        if (run((const char *const[]){bench.program, "init", "--name", "127.0.0.1", "--config", bench.config, NULL},
                line, sizeof(line)) != 0)
                die("init failed");
        text = must_printf("names: [\"127.0.0.1\"]\nstate: \"%s/state\"\nrecords: {listen: \"127.0.0.1:0\"}\n",
                           bench.directory);
        if (file_write_durably(AT_FDCWD, bench.config, 0644, text, strlen(text), false) < 0)
                die("cannot write the configuration");
        (void)snprintf(log, sizeof(log), "%s/log", bench.directory);
        bench.pid = start(
                (const char *const[]){bench.program, "serve", "--only", "records", "--config", bench.config, NULL},
                &out);
        if (!fgets(line, sizeof(line), out) || sscanf(line, "records https://%63s", bench.records_address) != 1)
                die("the collector does not serve");
        (void)fclose(out);
}

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
        (void)st;
        (void)flag;
        (void)ftw;
        return remove(path);
}

/* Seconds of CPU that the collector has used, and those of them in the kernel. */
static double collector_cpu(double *ret_kernel)
{
        char path[64], bytes[1024];
        unsigned long user, system;
        const char *end;
        FILE *f;

        (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)bench.pid);
        f = fopen(path, "r");
        if (!f || !fgets(bytes, sizeof(bytes), f))
                die("the collector is gone");
        (void)fclose(f);
        end = strrchr(bytes, ')');
        if (!end || sscanf(end + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
                die(path);
        *ret_kernel = (double)system / (double)sysconf(_SC_CLK_TCK);
        return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* --- hosts and records ----------------------------------------------------------------------------------------- */

struct host {
        struct jose_key *key;
        char id[37], chain[RECORD_CHAIN_TEXT], hash[JWS_HASH_TEXT];
        uint64_t seq;
};

static void register_host(struct store *s, struct host *h)
{
        unsigned char bytes[16], hash[32];
        _cleanup_free_ char *hex = NULL, *org = NULL, *name = must_printf("host-%.8s", h->id);
        int64_t now = moment_now();

        h->key = jose_key_generate();
        random_uuid(h->id);
        random_bytes(bytes, sizeof(bytes));
        random_bytes(hash, sizeof(hash));
        hex = hex_encode(bytes, sizeof(bytes));
        memcpy(h->chain, hex, sizeof(h->chain));
        if (store_token_add(s, "bench", name, hash, now, now + 3600) < 0 ||
            store_enrol(s, hash, now, h->id, h->chain, jose_key_id(h->key), &org) < 0)
                die("cannot register a host");
}

/* As an observer says it: one deviation with two pieces of evidence. */
static json_t *a_result(uint64_t n, const char *status)
{
        static const char *const checks[] = {"ssh.root-login", "accounts.uid0", "audit.enabled", "passwords.hashing",
                                             "logging.forward"};
        _cleanup_free_ char *text = must_printf(
                "{\"check\":\"%s\",\"with\":{},\"status\":\"%s\",\"aspect\":\"existence\",\"basis\":[\"disk\","
                "\"running\"],"
                "\"observed_at\":\"2026-11-24T09:00:00Z\",\"max_age\":\"P2D\",\"changes_at\":null,\"because\":null,"
                "\"measures\":[\"bio2:5.16.02/personal\"],\"counts\":{\"%s\":1},\"findings\":[{\"subject\":\"sshd:user "
                "root\","
                "\"status\":\"%s\",\"evidence\":[{\"source\":\"/etc/ssh/sshd_config.d/"
                "50-cloud-init.conf\",\"line\":%llu,\"key\":"
                "\"PermitRootLogin\",\"actual\":\"prohibit-password\",\"expected\":\"no\",\"decides\":true},{"
                "\"source\":"
                "\"/etc/ssh/sshd_config\",\"line\":33,\"key\":\"PermitRootLogin\",\"actual\":\"no\",\"note\":\"the "
                "first value wins\"}]}],"
                "\"change\":{\"cause\":\"host\"},\"duration_us\":118}",
                checks[n % ELEMENTS(checks)], status, status, status, (unsigned long long)n % 1000 + 1);
        json_t *json;

        if (json_parse(text, strlen(text), &json, NULL) < 0)
                die("a result is no JSON");
        return json;
}

static json_t *a_payload(struct host *h, const char *kind)
{
        char made[MOMENT_TEXT], next_by[MOMENT_TEXT];
        _cleanup_free_ char *prev = h->seq > 0 ? must_printf("\"%s\"", h->hash) : must_strdup("null"), *text = NULL;
        json_t *json;

        h->seq++;
        moment_format(moment_now(), made);
        moment_format(moment_now() + 5400, next_by);
        text = must_printf("{\"schema\":\"bioagent.record/"
                           "1\",\"kind\":\"%s\",\"chain\":\"%s\",\"seq\":%llu,\"prev\":%s,\"made\":\"%s\","
                           "\"next_by\":\"%s\",\"part\":{\"index\":1,\"of\":1},\"target\":\"live\",\"host\":{\"id\":\"%"
                           "s\",\"name\":"
                           "\"web-01\",\"org\":\"bench\",\"labels\":{},\"profile\":{},\"os\":\"Debian GNU/Linux "
                           "12\",\"kernel\":\"6.1.0\"},"
                           "\"run\":%s,\"witness\":{\"nonce\":null},\"policies\":[]}",
                           kind, h->chain, (unsigned long long)h->seq, prev, made, next_by, h->id,
                           h->seq == 1 ? "null"
                                       : "{\"id\":\"1b4e28ba-2fa1-41d2-883f-0016d3cca427\",\"trigger\":\"schedule\","
                                         "\"agent\":\"0.1.0\"}");
        if (json_parse(text, strlen(text), &json, NULL) < 0)
                die("a payload is no JSON");
        return json;
}

static char *sign(struct host *h, json_t *payload)
{
        struct jws j;
        char *line;

        if (jws_sign(payload, h->key, &line) < 0 || jws_parse(line, strlen(line), 0, &j, NULL) < 0)
                die("cannot sign");
        memcpy(h->hash, j.hash, sizeof(h->hash));
        jws_free(&j);
        json_decref(payload);
        return line;
}

static char *a_genesis(struct host *h)
{
        json_t *payload = a_payload(h, "genesis");

        json_set(payload, "key", jose_key_to_jwk(h->key));
        json_set(payload, "previous", json_null());
        return sign(h, payload);
}

static char *a_record(struct host *h, uint64_t n)
{
        json_t *payload = a_payload(h, bench.full ? "full" : "change"), *results = json_must(json_array());
        uint64_t count = bench.full ? 200 : 1, i;

        for (i = 0; i < count; i++) {
                json_t *result = a_result(n / bench.hosts + i, n / bench.hosts % 2 ? "fail" : "pass");

                if (bench.full)
                        json_set(result, "with", json_pack("{s:I}", "n", (json_int_t)i));
                json_push(results, result);
        }
        json_set(payload, "results", results);
        json_set(payload, "measures", json_must(json_array()));
        if (!bench.full)
                json_set(payload, "removed", json_must(json_array()));
        return sign(h, payload);
}

static void close_body(struct load *l)
{
        struct body *b;

        if (l->open_records == 0)
                return;
        l->bodies = must_realloc(l->bodies, l->count + 1, sizeof(*l->bodies));
        b = &l->bodies[l->count++];
        b->length = l->open.length;
        b->records = l->open_records;
        b->bytes = text_take(&l->open);
        l->open_records = 0;
}

static void add_line(struct load *l, const char *line, uint64_t most)
{
        if (l->open.length + strlen(line) + 1 > BODY_MOST)
                close_body(l);
        text_add(&l->open, line);
        text_add_char(&l->open, '\n');
        if (++l->open_records == most)
                close_body(l);
}

static void sign_geneses(struct host *hosts, struct load *l)
{
        uint64_t i;

        for (i = 0; i < bench.hosts; i++) {
                _cleanup_free_ char *line = a_genesis(&hosts[i]);

                add_line(l, line, 1000);
        }
        close_body(l);
}

/* The records of all hosts in turn. *ret_bytes: of all, *ret_longest: of one. */
static void sign_records(struct host *hosts, uint64_t *ret_bytes, uint64_t *ret_longest)
{
        uint64_t i;

        for (i = 0; i < bench.records; i++) {
                uint64_t host = i % bench.hosts;
                _cleanup_free_ char *line = a_record(&hosts[host], i);

                if (strlen(line) > *ret_longest)
                        *ret_longest = strlen(line);
                *ret_bytes += strlen(line) + 1;
                add_line(&bench.loads[host % bench.connections], line, bench.batch);
        }
        for (i = 0; i < bench.connections; i++)
                close_body(&bench.loads[i]);
}

/* --- sending --------------------------------------------------------------------------------------------------- */

static void make_identity(struct host *h)
{
        _cleanup_free_ char *key = must_printf("%s/state/ca/key.pem", bench.directory), *why = NULL;
        _cleanup_free_ char *certificate = must_printf("%s/state/tls/ca.pem", bench.directory);
        struct host_request request = {0};
        unsigned char *bytes = NULL;
        const unsigned char *at;
        struct ca *ca = NULL;
        size_t length;
        PKCS7 *p7;

        bench.key = EVP_EC_gen("P-256");
        request.public_key = bench.key;
        memcpy(request.host_id, h->id, sizeof(request.host_id));
        memcpy(request.kid, jose_key_id(h->key), sizeof(request.kid));
        memcpy(request.chain, h->chain, sizeof(request.chain));
        if (ca_load(key, certificate, &ca, &why) < 0 || ca_issue_host(ca, &request, moment_now(), &bytes, &length) < 0)
                die("no client certificate");
        at = bytes;
        p7 = d2i_PKCS7(NULL, &at, (long)length);
        bench.certificate = sk_X509_value(p7->d.sign->cert, 0);
        X509_up_ref(bench.certificate);
        PKCS7_free(p7);
        ca_free(ca);
        free(bytes);
        bench.context = SSL_CTX_new(TLS_client_method());
        if (SSL_CTX_load_verify_file(bench.context, certificate) != 1 ||
            SSL_CTX_use_certificate(bench.context, bench.certificate) != 1 ||
            SSL_CTX_use_PrivateKey(bench.context, bench.key) != 1)
                die("no client certificate");
        SSL_CTX_set_verify(bench.context, SSL_VERIFY_PEER, NULL);
}

static SSL *connect_tls(void)
{
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        SSL *ssl = SSL_new(bench.context);

        to.sin_port = htons((uint16_t)strtoul(strrchr(bench.records_address, ':') + 1, NULL, 10));
        if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 || SSL_set_fd(ssl, fd) != 1 ||
            SSL_connect(ssl) != 1)
                die("cannot connect");
        return ssl;
}

/* The body of the answer; malloc'd. */
static char *read_answer(SSL *ssl)
{
        struct text answer = {0};
        const char *end, *length;
        char bytes[16384];
        size_t total = 0;
        char *ret;

        for (;;) {
                int n = SSL_read(ssl, bytes, sizeof(bytes));

                if (n <= 0)
                        die("the connection broke");
                text_append(&answer, bytes, (size_t)n);
                end = strstr(text_string(&answer), "\r\n\r\n");
                length = end ? strstr(text_string(&answer), "Content-Length: ") : NULL;
                if (length)
                        total = (size_t)(end + 4 - answer.data) + strtoul(length + 16, NULL, 10);
                if (total > 0 && answer.length >= total)
                        break;
        }
        if (strncmp(text_string(&answer), "HTTP/1.1 200", 12) != 0)
                die(text_string(&answer));
        ret = must_strdup(end + 4);
        text_free(&answer);
        return ret;
}

static void post(SSL *ssl, const struct body *b)
{
        _cleanup_free_ char *head = must_printf(
                "POST /v1/records HTTP/1.1\r\nHost: bench\r\nContent-Type: application/vnd.bioagent.records\r\n"
                "Content-Length: %zu\r\n\r\n",
                b->length);
        _cleanup_free_ char *answer = NULL;

        if (SSL_write(ssl, head, (int)strlen(head)) <= 0 || SSL_write(ssl, b->bytes, (int)b->length) <= 0)
                die("cannot send");
        answer = read_answer(ssl);
        if (!strstr(answer, "\"refused\":[]"))
                die(answer);
        pthread_mutex_lock(&bench.lock);
        bench.acknowledged += b->records;
        bench.answers++;
        pthread_mutex_unlock(&bench.lock);
}

static void *send_turn(void *p)
{
        struct load *l = p;
        size_t end = l->sent + (l->count + TURNS - 1) / TURNS;

        if (!l->connection)
                l->connection = connect_tls();
        for (; l->sent < end && l->sent < l->count; l->sent++)
                post(l->connection, &l->bodies[l->sent]);
        return NULL;
}

static void send_geneses(struct load *geneses)
{
        while (geneses->sent < geneses->count)
                (void)send_turn(geneses);
        SSL_free(geneses->connection);
        bench.acknowledged = bench.answers = 0;
}

/* --- what it is held against ----------------------------------------------------------------------------------- */

struct verified {
        uint64_t count;
        double cpu; /* seconds */
};

/* Verifies a fifth of a second of CPU, by as many threads as there are cores, as `openssl speed` does it. */
static void *verify_turn(void *p)
{
        static const unsigned char message[] = "as long as that of openssl speed....";
        EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        unsigned char signature[64];
        size_t length = sizeof(signature);
        double started, used = 0;
        struct verified *v = p;
        unsigned i;

        if (EVP_DigestSignInit(context, NULL, NULL, NULL, key) != 1 ||
            EVP_DigestSign(context, signature, &length, message, 36) != 1)
                die("cannot sign");
        started = seconds(CLOCK_THREAD_CPUTIME_ID);
        for (; used < 0.2; used = seconds(CLOCK_THREAD_CPUTIME_ID) - started)
                for (i = 0; i < 100; i++, v->count++) {
                        EVP_MD_CTX *c = EVP_MD_CTX_new();

                        if (EVP_DigestVerifyInit(c, NULL, NULL, NULL, key) != 1 ||
                            EVP_DigestVerify(c, signature, length, message, 36) != 1)
                                die("cannot verify");
                        EVP_MD_CTX_free(c);
                }
        v->cpu += used;
        EVP_MD_CTX_free(context);
        EVP_PKEY_free(key);
        return NULL;
}

static void verify_on_all_cores(struct verified *v)
{
        long cores = sysconf(_SC_NPROCESSORS_ONLN), i;
        _cleanup_free_ pthread_t *threads = must_alloc((size_t)cores * sizeof(*threads));
        _cleanup_free_ struct verified *each = must_alloc((size_t)cores * sizeof(*each));

        for (i = 0; i < cores; i++)
                if (pthread_create(&threads[i], NULL, verify_turn, &each[i]) != 0)
                        die("no thread");
        for (i = 0; i < cores; i++) {
                (void)pthread_join(threads[i], NULL);
                v->count += each[i].count;
                v->cpu += each[i].cpu;
        }
}

/* The last figure of `openssl speed`: verifies a second for ed25519, kB/s in blocks of 16 KiB for sha512; all cores
 * together. */
static double openssl_speed(const char *algorithm)
{
        char line[512], cores[16], *last;

        (void)snprintf(cores, sizeof(cores), "%ld", sysconf(_SC_NPROCESSORS_ONLN));
        (void)fflush(stdout);
        if (run((const char *const[]){"openssl", "speed", "-seconds", "3", "-multi", cores, algorithm, NULL}, line,
                sizeof(line)) != 0)
                die("openssl speed failed");
        line[strcspn(line, "\n")] = '\0';
        last = strrchr(line, ' ');
        return last ? strtod(last + 1, NULL) : 0;
}

struct used {
        double wall, cpu, kernel; /* seconds; those of the collector */
        struct verified verified;
};

/* In turns with what it is held against: a machine that is faster at one moment than at the next is so for both. */
static void send_all(struct used *u)
{
        double wall, cpu, kernel, kernel_before;
        pthread_t threads[CONNECTIONS_MOST];
        unsigned turn;
        uint64_t i;

        for (turn = 0; turn < TURNS; turn++) {
                wall = seconds(CLOCK_MONOTONIC);
                cpu = collector_cpu(&kernel_before);
                for (i = 0; i < bench.connections; i++)
                        if (pthread_create(&threads[i], NULL, send_turn, &bench.loads[i]) != 0)
                                die("no thread");
                for (i = 0; i < bench.connections; i++)
                        (void)pthread_join(threads[i], NULL);
                u->wall += seconds(CLOCK_MONOTONIC) - wall;
                u->cpu += collector_cpu(&kernel) - cpu;
                u->kernel += kernel - kernel_before;
                if (!bench.full)
                        verify_on_all_cores(&u->verified);
        }
        for (i = 0; i < bench.connections; i++)
                SSL_free(bench.loads[i].connection);
        if (bench.acknowledged != bench.records)
                die("not all were acknowledged");
}

static void report(const struct used *u, uint64_t bytes, uint64_t longest)
{
        double cores = (double)sysconf(_SC_NPROCESSORS_ONLN), each, speed;

        printf("%llu records of at most %llu bytes, %llu hosts, %llu requests on %llu connections: %.2f s, %.0f "
               "records/s, %.1f MB/s\n",
               (unsigned long long)bench.records, (unsigned long long)longest, (unsigned long long)bench.hosts,
               (unsigned long long)bench.answers, (unsigned long long)bench.connections, u->wall,
               (double)bench.records / u->wall, (double)bytes / u->wall / 1e6);
        each = (double)bench.records / u->cpu;
        printf("the collector used %.2f s of CPU, %.2f of them in the kernel: %.0f records, %.1f MB in a second of "
               "it\n",
               u->cpu, u->kernel, each, (double)bytes / u->cpu / 1e6);
        if (bench.full) {
                speed = openssl_speed("sha512") / cores;
                printf("openssl speed sha512: %.0f MB/s a core\n", speed / 1000);
        } else {
                speed = (double)u->verified.count / u->verified.cpu;
                printf("Ed25519 on the same cores: %.0f verifies in a second of CPU; the collector does %.0f %% of "
                       "that\n",
                       speed, 100 * each / speed);
                speed = openssl_speed("ed25519") / cores;
                printf("openssl speed ed25519, which counts the time of the clock: %.0f verifies a core and second\n",
                       speed);
        }
}

static bool verify_stored(void)
{
        char line[512];
        int status =
                run((const char *const[]){bench.program, "verify", "--config", bench.config, NULL}, line, sizeof(line));

        printf("verify: %s", line);
        return status == 0;
}

/* --- main ------------------------------------------------------------------------------------------------------ */

static void read_options(int argc, char **argv)
{
        static const struct option options[] = {
                {"records", required_argument, NULL, 'r'}, {"hosts", required_argument, NULL, 'h'},
                {"batch", required_argument, NULL, 'b'},   {"connections", required_argument, NULL, 'c'},
                {"full", no_argument, NULL, 'f'},          {NULL, 0, NULL, 0},
        };
        uint64_t *const numbers[] = {
                ['r'] = &bench.records, ['h'] = &bench.hosts, ['b'] = &bench.batch, ['c'] = &bench.connections};
        int option;

        while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
                if (option == 'f')
                        bench.full = true;
                else if (option == '?' || parse_u64(optarg, numbers[option]) < 0 || *numbers[option] == 0 ||
                         *numbers[option] > 10000000)
                        die("usage: bench_ingest COLLECTOR [--records N] [--hosts N] [--batch N] [--connections N] "
                            "[--full]");
        }
        if (optind != argc - 1)
                die("the collector's program is missing");
        bench.program = argv[optind];
        if (bench.connections > CONNECTIONS_MOST)
                bench.connections = CONNECTIONS_MOST;
}

int main(int argc, char **argv)
{
        _cleanup_free_ char *directory = NULL, *why = NULL;
        uint64_t i, bytes = 0, longest = 0;
        struct load geneses = {0};
        struct store *s = NULL;
        struct used used = {0};
        struct host *hosts;
        bool good;
        int status;

        read_options(argc, argv);
        make_collector();
        directory = must_printf("%s/state/store", bench.directory);
        if (store_open(directory, false, &s, &why) < 0)
                die(why);
        hosts = must_alloc(bench.hosts * sizeof(*hosts));
        for (i = 0; i < bench.hosts; i++)
                register_host(s, &hosts[i]);
        store_close(s);
        sign_geneses(hosts, &geneses);
        sign_records(hosts, &bytes, &longest);
        make_identity(&hosts[0]);
        send_geneses(&geneses);
        send_all(&used);
        report(&used, bytes, longest);
        (void)kill(bench.pid, SIGTERM);
        (void)waitpid(bench.pid, &status, 0);
        bench.pid = 0;
        good = verify_stored();
        (void)nftw(bench.directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        return good ? 0 : 1;
}
