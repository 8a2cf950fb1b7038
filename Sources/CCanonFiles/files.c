#define _GNU_SOURCE
#include "canon_files.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/openat2.h>
#include <sys/syscall.h>

static int open_with_openat2(int directory, const char *path, int flags) {
    struct open_how how;
    memset(&how, 0, sizeof how);
    how.flags = (unsigned long long)(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    // EAGAIN: a rename raced with the resolution (openat2(2)); a few attempts settle it.
    for (int attempt = 0; attempt < 8; attempt++) {
        int descriptor = (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
        if (descriptor >= 0 || errno != EAGAIN) return descriptor;
    }
    return -1;
}
#endif

int canon_open_beneath(int directory, const char *path, int flags) {
#if defined(__linux__)
    int descriptor = open_with_openat2(directory, path, flags);
    // ENOSYS: a kernel before 5.6; EPERM: the answer of older container sandboxes to a call they do not know.
    if (descriptor >= 0 || (errno != ENOSYS && errno != EPERM)) return descriptor;
#endif
    return canon_open_beneath_by_hand(directory, path, flags);
}

static int open_component(int directory, const char *name, int flags) {
    int descriptor = openat(directory, name, flags | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0 && errno == ENOTDIR) {
        // O_DIRECTORY on a link says ENOTDIR; callers want to know about the link.
        struct stat status;
        if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode))
            errno = ELOOP;
        else
            errno = ENOTDIR;
    }
    return descriptor;
}

int canon_open_beneath_by_hand(int directory, const char *path, int flags) {
    if (path[0] == '/') {
        errno = EXDEV;
        return -1;
    }
    if (path[0] == '\0') {
        errno = ENOENT;
        return -1;
    }
    int current = directory;
    const char *rest = path;
    for (;;) {
        const char *slash = strchr(rest, '/');
        size_t length = slash ? (size_t)(slash - rest) : strlen(rest);
        const char *next = slash;
        while (next && *next == '/') next++;
        int is_last = !next || *next == '\0';
        int failure = 0, descriptor = -1;
        char name[NAME_MAX + 1];
        if (length > NAME_MAX) {
            failure = ENAMETOOLONG;
        } else if (length == 2 && rest[0] == '.' && rest[1] == '.') {
            failure = EXDEV;
        } else {
            memcpy(name, rest, length);
            name[length] = '\0';
            int component_flags = is_last ? flags : (O_RDONLY | O_DIRECTORY);
            if (is_last && slash) component_flags |= O_DIRECTORY;
            descriptor = open_component(current, name, component_flags);
            if (descriptor < 0) failure = errno;
        }
        if (current != directory) close(current);
        if (failure) {
            errno = failure;
            return -1;
        }
        if (is_last) return descriptor;
        current = descriptor;
        rest = next;
    }
}
