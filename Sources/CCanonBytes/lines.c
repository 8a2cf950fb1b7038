#include "canon_bytes.h"

// What a block of 64 bytes holds: one bit for each line feed; whether a byte needs a closer look (NUL or carriage return);
// whether a byte is beyond ASCII.
typedef struct {
    uint64_t newlines;
    uint32_t special;
    uint32_t wide;
} block;

enum { block_bytes = 64 };

// Copies a block and says what it holds.
static inline block copy(uint8_t *to, const uint8_t *from) {
    block result = {0, 0, 0};
#if defined(__SSE2__)
    const __m128i newline = _mm_set1_epi8('\n'), carriage_return = _mm_set1_epi8('\r');
    __m128i all = _mm_setzero_si128(), least = _mm_set1_epi8((char)0xFF);
    for (int i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(from + 16 * i));
        _mm_storeu_si128((__m128i *)(to + 16 * i), v);
        result.newlines |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, newline)) << 16 * i;
        all = _mm_or_si128(all, v);
        // Zero where the byte is one of the two.
        least = _mm_min_epu8(least, _mm_min_epu8(v, _mm_xor_si128(v, carriage_return)));
    }
    result.special = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(least, _mm_setzero_si128()));
    result.wide = (uint32_t)_mm_movemask_epi8(all);
#else
    for (int i = 0; i < block_bytes; i++) {
        to[i] = from[i];
        if (from[i] == '\n') result.newlines |= (uint64_t)1 << i;
        if (from[i] >= 0x80) result.wide = 1;
        if (from[i] == '\r' || from[i] == 0) result.special = 1;
    }
#endif
    return result;
}

size_t canon_copy_lines(
    uint8_t *to, const uint8_t *from, size_t length, uint32_t *lines, size_t *count, uint32_t *wide) {
    size_t at = 0, found = *count;
    uint32_t seen = 0;
    while (at + block_bytes <= length) {
        block block = copy(to + at, from + at);
        if (block.special) break;
        seen |= block.wide;
        while (block.newlines) {
            lines[found++] = (uint32_t)(at + (size_t)__builtin_ctzll(block.newlines) + 1);
            block.newlines &= block.newlines - 1;
        }
        at += block_bytes;
    }
    *count = found;
    *wide |= seen;
    return at;
}
