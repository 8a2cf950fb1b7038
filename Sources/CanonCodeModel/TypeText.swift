/// Annotations as texts.
enum TypeText {
    /// The one class that an annotation names: `C`, `"C"`, `Optional[C]`, `C | None`, `Type[C]` left aside; nil for others.
    static func single(_ text: String) -> String? {
        // Most are a plain name.
        if text.utf8.allSatisfy(isNamePart) { return text.isEmpty || text == "None" ? nil : text }
        var text = text.trimmingBlanks
        for quote in ["\"", "'"] where text.count >= 2 && text.hasPrefix(quote) && text.hasSuffix(quote) {
            text = String(text.dropFirst().dropLast()).trimmingBlanks
        }
        for wrapper in ["Optional[", "typing.Optional[", "Awaitable[", "Annotated["]
        where text.hasPrefix(wrapper) && text.hasSuffix("]") {
            return single(String(text.dropFirst(wrapper.count).dropLast()))
        }
        let alternatives = text.split(separator: "|").map { String($0).trimmingBlanks }.filter { $0 != "None" }
        guard alternatives.count == 1, let only = alternatives.first else { return nil }
        if only != text { return single(only) }
        let head = only.prefix { $0 != "[" }
        guard !head.isEmpty, head.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }) else {
            return nil
        }
        return head == "None" ? nil : String(head)
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2E: true
        default: false
        }
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
