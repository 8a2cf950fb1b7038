/// A frame written out by hand, right or wrong: the tests must not trust the encoder they test.
struct RawFrame {
    enum LengthForm { case shortest, sixteenBits, sixtyFourBits }

    var isFinal = true
    var reservedBits: UInt8 = 0
    var opcode: UInt8
    var payload: [UInt8] = []
    var maskingKey: [UInt8]?
    var lengthForm = LengthForm.shortest
    /// What the header claims, if it is not the truth.
    var announcedLength: UInt64?

    static let exampleKey: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]

    static func text(_ text: String, isFinal: Bool = true) -> RawFrame {
        RawFrame(isFinal: isFinal, opcode: 1, payload: Array(text.utf8))
    }

    static func binary(_ payload: [UInt8], isFinal: Bool = true) -> RawFrame {
        RawFrame(isFinal: isFinal, opcode: 2, payload: payload)
    }

    /// The first frame of a compressed message (RFC 7692 section 6).
    static func compressed(_ payload: [UInt8], opcode: UInt8 = 1, isFinal: Bool = true) -> RawFrame {
        RawFrame(isFinal: isFinal, reservedBits: 0x40, opcode: opcode, payload: payload)
    }

    static func continuation(_ payload: [UInt8], isFinal: Bool) -> RawFrame {
        RawFrame(isFinal: isFinal, opcode: 0, payload: payload)
    }

    static func close(_ code: UInt16?, _ reason: String = "") -> RawFrame {
        let codeBytes = code.map { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } ?? []
        return RawFrame(opcode: 8, payload: codeBytes + Array(reason.utf8))
    }

    static func ping(_ payload: [UInt8] = []) -> RawFrame { RawFrame(opcode: 9, payload: payload) }
    static func pong(_ payload: [UInt8] = []) -> RawFrame { RawFrame(opcode: 10, payload: payload) }

    func masked(_ key: [UInt8] = exampleKey) -> RawFrame {
        var copy = self
        copy.maskingKey = key
        return copy
    }

    var header: [UInt8] {
        let length = announcedLength ?? UInt64(payload.count)
        let mask: UInt8 = maskingKey == nil ? 0 : 0x80
        var bytes = [(isFinal ? 0x80 : 0) | reservedBits | opcode]
        if lengthForm == .sixtyFourBits || length > 0xFFFF {
            bytes.append(mask | 127)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(56 - 8 * $0)) }
        } else if lengthForm == .sixteenBits || length > 125 {
            bytes.append(mask | 126)
            bytes += [UInt8(length >> 8), UInt8(length & 0xFF)]
        } else {
            bytes.append(mask | UInt8(length))
        }
        return bytes + (maskingKey ?? [])
    }

    var bytes: [UInt8] {
        guard let key = maskingKey else { return header + payload }
        return header + payload.enumerated().map { $1 ^ key[$0 % 4] }
    }

    /// Takes apart the frames that an endpoint has sent; nil if they are not whole, well-formed frames.
    static func parse(_ bytes: [UInt8]) -> [RawFrame]? {
        var frames: [RawFrame] = []
        var rest = bytes[...]
        while let first = rest.popFirst() {
            guard let second = rest.popFirst() else { return nil }
            var length = Int(second & 0x7F)
            var form = LengthForm.shortest
            if length >= 126 {
                let size = length == 126 ? 2 : 8
                form = size == 2 ? .sixteenBits : .sixtyFourBits
                guard rest.count >= size else { return nil }
                length = rest.prefix(size).reduce(0) { $0 << 8 | Int($1) }
                rest = rest.dropFirst(size)
            }
            var key: [UInt8]?
            if second & 0x80 != 0 {
                key = Array(rest.prefix(4))
                rest = rest.dropFirst(4)
            }
            guard rest.count >= length else { return nil }
            let payload = rest.prefix(length).enumerated().map { $1 ^ (key?[$0 % 4] ?? 0) }
            rest = rest.dropFirst(length)
            frames.append(
                RawFrame(
                    isFinal: first & 0x80 != 0, reservedBits: first & 0x70, opcode: first & 0x0F,
                    payload: payload, maskingKey: key, lengthForm: form
                )
            )
        }
        return frames
    }

    var summary: String {
        switch opcode {
        case 1: "text \(String(decoding: payload, as: UTF8.self))"
        case 2: "binary \(payload.count)"
        case 8: Self.closeSummary(payload)
        case 9: "ping \(String(decoding: payload, as: UTF8.self))"
        case 10: "pong \(String(decoding: payload, as: UTF8.self))"
        default: "opcode \(opcode)"
        }
    }

    private static func closeSummary(_ payload: [UInt8]) -> String {
        guard payload.count >= 2 else { return "close" }
        return "close \(Int(payload[0]) << 8 | Int(payload[1]))"
    }
}
