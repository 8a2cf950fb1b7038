import ArgumentParser

/// How the program ends. Scripts rely on these numbers.
enum ExitStatus {
    /// Everything asked for was done.
    static let success = ExitCode(0)
    /// A check failed, or something was refused.
    static let failed = ExitCode(1)
    /// The command line or the configuration cannot be used.
    static let usage = ExitCode(2)
    /// The answer could not be found out.
    static let unknown = ExitCode(3)
}

/// A failure that ends a command: what to tell, and with which status.
struct CommandFailure: Error, CustomStringConvertible {
    var description: String
    var status = ExitStatus.failed

    init(_ description: String, status: ExitCode = ExitStatus.failed) {
        self.description = description
        self.status = status
    }
}

extension ParsableCommand {
    /// Runs the command that the arguments name, tells the user what went wrong, and returns the status to exit with.
    /// Help and versions go to standard output; everything that is wrong, to standard error.
    static func runToStatus(
        _ arguments: [String]? = nil, output: Terminal = .output, errors: Terminal = .errors
    ) async -> ExitCode {
        do {
            var command = try parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return ExitStatus.success
        } catch let error as ConfigurationError {
            for problem in error.problems { errors.writeLine(Self.errorLine(problem.description, on: errors)) }
            return ExitStatus.usage
        } catch let error as CommandFailure {
            errors.writeLine(Self.errorLine(error.description, on: errors))
            return error.status
        } catch let code as ExitCode {
            return code
        } catch {
            let code = exitCode(for: error)
            guard code != .failure else {
                errors.writeLine(Self.errorLine("\(error)", on: errors))
                return ExitStatus.failed
            }
            let message = fullMessage(for: error)
            guard code != .success else {
                output.writeLine(message)
                return code
            }
            if !message.isEmpty { errors.writeLine(message) }
            return code == .validationFailure ? ExitStatus.usage : ExitStatus.failed
        }
    }

    private static func errorLine(_ text: String, on terminal: Terminal) -> String {
        terminal.styled("error:", .red) + " " + text
    }
}
