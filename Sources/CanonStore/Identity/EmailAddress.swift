import Foundation

/// An e-mail address as the name of an account: as it was typed, and folded for comparison.
///
/// Canon never sends mail, so the check is only that the text has the form of an address (RFC 5321 §4.5.3.1 gives the
/// length). Folding is Unicode's canonical composition and lower case over the whole address: local parts that differ
/// in case alone exist on paper, and would let one person pose as another.
public struct EmailAddress: Sendable, Hashable, CustomStringConvertible {
    /// As typed, without the white space around it.
    public let text: String
    /// The form that is unique among accounts.
    public let folded: String

    /// - Throws: `IdentityError.invalidEmail` when the text is no address.
    public init(_ typed: String) throws(IdentityError) {
        let text = typed.trimmingCharacters(in: .whitespacesAndNewlines).precomposedStringWithCanonicalMapping
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let isPrintable = text.unicodeScalars.allSatisfy { scalar in
            !scalar.properties.isWhitespace && scalar.properties.generalCategory != .control
                && scalar.properties.generalCategory != .format
        }
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, text.utf8.count <= 254, isPrintable else {
            throw .invalidEmail(String(typed.prefix(254)))
        }
        self.text = text
        folded = text.lowercased().precomposedStringWithCanonicalMapping
    }

    public var description: String { text }

    public static func == (left: EmailAddress, right: EmailAddress) -> Bool { left.folded == right.folded }
    public func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}
