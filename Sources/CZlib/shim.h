// zlib as Swift can call it: its initialisers are macros, which are not imported.
#ifndef CANON_CZLIB_SHIM_H
#define CANON_CZLIB_SHIM_H

#include <zlib.h>

static inline int canon_deflateInit2(
    z_streamp stream, int level, int windowBits, int memLevel)
{
    return deflateInit2(stream, level, Z_DEFLATED, windowBits, memLevel, Z_DEFAULT_STRATEGY);
}

static inline int canon_inflateInit2(z_streamp stream, int windowBits)
{
    return inflateInit2(stream, windowBits);
}

#endif
