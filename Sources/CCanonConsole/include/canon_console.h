#ifndef CANON_CONSOLE_H
#define CANON_CONSOLE_H
#include <stddef.h>
/// One file of the console, embedded in the binary.
typedef struct {
    const char *name;          ///< the path below the console's root, such as "index.html"
    const char *content_type;  ///< the value of Content-Type
    const unsigned char *bytes;
    size_t count;
} canon_console_asset;
/// The embedded files. `count` receives how many there are.
const canon_console_asset *canon_console_assets(size_t *count);
#endif
