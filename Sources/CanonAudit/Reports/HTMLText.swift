/// Markup in the making. Text goes through ``escaped(_:)`` on its way in, so that nothing of an audited file or a probed server becomes
/// markup.
package struct HTMLText {
    package private(set) var text = ""

    package init() {}

    /// A page in one file: it asks no network for anything and runs no script, whatever its content says.
    ///
    /// - Parameters:
    ///   - style: rules of CSS, of our own.
    ///   - body: writes what is shown.
    package static func page(title: String, style: String, _ body: (inout HTMLText) -> Void) -> String {
        var page = HTMLText()
        page.markup(
            """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(escaped(title))</title>
            <style>\(style)</style>
            </head>
            <body>

            """)
        body(&page)
        page.markup("\n</body>\n</html>\n")
        return page.text
    }

    /// Markup of our own.
    package mutating func markup(_ markup: String) { text += markup }

    /// Text of anybody.
    package mutating func text(_ content: String) { text += Self.escaped(content) }

    /// An element that holds text only.
    package mutating func element(_ tag: String, _ attributes: String = "", _ content: String) {
        open(tag, attributes)
        text(content)
        close(tag)
    }

    /// An element with what `body` writes.
    package mutating func element(_ tag: String, _ attributes: String = "", _ body: (inout HTMLText) -> Void) {
        open(tag, attributes)
        body(&self)
        close(tag)
    }

    private mutating func open(_ tag: String, _ attributes: String) {
        text += attributes.isEmpty ? "<\(tag)>" : "<\(tag) \(attributes)>"
    }

    private mutating func close(_ tag: String) { text += "</\(tag)>" }

    package static func escaped(_ content: String) -> String {
        var result = ""
        result.reserveCapacity(content.utf8.count)
        for scalar in content.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            // Control characters have no place in a page; line ends and tabs are blanks in it.
            case "\n", "\t", "\r": result.unicodeScalars.append(" ")
            default: result.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? "\u{FFFD}" : scalar)
            }
        }
        return result
    }
}
