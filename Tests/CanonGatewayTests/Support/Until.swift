/// A condition that did not come true in time.
struct NeverTrue: Error, CustomStringConvertible {
    let what: String
    var description: String { "waited in vain until \(what)" }
}

/// Asks again and again until the condition holds.
/// - Throws: `NeverTrue` after `seconds` of the process's life.
func until(_ what: String, within seconds: Double = 15, _ condition: () async throws -> Bool) async throws {
    let deadline = LivedClock.deadline(in: seconds)
    while try await !condition() {
        guard LivedClock.now < deadline else { throw NeverTrue(what: what) }
        try await Task.sleep(for: .milliseconds(10))
    }
}
