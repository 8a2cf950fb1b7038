#include "canon_bytes.h"

#include <iconv.h>

// The descriptor of the encoding used last by this thread.
static _Thread_local iconv_t descriptor = (iconv_t)-1;
static _Thread_local char open_encoding[32];

int canon_convert(const char *encoding, const void *bytes, int length, uint8_t *output, int capacity) {
    if (descriptor == (iconv_t)-1 || strcmp(open_encoding, encoding) != 0) {
        if (descriptor != (iconv_t)-1) iconv_close(descriptor);
        descriptor = iconv_open("UTF-8", encoding);
        if (descriptor == (iconv_t)-1) return 0;
        strncpy(open_encoding, encoding, sizeof open_encoding - 1);
    }
    char *from = (char *)bytes;
    size_t left = (size_t)length;
    char *to = (char *)output;
    size_t room = capacity > 0 ? (size_t)capacity : 0;
    iconv(descriptor, NULL, NULL, NULL, NULL);
    size_t result = iconv(descriptor, &from, &left, &to, &room);
    if (result == (size_t)-1 || left != 0) return 0;
    // What is held back until the next character may join it.
    if (iconv(descriptor, NULL, NULL, &to, &room) == (size_t)-1) return 0;
    return (int)(to - (char *)output);
}
