import CanonGateway
import CanonWire

/// What a person needs to know once the server runs: where it is, and how to log in.
struct StartBanner {
    let address: Gateway.Address
    /// Nil when there is an account already.
    let setupToken: String?
    let demo: Bool
    let agent: String
    let workspace: String?
    let folder: String

    private var lines: [(name: String, text: String)] {
        var lines = [(name: "Console", text: address.url)]
        if let setupToken {
            lines.append(("Set up", "\(address.url)/setup#\(setupToken)"))
            lines.append(("", "open it within 24 hours to make the first account; it works once"))
        } else {
            lines.append(("Log in", "with your account; `canon users add EMAIL` makes another"))
        }
        if demo { lines.append(("Demo", "visitors need no account")) }
        lines.append(("Agent", agent + (workspace.map { ", reading \($0)" } ?? ", without a workspace (--workspace)")))
        lines.append(("Data", folder))
        return lines
    }

    /// On standard output, so that the log on standard error stays a log.
    func write(quiet: Bool) {
        // Without the link nobody could log in: it is not left out by --quiet.
        let shown = quiet ? lines.filter { $0.name == "Set up" } : lines
        let output = Terminal.output
        for line in shown {
            let name = line.name + String(repeating: " ", count: 9 - line.name.count)
            output.writeLine("  \(output.styled(name, .bold))\(line.text)")
        }
    }
}
