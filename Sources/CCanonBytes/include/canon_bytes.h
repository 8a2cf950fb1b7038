#ifndef CANON_BYTES_H
#define CANON_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Wide scans over text. Every function reads whole blocks of CANON_BYTES_BLOCK bytes from `p`, so the caller keeps that many
// readable bytes after the end of its text, and a stop byte (NUL) at the end itself: each scan ends there at the latest.

#define CANON_BYTES_BLOCK 16

// Eight bytes at `p` as a little-endian number.
static inline uint64_t canon_load8(const uint8_t *p) {
    uint64_t value;
    memcpy(&value, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}

// The number of ASCII letters, digits and underscores at `p`.
static inline size_t canon_name_length(const uint8_t *p) {
    const uint8_t *start = p;
#if defined(__SSE2__)
    for (;;) {
        __m128i v = _mm_loadu_si128((const __m128i *)p);
        // Letters in either case: fold to lower case and shift the range to the bottom of the signed bytes.
        __m128i folded = _mm_or_si128(v, _mm_set1_epi8(0x20));
        __m128i letter = _mm_cmplt_epi8(
            _mm_add_epi8(folded, _mm_set1_epi8((char)(0x80 - 'a'))), _mm_set1_epi8((char)(0x80 + 26)));
        __m128i digit = _mm_cmplt_epi8(
            _mm_add_epi8(v, _mm_set1_epi8((char)(0x80 - '0'))), _mm_set1_epi8((char)(0x80 + 10)));
        __m128i other = _mm_cmpeq_epi8(v, _mm_set1_epi8('_'));
        unsigned stop = ~(unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letter, digit), other)) & 0xFFFF;
        if (stop) return (size_t)(p - start) + (size_t)__builtin_ctz(stop);
        p += 16;
    }
#else
    while ((*p | 0x20) - 'a' < 26u || *p - '0' < 10u || *p == '_') p++;
    return (size_t)(p - start);
#endif
}

// The number of bytes at `p` before the first that is `a`, `b`, `c` or NUL.
static inline size_t canon_until(const uint8_t *p, uint8_t a, uint8_t b, uint8_t c) {
    const uint8_t *start = p;
#if defined(__SSE2__)
    const __m128i va = _mm_set1_epi8((char)a), vb = _mm_set1_epi8((char)b), vc = _mm_set1_epi8((char)c);
    const __m128i zero = _mm_setzero_si128();
    for (;;) {
        __m128i v = _mm_loadu_si128((const __m128i *)p);
        __m128i hit = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(v, va), _mm_cmpeq_epi8(v, vb)),
            _mm_or_si128(_mm_cmpeq_epi8(v, vc), _mm_cmpeq_epi8(v, zero)));
        unsigned stop = (unsigned)_mm_movemask_epi8(hit);
        if (stop) return (size_t)(p - start) + (size_t)__builtin_ctz(stop);
        p += 16;
    }
#else
    while (*p && *p != a && *p != b && *p != c) p++;
    return (size_t)(p - start);
#endif
}

// The number of spaces at `p`.
static inline size_t canon_space_length(const uint8_t *p) {
    const uint8_t *start = p;
#if defined(__SSE2__)
    for (;;) {
        __m128i v = _mm_loadu_si128((const __m128i *)p);
        unsigned stop = ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(' '))) & 0xFFFF;
        if (stop) return (size_t)(p - start) + (size_t)__builtin_ctz(stop);
        p += 16;
    }
#else
    while (*p == ' ') p++;
    return (size_t)(p - start);
#endif
}

// Whether `length` bytes at `p` are ASCII; eight are read at a time, so that seven must be readable behind them.
static inline bool canon_is_ascii(const uint8_t *p, size_t length) {
    const uint64_t wide = 0x8080808080808080u;
    size_t at = 0;
    for (; at + 8 < length; at += 8) {
        if (canon_load8(p + at) & wide) return false;
    }
    return length == 0 || (canon_load8(p + at) & wide & (UINT64_MAX >> (64 - 8 * (length - at)))) == 0;
}

// Copies text as far as it holds no carriage return and no NUL, and notes the offset after each line feed. Returns how much was
// copied: all but a part of a block at the end, or up to a block to look at byte by byte. `lines` has room for one offset more
// than there are bytes; what is behind those that were noted may be written to as well.
size_t canon_copy_lines(
    uint8_t *to, const uint8_t *from, size_t length, uint32_t *lines, size_t *count, uint32_t *wide);

// The lowest address that the stack of this thread may reach, with a margin above its end for what is called last.
uintptr_t canon_stack_floor(void);

// Where the stack is now. (Stacks grow towards lower addresses.)
static inline const void *canon_frame_address(void) { return __builtin_frame_address(0); }

// The upper half of the single-byte encoding of that name (lower case, words joined by `_`), or NULL.
// With `aliases_only` the codec's own name does not count.
const uint16_t *canon_code_page(const char *name, int aliases_only);

// Converts one character of `length` bytes in the encoding of that name to UTF-8. The bytes written; 0 when they are none, or
// the system does not know the encoding.
int canon_convert(const char *encoding, const void *bytes, int length, uint8_t *output, int capacity);

#endif
