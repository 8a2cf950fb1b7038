#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the system says about a process. Linux only; elsewhere everything reads as 0.
struct ServerProcess: Sendable {
    let pid: Int32

    static let own = ServerProcess(pid: getpid())

    var exists: Bool { kill(pid, 0) == 0 || errno == EPERM }

    /// User and system time used so far, in seconds.
    var cpuSeconds: Double {
        // The name of the program, in parentheses, may hold spaces: count fields from behind it.
        guard let fields = read("stat").split(separator: ")").last?.split(separator: " "), fields.count > 12,
            let user = Double(fields[11]), let system = Double(fields[12])
        else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Bytes of memory that are resident.
    var residentBytes: Int {
        let fields = read("statm").split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Bytes of its own memory that are resident: without files that it has mapped, which the kernel may drop.
    var anonymousBytes: Int {
        let fields = read("statm").split(separator: " ")
        guard fields.count > 2, let resident = Int(fields[1]), let shared = Int(fields[2]) else { return 0 }
        return (resident - shared) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    private func read(_ name: String) -> String {
        let descriptor = open("/proc/\(pid)/\(name)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        return String(unsafeUninitializedCapacity: 4096) { buffer in
            #if canImport(Glibc)
                max(Glibc.read(descriptor, buffer.baseAddress, buffer.count), 0)
            #else
                max(Darwin.read(descriptor, buffer.baseAddress, buffer.count), 0)
            #endif
        }
    }
}
