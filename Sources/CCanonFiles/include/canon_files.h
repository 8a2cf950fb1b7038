#ifndef CANON_FILES_H
#define CANON_FILES_H
/// Opens `path` relative to `directory` for reading, resolving every component beneath it and following no
/// symbolic link (openat2 with RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS).
/// Returns a file descriptor, or -1 with errno set (EXDEV: outside; ELOOP: a link; ENOSYS: kernel before 5.6).
int canon_open_beneath(int directory, const char *path, int flags);
#endif
