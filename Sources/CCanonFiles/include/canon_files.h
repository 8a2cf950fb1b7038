#ifndef CANON_FILES_H
#define CANON_FILES_H
#include <stddef.h>

/// Opens `path` relative to `directory` for reading, resolving every component beneath it and following no
/// symbolic link (openat2 with RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS). Where the system has
/// no openat2 or a sandbox forbids it, `canon_open_beneath_by_hand` does the same.
/// Returns a file descriptor, or -1 with errno set (EXDEV: outside; ELOOP: a link).
int canon_open_beneath(int directory, const char *path, int flags);

/// The same without openat2: one openat with O_NOFOLLOW for each component. A component `..` or an absolute path is
/// EXDEV, a link is ELOOP.
int canon_open_beneath_by_hand(int directory, const char *path, int flags);

/// memmem, which Swift's C library module hides: the first place of the needle, or NULL.
const void *canon_find(const void *haystack, size_t length, const void *needle, size_t needle_length);

/// The same with the ASCII letters of both sides folded; other bytes must be equal.
const void *canon_find_folding(const void *haystack, size_t length, const void *needle, size_t needle_length);

/// How often `byte` occurs.
size_t canon_count(const void *bytes, size_t length, unsigned char byte);
#endif
