internal import CanonFacts

/// Hashes of the tokens of a function's body, so that copies are found: ``CanonFacts/Declaration/shapeHash`` and
/// ``CanonFacts/Declaration/bodyHash``.
///
/// Tokens are told by a glance at the bytes: the tree has them too, but going through all of its tokens a second time takes as
/// long as parsing.
struct BodyHashes {
    private(set) var tokens: UInt32 = 0
    private(set) var shape: UInt64 = 1
    private(set) var exact: UInt64 = 1

    init(_ body: UnsafeBufferPointer<UInt8>) {
        var index = 0
        while index < body.count {
            let byte = body[index]
            let start = index
            switch byte {
            case 0x09, 0x0A, 0x0D, 0x20: index += 1
            case 0x2F where index + 1 < body.count && body[index + 1] == 0x2F:
                while index < body.count, body[index] != 0x0A, body[index] != 0x0D { index += 1 }
            case 0x2F where index + 1 < body.count && body[index + 1] == 0x2A: index = Self.endOfComment(body, index)
            case 0x22:
                index = Self.endOfText(body, index)
                add(.text, body[start..<index])
            case 0x30...0x39:
                while index < body.count, Self.isNamePart(body[index]) { index += 1 }
                add(.number, body[start..<index])
            case _ where Self.isNamePart(byte):
                while index < body.count, Self.isNamePart(body[index]) { index += 1 }
                let word = body[start..<index]
                add(Self.isKeyword(word) ? .other : .name, word)
            default:
                index += 1
                add(.other, body[start..<index])
            }
        }
    }

    private enum Class: UInt64 { case other, name, number, text }

    private mutating func add(_ kind: Class, _ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        tokens += 1
        let hash = ContentHash.of(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes)))
        shape = ContentHash.mix(shape ^ (kind == .other ? hash : kind.rawValue))
        exact = ContentHash.mix(exact ^ hash)
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x24, 0x80...: true
        default: false
        }
    }

    /// Comments nest.
    private static func endOfComment(_ body: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        var depth = 0
        var index = start
        while index + 1 < body.count {
            switch (body[index], body[index + 1]) {
            case (0x2F, 0x2A):
                depth += 1
                index += 2
            case (0x2A, 0x2F):
                depth -= 1
                index += 2
                if depth == 0 { return index }
            default: index += 1
            }
        }
        return body.count
    }

    /// Up to the closing quotes; an interpolation ends where its brackets do.
    private static func endOfText(_ body: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        let isLong = start + 2 < body.count && body[start + 1] == 0x22 && body[start + 2] == 0x22
        var index = start + (isLong ? 3 : 1)
        while index < body.count {
            switch body[index] {
            case 0x5C where index + 1 < body.count && body[index + 1] == 0x28:
                index = endOfInterpolation(body, index + 2)
            case 0x5C: index += 2
            case 0x22 where !isLong: return index + 1
            case 0x22 where index + 2 < body.count && body[index + 1] == 0x22 && body[index + 2] == 0x22:
                return index + 3
            case 0x0A where !isLong: return index
            default: index += 1
            }
        }
        return body.count
    }

    private static func endOfInterpolation(_ body: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        var depth = 1
        var index = start
        while index < body.count, depth > 0 {
            switch body[index] {
            case 0x28: depth += 1
            case 0x29: depth -= 1
            case 0x22:
                index = endOfText(body, index)
                continue
            default: break
            }
            index += 1
        }
        return index
    }

    private static func isKeyword(_ word: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard word.count <= 11 else { return false }
        return keywords.contains(ContentHash.of(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: word))))
    }

    private static let keywords: Set<UInt64> = {
        let words = """
            as async await break case catch class continue default defer do else enum extension fallthrough false for func \
            guard if import in init inout is let nil repeat return self static struct subscript super switch throw throws \
            true try var where while
            """
        return Set(
            words.split(separator: " ").map { word in
                var word = String(word)
                return word.withUTF8 { ContentHash.of(UnsafeRawBufferPointer($0)) }
            })
    }()
}
