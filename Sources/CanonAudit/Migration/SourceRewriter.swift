public import CanonFacts

/// Who can rewrite files of a language. The plan says what is to be named otherwise; this finds where it stands.
public protocol SourceRewriter: Sendable {
    /// A file as an order wants it; nil when it does not parse.
    func rewrite(_ bytes: [UInt8], _ order: RewriteOrder) -> Rewriting?

    /// A file without some names at its top; nil when it does not parse.
    func remove(_ names: Set<String>, from bytes: [UInt8], _ order: RewriteOrder) -> Rewriting?

    /// The calls of a file; nil when it does not parse.
    func calls(in bytes: [UInt8]) -> [CallShape]?

    func facts(of bytes: [UInt8]) -> FileFacts
}
