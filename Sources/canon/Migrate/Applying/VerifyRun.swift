import CoreFoundation
import Foundation
import Synchronization

/// The command of `--verify`: run by the shell, in a process group of its own, so that it ends as a whole.
struct VerifyRun: Sendable {
    enum End: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)
        case timedOut
        case cancelled
    }

    let command: String
    /// Where it runs.
    let folder: String
    let timeout: Duration
    /// Where what it prints is kept.
    let log: String

    /// How long it has between being asked to end and being ended.
    static let grace: Duration = .seconds(5)

    /// Runs the command to its end. The task's cancellation ends it.
    ///
    /// - Throws: `SystemError` when it cannot be started.
    func run() async throws -> End {
        let process = RunningGroup(pid: try start())
        let clock = Task {
            try await Task.sleep(for: timeout)
            process.end(as: .timedOut)
        }
        defer { clock.cancel() }
        return await withTaskCancellationHandler {
            await process.ended()
        } onCancel: {
            process.end(as: .cancelled)
        }
    }

    private func start() throws -> pid_t {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        // Nobody is there to answer: a group that is not the terminal's would be stopped when it asks.
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        // The shell changes the folder: not every system lets the caller do so.
        let words = ["sh", "-c", #"cd -- "$1" && exec /bin/sh -c "$2""#, "sh", folder, command]
        var arguments = words.map { strdup($0) } + [nil]
        var variables = ProcessInfo.processInfo.environment.map { name, value in strdup(name + "=" + value) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/bin/sh", &actions, &attributes, &arguments, &variables)
        guard code == 0 else { throw SystemError(code: code) }
        return pid
    }

    /// The last lines of what it printed, and whether there were more.
    func output(lines most: Int = 100) -> (text: String, isCut: Bool) {
        let limit = 64 << 10
        guard let file = FileHandle(forReadingAtPath: log) else { return ("", false) }
        defer { try? file.close() }
        let size = Int((try? file.seekToEnd()) ?? 0)
        try? file.seek(toOffset: UInt64(max(0, size - limit)))
        let bytes = (try? file.readToEnd()) ?? Data()
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        while lines.last?.isEmpty == true { lines.removeLast() }
        return (
            lines.suffix(most).map { String($0).escapingControls }.joined(separator: "\n"),
            size > limit || lines.count > most
        )
    }
}

/// A process that leads a group, until it has ended.
private final class RunningGroup: Sendable {
    private enum State {
        case running
        /// Asked to end, for a reason.
        case ending(VerifyRun.End)
        case ended
    }

    private let pid: pid_t
    private let state = Mutex(State.running)

    init(pid: pid_t) { self.pid = pid }

    func end(as end: VerifyRun.End) {
        let isFirst = state.withLock { state in
            guard case .running = state else { return false }
            state = .ending(end)
            // Under the lock, so that the number is still this process's.
            kill(-pid, SIGTERM)
            return true
        }
        guard isFirst else { return }
        Task {
            try await Task.sleep(for: VerifyRun.grace)
            state.withLock { state in if case .ending = state { _ = kill(-pid, SIGKILL) } }
        }
    }

    func ended() async -> VerifyRun.End {
        let (code, status): (Int32, Int32) = await withCheckedContinuation { continuation in
            // A thread of its own: it waits as long as the command runs.
            Thread.detachNewThread { [self] in
                var information = siginfo_t()
                while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
                var status: Int32 = 0
                // What it started and left behind must not work on in a tree that is about to be removed.
                state.withLock { _ in _ = kill(-pid, SIGKILL) }
                while waitpid(pid, &status, 0) < 0, errno == EINTR {}
                continuation.resume(returning: (status & 0x7F, (status >> 8) & 0xFF))
            }
        }
        return state.withLock { state in
            defer { state = .ended }
            if case .ending(let reason) = state { return reason }
            return code == 0 ? .exited(status) : .signalled(code)
        }
    }
}
