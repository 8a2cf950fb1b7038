/// The value of `Sec-WebSocket-Extensions`, taken apart but not judged (RFC 6455 section 9.1).
enum WebSocketExtensionList {
    struct Element: Equatable {
        var name: String
        var parameters: [Parameter] = []
    }

    struct Parameter: Equatable {
        var name: String
        /// nil if there is none; without its quotes if it had some.
        var value: String?
    }

    /// The extensions named by all values of the field, in order.
    ///
    /// - Returns: nil if a value breaks the grammar.
    static func parse(_ values: [String]) -> [Element]? {
        var elements: [Element] = []
        for value in values {
            var scanner = Scanner(rest: Array(value.utf8)[...])
            guard scanner.readList(into: &elements) else { return nil }
        }
        return elements
    }

    private struct Scanner {
        var rest: ArraySlice<UInt8>

        /// `#extension`: empty elements are allowed, as in every list of HTTP (RFC 9110 section 5.6.1).
        mutating func readList(into elements: inout [Element]) -> Bool {
            while true {
                skipBlanks()
                if rest.isEmpty { return true }
                if take(",") { continue }
                guard let element = readElement() else { return false }
                elements.append(element)
                guard rest.isEmpty || take(",") else { return false }
            }
        }

        /// `extension-token *( ";" extension-param )`, and the blanks behind it.
        private mutating func readElement() -> Element? {
            guard let name = readToken() else { return nil }
            var element = Element(name: name)
            skipBlanks()
            while take(";") {
                skipBlanks()
                guard let name = readToken() else { return nil }
                var parameter = Parameter(name: name)
                skipBlanks()
                if take("=") {
                    skipBlanks()
                    guard let value = readValue() else { return nil }
                    parameter.value = value
                    skipBlanks()
                }
                element.parameters.append(parameter)
            }
            return element
        }

        /// What is quoted must be a token all the same once the backslashes are gone.
        private mutating func readValue() -> String? {
            guard take("\"") else { return readToken() }
            var value: [UInt8] = []
            while let byte = rest.popFirst() {
                switch byte {
                case UInt8(ascii: "\""):
                    return value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    guard let escaped = rest.popFirst(), HTTPResponseHead.isTokenByte(escaped) else { return nil }
                    value.append(escaped)
                default:
                    guard HTTPResponseHead.isTokenByte(byte) else { return nil }
                    value.append(byte)
                }
            }
            return nil
        }

        private mutating func readToken() -> String? {
            let token = rest.prefix(while: HTTPResponseHead.isTokenByte)
            rest = rest[token.endIndex...]
            return token.isEmpty ? nil : String(decoding: token, as: UTF8.self)
        }

        private mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        private mutating func skipBlanks() {
            rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        }
    }
}
