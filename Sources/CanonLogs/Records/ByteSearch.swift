#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// The system's searches, which look at whole vectors of bytes at once.

func bytesCompare(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    memcmp(a, b, count)
}

func bytesFind(_ text: UnsafePointer<UInt8>, _ count: Int, _ byte: UInt8) -> Int? {
    guard let found = memchr(text, Int32(byte), count) else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(text)
}

/// By the needle's first byte: `memmem` is no part of what Swift sees of every C library.
func bytesFind(_ text: UnsafePointer<UInt8>, _ count: Int, _ needle: UnsafePointer<UInt8>, _ length: Int) -> Int? {
    var at = 0
    let last = count - length
    while at <= last, let found = bytesFind(text + at, last - at + 1, needle[0]) {
        at += found
        if memcmp(text + at, needle, length) == 0 { return at }
        at += 1
    }
    return nil
}
