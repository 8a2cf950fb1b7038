import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a password comes from: the terminal without echo, or standard input.
enum PasswordInput {
    /// One line of standard input, for scripts.
    static func fromStandardInput() throws -> String {
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw CommandFailure("Standard input holds no password.")
        }
        return line
    }

    /// Asks twice at the terminal.
    static func fromTerminal() throws -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure("There is no terminal to ask for a password at; use --password-stdin.")
        }
        let password = try ask("Password: ")
        guard try ask("Again: ") == password else { throw CommandFailure("The two passwords differ.") }
        return password
    }

    private static func ask(_ prompt: String) throws -> String {
        FileHandle.standardError.write(Data(prompt.utf8))
        var visible = termios()
        guard tcgetattr(STDIN_FILENO, &visible) == 0 else {
            throw CommandFailure("The terminal cannot be asked for a password; use --password-stdin.")
        }
        var hidden = visible
        hidden.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 else {
            throw CommandFailure("The terminal's echo cannot be turned off; use --password-stdin.")
        }
        defer {
            _ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &visible)
            FileHandle.standardError.write(Data("\n".utf8))
        }
        guard let line = readLine(strippingNewline: true) else { throw CommandFailure("No password was given.") }
        return line
    }
}
