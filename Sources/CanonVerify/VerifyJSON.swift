import Foundation

/// JSON of reports: keys in the order of the alphabet, so that equal reports are equal bytes.
enum VerifyJSON {
    static func bytes(_ report: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        guard let data = try? encoder.encode(report) else {
            preconditionFailure("a report of texts and finite numbers cannot be encoded")
        }
        return Array(data) + [UInt8(ascii: "\n")]
    }
}
