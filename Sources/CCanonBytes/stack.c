#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "canon_bytes.h"

#include <pthread.h>

enum { margin = 96 << 10 };

// What a thread has at least where the system does not tell.
enum { modest = 400 << 10 };

uintptr_t canon_stack_floor(void) {
    static _Thread_local uintptr_t floor;
    if (floor) return floor;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    floor = here > modest ? here - modest : 1;
#if defined(__APPLE__)
    uintptr_t top = (uintptr_t)pthread_get_stackaddr_np(pthread_self());
    floor = top - pthread_get_stacksize_np(pthread_self()) + margin;
#elif defined(__linux__)
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        void *low;
        size_t size;
        if (pthread_attr_getstack(&attributes, &low, &size) == 0) floor = (uintptr_t)low + margin;
        pthread_attr_destroy(&attributes);
    }
#endif
    return floor;
}
