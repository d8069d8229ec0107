/* A wall clock that is wrong by as many seconds as the file named in CLOCK_FILE says. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t id, struct timespec *result) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int code = real(id, result);
    const char *path = getenv("CLOCK_FILE");
    FILE *file = id == CLOCK_REALTIME && path ? fopen(path, "r") : 0;
    long seconds = 0;
    if (!file) return code;
    if (fscanf(file, "%ld", &seconds) == 1) result->tv_sec += seconds;
    fclose(file);
    return code;
}
