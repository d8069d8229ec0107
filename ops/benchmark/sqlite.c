// SQLite in process, as a program that keeps its own ledger would use it: WAL, synchronous=FULL, prepared
// statements, one transaction a command or one for many.
//   sqlite FILE prepare ACCOUNTS
//   sqlite FILE award|spend ACCOUNTS uniform|zipf COMMANDS-A-TRANSACTION SECONDS
// Prints one line of JSON. Latencies are of transactions.
#include <math.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static sqlite3 *db;

static void check(int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
    fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static void execute(const char *text) { check(sqlite3_exec(db, text, NULL, NULL, NULL)); }

static sqlite3_stmt *prepared(const char *text) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL));
    return statement;
}

static void run(sqlite3_stmt *statement) {
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {}
    check(code);
    check(sqlite3_reset(statement));
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static double uniform(void) {
    static uint64_t state = 0;
    if (!state) state = (uint64_t)(now() * 1e9) | 1;
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * 0x2545F4914F6CDD1DULL >> 11) * 0x1p-53;
}

// As draws.py has it.
static int64_t account(int64_t accounts, int is_zipf) {
    if (!is_zipf) return (int64_t)(uniform() * accounts);
    double reach = pow(accounts + 1, 0.01) - 1;
    int64_t rank = (int64_t)pow(reach * uniform() + 1, 100) - 1;
    return rank < accounts ? rank : accounts - 1;
}

static void prepare(int64_t accounts) {
    execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, account INTEGER NOT NULL,"
            " amount INTEGER NOT NULL)");
    execute("CREATE TABLE balance (account INTEGER PRIMARY KEY, xp INTEGER NOT NULL CHECK (xp >= 0))");
    execute("BEGIN");
    sqlite3_stmt *insert = prepared("INSERT INTO balance VALUES (?, 1000000)");
    for (int64_t each = 0; each < accounts; each++) {
        check(sqlite3_bind_int64(insert, 1, each));
        run(insert);
    }
    execute("COMMIT");
    execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void load(int is_spend, int64_t accounts, int is_zipf, int depth, double seconds) {
    sqlite3_stmt *begin = prepared("BEGIN IMMEDIATE"), *commit = prepared("COMMIT");
    sqlite3_stmt *event = prepared("INSERT INTO event (at, account, amount) VALUES (?, ?, ?)");
    sqlite3_stmt *balance = prepared(
        is_spend ? "UPDATE balance SET xp = xp - 3 WHERE account = ? AND xp >= 3"
                 : "INSERT INTO balance VALUES (?, 7) ON CONFLICT DO UPDATE SET xp = xp + 7");
    size_t count = 0, room = 1 << 16;
    double *times = malloc(room * sizeof *times), start = now(), last = start;
    int64_t events = 0;
    while (last - start < seconds) {
        run(begin);
        for (int each = 0; each < depth; each++) {
            int64_t who = account(accounts, is_zipf);
            check(sqlite3_bind_int64(balance, 1, who));
            run(balance);
            // Without funds nothing happens.
            if (sqlite3_changes(db) == 0) continue;
            struct timespec time;
            clock_gettime(CLOCK_REALTIME, &time);
            check(sqlite3_bind_int64(event, 1, time.tv_sec * 1000000 + time.tv_nsec / 1000));
            check(sqlite3_bind_int64(event, 2, who));
            check(sqlite3_bind_int64(event, 3, is_spend ? -3 : 7));
            run(event);
            events++;
        }
        run(commit);
        double end = now();
        if (count == room) times = realloc(times, (room *= 2) * sizeof *times);
        times[count++] = end - last;
        last = end;
    }
    qsort(times, count, sizeof *times, ascending);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    execute("PRAGMA wal_checkpoint(TRUNCATE)");
    printf("{\"events\": %lld, \"seconds\": %.9f, \"p50\": %.3f, \"p99\": %.3f, \"p999\": %.3f, \"cpu\": %.6f,"
           " \"rss\": %lld}\n",
           (long long)events, last - start, times[count / 2] * 1e6, times[count * 99 / 100] * 1e6,
           times[count * 999 / 1000] * 1e6, cpu, (long long)usage.ru_maxrss * 1024);
}

int main(int count, char **words) {
    if (count < 4) return 2;
    check(sqlite3_open(words[1], &db));
    execute("PRAGMA journal_mode=WAL");
    execute("PRAGMA synchronous=FULL");
    execute("PRAGMA cache_size=-262144");
    if (strcmp(words[2], "prepare") == 0) {
        prepare(atoll(words[3]));
    } else if (count == 7) {
        load(strcmp(words[2], "spend") == 0, atoll(words[3]), strcmp(words[4], "zipf") == 0, atoi(words[5]),
             atof(words[6]));
    } else {
        return 2;
    }
    return sqlite3_close_v2(db);
}
