/// The parts of an application, in their order, as messages name them.
enum ApplyStep: String, Sendable {
    case look = "looking at the repository"
    case copy = "copying the tree"
    case write = "writing the changes into the copy"
    case parse = "parsing what was written"
    case audit = "auditing the copy"
    case verify = "--verify"
    case move = "moving the files in"
}

/// Why nothing was changed.
struct ApplyFailure: Error, Equatable {
    var step: ApplyStep
    var reason: String

    init(_ step: ApplyStep, _ reason: String) {
        self.step = step
        self.reason = reason
    }

    static func cancelled(_ step: ApplyStep) -> ApplyFailure { ApplyFailure(step, "ended from outside") }

    var commandFailure: CommandFailure {
        CommandFailure("\(step.rawValue) failed: \(reason)\nNothing was changed.")
    }
}

extension [String] {
    /// The first few of a list, one a line, and how many there are besides.
    func listed(_ most: Int = 10) -> String {
        let lines = prefix(most).map { "\n  \($0.escapingControls)" }.joined()
        return count > most ? lines + "\n  and \(count - most) more" : lines
    }
}
