/* Searches a log for a list of patterns with Hyperscan's block interface, as fast as it can, and prints a count.
 *
 *   hyperscan LOG PATTERNS THREADS          counts match events: the least that a caller can do
 *   hyperscan LOG PATTERNS THREADS pairs    counts pairs (pattern, line) and lines, to compare results
 *
 * The log is mapped and cut into blocks of 1 MiB that end at line ends; each thread takes the next block. Patterns
 * stand one per line. Needs Debian's libhyperscan-dev: cc -O2 -o hyperscan hyperscan.c -lhs -lpthread
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <hs/hs.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 1 << 20, MAX_THREADS = 64 };

struct patterns {
    char **texts;
    unsigned *flags;
    unsigned *ids;
    unsigned count;
};

/* What all threads share. */
struct job {
    const char *log;
    size_t size;
    const hs_database_t *database;
    const hs_scratch_t *scratch;
    unsigned patterns;
    bool pairs;
    atomic_size_t next;
};

/* What one thread counts; the ends of lines are offsets in its present block, from 1. */
struct counts {
    unsigned long events, pairs, lines;
    const char *block;
    size_t length;
    size_t line_end;
    size_t *line_end_of;
};

struct thread {
    pthread_t handle;
    struct job *job;
    struct counts counts;
    bool failed;
};

static void die(const char *what, const char *why) {
    fprintf(stderr, "hyperscan: %s: %s\n", what, why);
    exit(1);
}

static int on_event(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
    struct counts *counts = context;
    (void)id, (void)from, (void)to, (void)flags;
    counts->events++;
    return 0;
}

/* Events come in the order of their ends, so only the latest line of each pattern has to be remembered. */
static int on_event_of_line(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
    struct counts *counts = context;
    (void)from, (void)flags;
    counts->events++;
    if (to > counts->line_end) {
        const char *last = counts->block + to - 1;
        const char *end = memchr(last, '\n', counts->length - (to - 1));
        counts->line_end = end ? (size_t)(end - counts->block) + 1 : counts->length;
        counts->lines++;
    }
    if (counts->line_end_of[id] != counts->line_end) {
        counts->line_end_of[id] = counts->line_end;
        counts->pairs++;
    }
    return 0;
}

/* Returns the offset behind the line that contains the byte before `at`. */
static size_t line_end(const struct job *job, size_t at) {
    if (at == 0 || at >= job->size) {
        return at < job->size ? at : job->size;
    }
    const char *end = memchr(job->log + at - 1, '\n', job->size - (at - 1));
    return end ? (size_t)(end - job->log) + 1 : job->size;
}

static void *work(void *argument) {
    struct thread *self = argument;
    struct job *job = self->job;
    struct counts *counts = &self->counts;
    hs_scratch_t *scratch = NULL;
    if (hs_clone_scratch(job->scratch, &scratch) != HS_SUCCESS) {
        self->failed = true;
        return NULL;
    }
    match_event_handler handler = job->pairs ? on_event_of_line : on_event;
    for (;;) {
        size_t at = atomic_fetch_add(&job->next, BLOCK);
        if (at >= job->size) {
            break;
        }
        size_t start = line_end(job, at), end = line_end(job, at + BLOCK);
        if (start >= end) {
            continue;
        }
        counts->block = job->log + start;
        counts->length = end - start;
        counts->line_end = 0;
        if (job->pairs) {
            memset(counts->line_end_of, 0, job->patterns * sizeof *counts->line_end_of);
        }
        if (hs_scan(job->database, counts->block, (unsigned)counts->length, 0, scratch, handler, counts) != HS_SUCCESS) {
            self->failed = true;
            break;
        }
    }
    hs_free_scratch(scratch);
    return NULL;
}

static struct patterns read_patterns(const char *path) {
    struct patterns patterns = {0};
    FILE *file = fopen(path, "r");
    if (!file) {
        die(path, strerror(errno));
    }
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    while ((length = getline(&line, &capacity, file)) > 0) {
        if (line[length - 1] == '\n') {
            line[--length] = 0;
        }
        if (length == 0) {
            continue;
        }
        size_t count = patterns.count + 1;
        patterns.texts = realloc(patterns.texts, count * sizeof *patterns.texts);
        patterns.flags = realloc(patterns.flags, count * sizeof *patterns.flags);
        patterns.ids = realloc(patterns.ids, count * sizeof *patterns.ids);
        char *text = strdup(line);
        if (!patterns.texts || !patterns.flags || !patterns.ids || !text) {
            die(path, "out of memory");
        }
        patterns.texts[patterns.count] = text;
        patterns.flags[patterns.count] = HS_FLAG_MULTILINE;
        patterns.ids[patterns.count] = patterns.count;
        patterns.count++;
    }
    free(line);
    fclose(file);
    return patterns;
}

static void map_log(const char *path, struct job *job) {
    struct stat status;
    int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &status) != 0) {
        die(path, strerror(errno));
    }
    job->size = (size_t)status.st_size;
    job->log = mmap(NULL, job->size, PROT_READ, MAP_PRIVATE, file, 0);
    if (job->log == MAP_FAILED) {
        die(path, strerror(errno));
    }
    close(file);
}

int main(int count, char **arguments) {
    int threads = count >= 4 ? atoi(arguments[3]) : 0;
    if (threads < 1 || threads > MAX_THREADS) {
        die("usage", "hyperscan LOG PATTERNS THREADS [pairs]");
    }
    struct patterns patterns = read_patterns(arguments[2]);
    hs_database_t *database = NULL;
    hs_compile_error_t *error = NULL;
    if (hs_compile_multi((const char *const *)patterns.texts, patterns.flags, patterns.ids, patterns.count,
                         HS_MODE_BLOCK, NULL, &database, &error) != HS_SUCCESS) {
        die(error->expression >= 0 ? patterns.texts[error->expression] : arguments[2], error->message);
    }
    hs_scratch_t *scratch = NULL;
    if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS) {
        die(arguments[2], "no scratch space");
    }
    struct job job = {.database = database, .scratch = scratch, .patterns = patterns.count, .pairs = count > 4};
    map_log(arguments[1], &job);
    struct thread team[MAX_THREADS] = {0};
    for (int i = 0; i < threads; i++) {
        team[i].job = &job;
        team[i].counts.line_end_of = calloc(patterns.count, sizeof(size_t));
        if (!team[i].counts.line_end_of || pthread_create(&team[i].handle, NULL, work, &team[i]) != 0) {
            die("thread", "cannot be started");
        }
    }
    struct counts sum = {0};
    bool failed = false;
    for (int i = 0; i < threads; i++) {
        pthread_join(team[i].handle, NULL);
        failed |= team[i].failed;
        sum.events += team[i].counts.events;
        sum.pairs += team[i].counts.pairs;
        sum.lines += team[i].counts.lines;
    }
    if (failed) {
        die(arguments[1], "the scan failed");
    }
    if (job.pairs) {
        printf("%lu pairs %lu lines", sum.pairs, sum.lines);
    } else {
        printf("%lu events", sum.events);
    }
    printf(", Hyperscan %s\n", hs_version());
    return 0;
}
