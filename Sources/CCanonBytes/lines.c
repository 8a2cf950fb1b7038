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

// Notes what follows each line feed of a block. Most have one or two: four are noted without asking, as how many there are
// cannot be foreseen, and only as many are kept.
static inline size_t note(uint32_t *lines, size_t found, uint64_t newlines, size_t at) {
    const size_t count = (size_t)__builtin_popcountll(newlines);
    for (size_t noted = 0; noted < count; noted += 4) {
        for (size_t i = 0; i < 4; i++) {
            // The last of them is beyond the block when there is none.
            const uint64_t place = newlines ? (uint64_t)__builtin_ctzll(newlines) : block_bytes;
            lines[found + noted + i] = (uint32_t)(at + place + 1);
            newlines &= newlines - 1;
        }
    }
    return found + count;
}

#if defined(__x86_64__)
#include <immintrin.h>

// The same with 32 bytes at a time and the instructions that count and clear bits.
__attribute__((target("avx2,bmi,popcnt"))) static size_t copy_wide(
    uint8_t *to, const uint8_t *from, size_t length, uint32_t *lines, size_t *count, uint32_t *wide) {
    const __m256i newline = _mm256_set1_epi8('\n'), carriage_return = _mm256_set1_epi8('\r');
    __m256i all = _mm256_setzero_si256();
    size_t at = 0, found = *count;
    for (; at + block_bytes <= length; at += block_bytes) {
        const __m256i low = _mm256_loadu_si256((const __m256i *)(from + at));
        const __m256i high = _mm256_loadu_si256((const __m256i *)(from + at + 32));
        // Zero where a byte is NUL or a carriage return.
        const __m256i least = _mm256_min_epu8(
            _mm256_min_epu8(low, _mm256_xor_si256(low, carriage_return)),
            _mm256_min_epu8(high, _mm256_xor_si256(high, carriage_return)));
        if (_mm256_movemask_epi8(_mm256_cmpeq_epi8(least, _mm256_setzero_si256()))) break;
        _mm256_storeu_si256((__m256i *)(to + at), low);
        _mm256_storeu_si256((__m256i *)(to + at + 32), high);
        all = _mm256_or_si256(all, _mm256_or_si256(low, high));
        const uint64_t first = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, newline));
        const uint64_t second = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, newline));
        found = note(lines, found, first | second << 32, at);
    }
    *count = found;
    *wide |= (uint32_t)_mm256_movemask_epi8(all);
    return at;
}
#endif

size_t canon_copy_lines(
    uint8_t *to, const uint8_t *from, size_t length, uint32_t *lines, size_t *count, uint32_t *wide) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt"))
        return copy_wide(to, from, length, lines, count, wide);
#endif
    size_t at = 0, found = *count;
    uint32_t seen = 0;
    while (at + block_bytes <= length) {
        block block = copy(to + at, from + at);
        if (block.special) break;
        seen |= block.wide;
        found = note(lines, found, block.newlines, at);
        at += block_bytes;
    }
    *count = found;
    *wide |= seen;
    return at;
}
