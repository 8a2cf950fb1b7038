import Foundation

/// Where a password comes from: the terminal without echo, or standard input.
enum PasswordInput {
    /// One line of standard input, for scripts.
    static func fromStandardInput() throws(CommandFailure) -> String {
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw CommandFailure("standard input holds no password")
        }
        return line
    }

    /// Asks twice at the terminal.
    static func fromTerminal() throws(CommandFailure) -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure("there is no terminal to ask for a password at; use --password-stdin")
        }
        let password = try ask("Password: ")
        guard try ask("Again: ") == password else { throw CommandFailure("the two passwords differ") }
        return password
    }

    private static func ask(_ prompt: String) throws(CommandFailure) -> String {
        Terminal.errors.write(prompt)
        var visible = termios()
        guard tcgetattr(STDIN_FILENO, &visible) == 0 else {
            throw CommandFailure("the terminal cannot be asked for a password; use --password-stdin")
        }
        var hidden = visible
        hidden.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 else {
            throw CommandFailure("the terminal's echo cannot be turned off; use --password-stdin")
        }
        defer {
            _ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &visible)
            Terminal.errors.writeLine("")
        }
        guard let line = readLine(strippingNewline: true) else { throw CommandFailure("no password was given") }
        return line
    }
}
