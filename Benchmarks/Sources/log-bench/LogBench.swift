import ArgumentParser
import CanonStore
import CanonWire
import Foundation

/// How many events the log makes durable in a second, with no network and no HTTP in the way: what the disk and SQLite
/// leave over.
@main
struct LogBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log-bench", abstract: "Append events to the log from many tasks; prints one line of JSON.")

    @Option(help: "An empty folder for the database, on the disk that is meant. It is kept.") var folder: String
    @Option(
        help: "`full` survives power loss, `process` the death of the process.",
        transform: { text in
            guard let durability = Durability(rawValue: text) else {
                throw ValidationError("--durability is `full` or `process`")
            }
            return durability
        })
    var durability = Durability.full
    @Option(help: "Tasks that append, each to a thread of its own.") var writers = 16
    @Option(help: "Events in one append.") var batch = 1
    @Option(help: "Bytes that pad an event.") var padding = 128
    @Option(help: "Seconds that are measured.") var seconds = 5.0

    func validate() throws {
        guard writers > 0, batch > 0, padding >= 0, (0.1...3600).contains(seconds) else {
            throw ValidationError("--writers and --batch are 1 or more, --seconds 0.1 to 3600")
        }
    }

    func run() async throws {
        let store = try Store(folder: DataFolder(path: folder), durability: durability)
        let user: UserID = .make("user_bench")
        var keys: [ThreadKey] = []
        for _ in 0..<writers {
            let key = ThreadKey(user: user, thread: .make("thread_bench"))
            guard try await store.log.createThread(key, title: "Load") != nil else {
                throw ValidationError("the thread \(key.thread) exists already")
            }
            keys.append(key)
        }
        let clock = ContinuousClock()
        let start = clock.now
        let end = start + .seconds(seconds)
        let (log, batch) = (store.log, batch)
        let text = String(repeating: "x", count: padding)
        let stored = try await withThrowingTaskGroup(of: Int.self) { group in
            for key in keys {
                group.addTask {
                    var stored = 0
                    while clock.now < end {
                        let drafts = (0..<batch).map { _ in
                            EventDraft(type: "bench_event", agent: "log-bench", fields: ["pad": .string(text)])
                        }
                        let receipts = try await log.append(drafts, run: nil, to: key)
                        stored += receipts.count { if case .stored = $0 { true } else { false } }
                    }
                    return stored
                }
            }
            return try await group.reduce(0, +)
        }
        let elapsed = (clock.now - start) / .seconds(1)
        // Every event that was acknowledged must be there.
        var found: Int64 = 0
        for key in keys { found += try await log.head(of: key) ?? 0 }
        try store.close()
        let result: JSONObject = [
            "mode": "log", "durability": .string(durability.rawValue), "writers": .int(Int64(writers)),
            "batch": .int(Int64(batch)), "seconds": .double(elapsed),
            "stored_per_s": .int(Int64(Double(stored) / elapsed)), "lost": .int(Int64(stored) - found),
        ]
        print(result.encodedText)
        if Int64(stored) != found { throw ExitCode(1) }
    }
}
