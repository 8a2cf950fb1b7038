#include "canon_bytes.h"

// What a block of 64 bytes holds: one bit for each line feed; whether a byte needs a closer look (NUL or carriage return);
// whether a byte is beyond ASCII.
typedef struct {
    uint64_t newlines;
    uint32_t special;
    uint32_t wide;
} block;

enum { block_bytes = 64 };

static inline block classify(const uint8_t *p) {
    block result = {0, 0, 0};
#if defined(__SSE2__)
    const __m128i newline = _mm_set1_epi8('\n'), carriage_return = _mm_set1_epi8('\r');
    __m128i all = _mm_setzero_si128(), least = _mm_set1_epi8((char)0xFF);
    for (int i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(p + 16 * i));
        result.newlines |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, newline)) << 16 * i;
        all = _mm_or_si128(all, v);
        // Zero where the byte is one of the two.
        least = _mm_min_epu8(least, _mm_min_epu8(v, _mm_xor_si128(v, carriage_return)));
    }
    result.special = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(least, _mm_setzero_si128()));
    result.wide = (uint32_t)_mm_movemask_epi8(all);
#else
    for (int i = 0; i < block_bytes; i++) {
        if (p[i] == '\n') result.newlines |= (uint64_t)1 << i;
        if (p[i] >= 0x80) result.wide = 1;
        if (p[i] == '\r' || p[i] == 0) result.special = 1;
    }
#endif
    return result;
}

size_t canon_find_lines(const uint8_t *text, size_t at, size_t end, uint32_t *lines, size_t *count, uint32_t *wide) {
    size_t found = *count;
    uint32_t seen = 0;
    while (at + block_bytes <= end) {
        block block = classify(text + at);
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
