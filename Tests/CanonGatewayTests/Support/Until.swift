/// A condition that did not come true in time.
struct NeverTrue: Error, CustomStringConvertible {
    let what: String
    var description: String { "waited in vain until \(what)" }
}

/// Asks again and again until the condition holds.
/// - Throws: `NeverTrue` after `seconds`.
func until(_ what: String, within seconds: Double = 15, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NeverTrue(what: what) }
        try await Task.sleep(for: .milliseconds(10))
    }
}
