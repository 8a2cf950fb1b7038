#include "canon_bytes.h"

size_t canon_find_lines(const uint8_t *text, size_t at, size_t end, uint32_t *lines, size_t *count, uint32_t *wide) {
    size_t found = *count;
    uint32_t seen = 0;
    while (at + CANON_BYTES_BLOCK <= end) {
        canon_block block = canon_classify(text + at);
        if (block.special) break;
        seen |= block.wide;
        while (block.newlines) {
            lines[found++] = (uint32_t)(at + (size_t)__builtin_ctz(block.newlines) + 1);
            block.newlines &= block.newlines - 1;
        }
        at += CANON_BYTES_BLOCK;
    }
    *count = found;
    *wide |= seen;
    return at;
}
