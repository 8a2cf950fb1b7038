/* Put before the C library (LD_PRELOAD): kills the process at its n-th call that changes a file system, or lets that call fail.
   Counting starts when a migration opens its journal, so that git, the copy and the audit are left alone.

   FAULT_AT      the number of the call, from 1; 0 for none
   FAULT_ERROR   the errno that it fails with; without it the process is killed
   FAULT_FROM    set: every later call fails as well
   FAULT_ARMED   set: counting starts with the process
   FAULT_COUNT   a file that gets the number of calls when the process ends */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int armed;

__attribute__((constructor)) static void arm(void) { armed = getenv("FAULT_ARMED") != NULL; }

static long calls;

static int fails(void) {
    if (!armed) return 0;
    const char *at = getenv("FAULT_AT");
    long number = at ? atol(at) : 0;
    calls++;
    if (number == 0 || (calls != number && !(getenv("FAULT_FROM") && calls > number))) return 0;
    const char *error = getenv("FAULT_ERROR");
    if (!error) kill(getpid(), SIGKILL);
    errno = atoi(error);
    return 1;
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("FAULT_COUNT");
    if (!armed || !path) return;
    FILE *file = fopen(path, "w");
    if (!file) return;
    fprintf(file, "%ld", calls);
    fclose(file);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static mode_t mode_of(int flags, va_list arguments) {
    return flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
}

#define OPENAT(name)                                                                                                   \
    int name(int folder, const char *path, int flags, ...) {                                                          \
        va_list arguments;                                                                                             \
        va_start(arguments, flags);                                                                                    \
        mode_t mode = mode_of(flags, arguments);                                                                       \
        va_end(arguments);                                                                                             \
        if (flags & O_CREAT) {                                                                                         \
            if (!strcmp(path, "partial")) armed = 1;                                                                   \
            if (fails()) return -1;                                                                                    \
        }                                                                                                              \
        return NEXT(name)(folder, path, flags, mode);                                                                  \
    }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int file, const void *bytes, size_t count) {
    /* Standard output and errors are no part of it. */
    if (file > 2 && fails()) return -1;
    return NEXT(write)(file, bytes, count);
}

int fsync(int file) { return fails() ? -1 : NEXT(fsync)(file); }
int renameat(int from, const char *old, int to, const char *new) { return fails() ? -1 : NEXT(renameat)(from, old, to, new); }
int unlinkat(int folder, const char *path, int flags) { return fails() ? -1 : NEXT(unlinkat)(folder, path, flags); }
