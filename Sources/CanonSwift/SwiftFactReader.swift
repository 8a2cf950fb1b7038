public import CanonFacts
private import SwiftDiagnostics
private import SwiftParser
private import SwiftParserDiagnostics
private import SwiftSyntax

/// Reads Swift source and says what stands in it: bytes in, facts out.
///
/// Facts of a file that does not parse hold the first error and nothing else.
public struct SwiftFactReader {
    public init() {}

    public func read(_ bytes: UnsafeBufferPointer<UInt8>) -> FileFacts {
        let tree = Parser.parse(source: bytes)
        let lines = LineTable(bytes)
        var records = FileFacts.Records()
        if tree.hasError {
            records.error = Self.firstError(of: tree, lines)
        } else {
            let walk = FactVisitor(source: bytes, lines: lines)
            walk.walk(tree)
            records = walk.records()
        }
        records.language = .swift
        records.lineCount = UInt32(clamping: lines.count)
        records.byteCount = UInt32(clamping: bytes.count)
        return FileFacts(records)
    }

    public func read(bytes: [UInt8]) -> FileFacts { bytes.withUnsafeBufferPointer { read($0) } }

    public func read(_ text: String) -> FileFacts {
        var text = text
        return text.withUTF8 { read($0) }
    }

    private static func firstError(of tree: SourceFileSyntax, _ lines: LineTable) -> FactError {
        let errors = ParseDiagnosticsGenerator.diagnostics(for: tree).filter { $0.diagMessage.severity == .error }
        guard let first = errors.min(by: { $0.position.utf8Offset < $1.position.utf8Offset }) else {
            return FactError(line: 1, column: 1, message: "the file is not valid Swift")
        }
        let place = lines.place(of: first.position.utf8Offset)
        return FactError(line: place.line, column: UInt32(clamping: place.column + 1), message: first.message)
    }
}
