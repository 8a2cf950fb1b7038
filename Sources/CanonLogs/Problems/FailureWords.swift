/// Words that say that something went wrong, for entries that have no severity, and words that say how badly.
enum FailureWords {
    private static let failures: [StaticString] = [
        "error", "exception", "traceback", "fatal", "panic", "failed", "failure", "critical", "segfault", "unhandled",
        "refused", "killed",
    ]

    /// What happens when a service starts or ends: nothing works then.
    private static let endings: [StaticString] = [
        "failed to start", "startup failed", "start-up failed", "could not start", "cannot start",
        "container called exit",
        "exit(", "exited with", "exit code", "exit status", "shutting down", "terminated", "out of memory",
        "memory limit",
        "oom", "crashloop", "panic:", "application startup", "failed to listen", "worker failed to boot", "segfault",
        "segmentation fault", "uncaught signal", "startup probe", "worker timeout", "core dumped",
    ]

    /// Whether a message tells of a failure.
    static func tellsFailure(_ message: ByteSpan) -> Bool { first(of: failures, in: message, limit: 4096) != nil }

    /// The words for a start or an end that went wrong; nil when there are none.
    static func ending(in message: String) -> String? {
        var message = message
        return message.withUTF8 { first(of: endings, in: $0, limit: 4096).map { "\($0)" } }
    }

    private static func first(of words: [StaticString], in text: ByteSpan, limit: Int) -> StaticString? {
        let end = min(text.count, limit)
        var startsWord = true
        var at = 0
        while at < end {
            let byte = text[at].lowered
            // In `KeyError` a new word begins with the capital.
            if startsWord || text[at] &- 0x41 < 26 {
                for word in words where word.utf8Start[0] == byte && matches(word, text, at) { return word }
            }
            startsWord = !byte.isLetter
            at += 1
        }
        return nil
    }

    private static func matches(_ word: StaticString, _ text: ByteSpan, _ at: Int) -> Bool {
        let length = word.utf8CodeUnitCount
        guard at + length <= text.count else { return false }
        for index in 1..<length where text[at + index].lowered != word.utf8Start[index] { return false }
        // `oom` is no beginning of a longer word, while `error` may be one of `errors`.
        return length > 3 || at + length == text.count || !text[at + length].isLetter
    }
}
