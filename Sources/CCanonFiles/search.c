#define _GNU_SOURCE
#include "canon_files.h"
#include <string.h>

const void *canon_find(const void *haystack, size_t length, const void *needle, size_t needle_length) {
    return memmem(haystack, length, needle, needle_length);
}

static inline unsigned char fold(unsigned char byte) {
    return (unsigned char)(byte - 'A') < 26 ? byte | 0x20 : byte;
}

static int equal_folding(const unsigned char *left, const unsigned char *right, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (fold(left[i]) != fold(right[i])) return 0;
    return 1;
}

const void *canon_find_folding(const void *haystack, size_t length, const void *needle, size_t needle_length) {
    const unsigned char *bytes = haystack, *wanted = needle;
    if (needle_length == 0) return haystack;
    if (needle_length > length) return NULL;
    const unsigned char *end = bytes + length - needle_length + 1;
    unsigned char lower = fold(wanted[0]);
    unsigned char upper = (unsigned char)(lower - 'a') < 26 ? lower & (unsigned char)~0x20 : lower;
    // A plain loop: two memchr cursors would scan the rest of the file again for each of many matches.
    for (const unsigned char *place = bytes; place < end; place++)
        if ((*place == lower || *place == upper) && equal_folding(place, wanted, needle_length)) return place;
    return NULL;
}

size_t canon_count(const void *bytes, size_t length, unsigned char byte) {
    const unsigned char *place = bytes;
    size_t count = 0;
    for (size_t i = 0; i < length; i++) count += place[i] == byte;
    return count;
}
