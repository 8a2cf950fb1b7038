import NIOCore

/// Bytes to messages: RFC 6455 section 5 for one direction of one connection. A value without I/O.
///
/// Payload is taken over as it arrives, so that an invalid byte of text is refused before its frame is complete, and
/// so that memory grows with the bytes received, never with the length a header merely announces.
struct WebSocketFrameDecoder {
    enum Event: Equatable {
        /// A whole data message. `reservedBits` are those of its first frame: an extension's business.
        case message(isText: Bool, reservedBits: UInt8, ByteBuffer)
        case ping(ByteBuffer)
        case pong(ByteBuffer)
        /// `noStatusReceived` stands for an empty close frame.
        case close(WebSocketCloseCode, reason: String)
    }

    /// A buffer up to this size, in bytes, is kept between reads. More would be the memory of idle connections.
    static let retainedCapacity = 1024

    private let expectsMask: Bool
    private let limits: WebSocketLimits
    /// RSV bits that the first frame of a message may have set, because an extension was negotiated. Text with one of
    /// them set is not validated here: its bytes are not the text yet.
    private let negotiatedReservedBits: UInt8

    private var phase = Phase.header
    private var partialHeader = PartialFrameHeader()
    private var message = Message.none
    private var validator = UTF8Validator()
    /// The payload of the message so far. After the message it is reused, unless whoever got it has kept it.
    private var payload = ByteBuffer()
    private var controlPayload = ByteBuffer()

    private enum Phase {
        case header
        case payload(Frame)
    }

    private struct Frame {
        let opcode: WebSocketOpcode
        let isFinal: Bool
        let maskingKey: UInt32?
        let length: Int
        var received = 0
    }

    private enum Message {
        case none
        case started(isText: Bool, reservedBits: UInt8)
    }

    /// - Parameters:
    ///   - role: the role of this end; the frames decoded are the other's.
    ///   - limits: what a message may cost.
    ///   - negotiatedReservedBits: 0x40, 0x20 and 0x10 for RSV1 to RSV3.
    init(role: WebSocketRole, limits: WebSocketLimits, negotiatedReservedBits: UInt8 = 0) {
        expectsMask = role == .server
        self.limits = limits
        self.negotiatedReservedBits = negotiatedReservedBits
    }

    /// Takes bytes up to the end of the next event.
    ///
    /// - Parameter input: what has arrived; the bytes used are consumed.
    /// - Returns: nil once all bytes are used and more are needed.
    /// - Throws: the violation that ends the connection. The decoder must not be used again.
    mutating func next(from input: inout ByteBuffer) throws(WebSocketViolation) -> Event? {
        while true {
            switch phase {
            case .header:
                guard let header = try readHeader(from: &input) else { return nil }
                let frame = try start(header)
                if let message = try wholeUnmaskedMessage(frame, from: &input) { return message }
                phase = .payload(frame)
            case .payload(var frame):
                if frame.received < frame.length {
                    guard input.readableBytes > 0 else { return nil }
                    try readPayload(of: &frame, from: &input)
                    phase = .payload(frame)
                    guard frame.received == frame.length else { return nil }
                }
                phase = .header
                if let event = try finish(frame) { return event }
            }
        }
    }
}

extension WebSocketFrameDecoder {
    /// Bytes of memory held for payload.
    var bufferedCapacity: Int {
        payload.storageCapacity + controlPayload.storageCapacity
    }

    /// Gives up a large buffer that no message is using; for when there is nothing more to read for now.
    mutating func releaseMemory() {
        if case .none = message, payload.storageCapacity > Self.retainedCapacity { payload = ByteBuffer() }
    }
}

// MARK: - Headers

extension WebSocketFrameDecoder {
    private mutating func readHeader(
        from input: inout ByteBuffer
    ) throws(WebSocketViolation) -> WebSocketFrameHeader? {
        if partialHeader.count == 0 {
            if let header = input.withUnsafeReadableBytes({ WebSocketFrameHeader(parsing: $0) }) {
                input.moveReaderIndex(forwardBy: header.size)
                try check(first: header.first, second: header.second)
                return header
            }
        }
        while let byte: UInt8 = input.readInteger() {
            partialHeader.append(byte)
            if partialHeader.count == 2 {
                let (first, second) = partialHeader.withBytes { ($0[0], $0[1]) }
                try check(first: first, second: second)
            }
            if let header = partialHeader.withBytes({ WebSocketFrameHeader(parsing: $0) }) {
                partialHeader.removeAll()
                return header
            }
        }
        return nil
    }

    /// What can be said about a frame from its first two bytes.
    private func check(first: UInt8, second: UInt8) throws(WebSocketViolation) {
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else {
            throw .reservedOpcode(first & 0x0F)
        }
        let startsMessage = opcode == .text || opcode == .binary
        let unexpectedBits = first & 0x70 & ~(startsMessage ? negotiatedReservedBits : 0)
        guard unexpectedBits == 0 else { throw .reservedBits(unexpectedBits) }
        if opcode.isControl {
            guard first & 0x80 != 0 else { throw .fragmentedControlFrame }
            guard second & 0x7F <= WebSocketFrameHeader.maximumControlPayload else { throw .longControlFrame }
        } else {
            switch (message, startsMessage) {
            case (.none, false): throw .continuationWithoutMessage
            case (.started, true): throw .messageInsideMessage
            case (.none, true), (.started, false): break
            }
        }
        guard (second & 0x80 != 0) == expectsMask else {
            throw expectsMask ? .unmaskedFrame : .maskedFrame
        }
    }

    /// What all frames of the current message may carry together.
    private var maximumPayloadBytes: Int {
        if case .started(_, let bits) = message, bits & WebSocketFrameHeader.compressionBit != 0 {
            limits.enforcedCompressedBytes
        } else {
            limits.enforcedMessageBytes
        }
    }

    private mutating func start(_ header: WebSocketFrameHeader) throws(WebSocketViolation) -> Frame {
        guard let opcode = header.opcode else { throw .reservedOpcode(header.first & 0x0F) }
        guard header.payloadLength <= UInt64(Int64.max) else { throw .lengthOutOfRange }
        let key = header.isMasked ? header.maskingKey : nil
        if opcode.isControl {
            controlPayload.makeEmpty()
        } else {
            if opcode != .continuation {
                message = .started(isText: opcode == .text, reservedBits: header.reservedBits)
                validator = UTF8Validator()
                payload.makeEmpty()
            }
            // Cannot overflow: a length of 63 bits, and what has been received has 31.
            guard UInt64(payload.readableBytes) + header.payloadLength <= UInt64(maximumPayloadBytes) else {
                throw .messageTooBig(limit: limits.enforcedMessageBytes)
            }
        }
        return Frame(
            opcode: opcode, isFinal: header.isFinal, maskingKey: key, length: Int(header.payloadLength)
        )
    }
}

// MARK: - Payload

extension WebSocketFrameDecoder {
    /// Bytes of the current frame are text, and text that can be read.
    private var validatesText: Bool {
        if case .started(isText: true, reservedBits: 0) = message { true } else { false }
    }

    /// A server's message in one frame that has arrived as a whole needs no copy: it is a slice of what was read.
    private mutating func wholeUnmaskedMessage(
        _ frame: Frame,
        from input: inout ByteBuffer
    ) throws(WebSocketViolation) -> Event? {
        guard frame.maskingKey == nil, frame.isFinal, frame.opcode == .text || frame.opcode == .binary,
            case .started(let isText, let reservedBits) = message,
            let slice = input.readSlice(length: frame.length)
        else { return nil }
        if validatesText {
            guard validate(slice, last: frame.length), validator.isAtCharacterBoundary else { throw .invalidText }
        }
        message = .none
        return .message(isText: isText, reservedBits: reservedBits, slice)
    }

    private mutating func validate(_ text: ByteBuffer, last count: Int) -> Bool {
        text.withUnsafeReadableBytes { validator.consume(UnsafeRawBufferPointer(rebasing: $0.suffix(count))) }
    }

    private mutating func readPayload(
        of frame: inout Frame,
        from input: inout ByteBuffer
    ) throws(WebSocketViolation) {
        let count = min(frame.length - frame.received, input.readableBytes)
        if frame.opcode.isControl {
            _ = controlPayload.append(count, from: &input, key: frame.maskingKey, offset: frame.received)
        } else {
            let isASCII = payload.append(count, from: &input, key: frame.maskingKey, offset: frame.received)
            if validatesText, !(isASCII && validator.isAtCharacterBoundary) {
                guard validate(payload, last: count) else { throw .invalidText }
            }
        }
        frame.received += count
    }

    private mutating func finish(_ frame: Frame) throws(WebSocketViolation) -> Event? {
        switch frame.opcode {
        case .ping:
            return .ping(controlPayload)
        case .pong:
            return .pong(controlPayload)
        case .close:
            return try closeEvent()
        case .continuation, .text, .binary:
            guard frame.isFinal, case .started(let isText, let reservedBits) = message else { return nil }
            if validatesText, !validator.isAtCharacterBoundary { throw .invalidText }
            message = .none
            return .message(isText: isText, reservedBits: reservedBits, payload)
        }
    }

    /// RFC 6455 section 5.5.1.
    private func closeEvent() throws(WebSocketViolation) -> Event {
        var payload = controlPayload
        guard payload.readableBytes > 0 else { return .close(.noStatusReceived, reason: "") }
        guard let rawCode: UInt16 = payload.readInteger() else { throw .closePayloadOfOneByte }
        let code = WebSocketCloseCode(rawValue: rawCode)
        guard code.isValidOnTheWire else { throw .closeCode(rawCode) }
        var reasonValidator = UTF8Validator()
        guard payload.withUnsafeReadableBytes({ reasonValidator.consume($0) }), reasonValidator.isAtCharacterBoundary
        else { throw .invalidCloseReason }
        return .close(code, reason: String(buffer: payload))
    }
}

extension ByteBuffer {
    /// Empties the buffer for reuse; if somebody has kept what it holds, they keep it, and this becomes a new one.
    mutating func makeEmpty() {
        if modifyIfUniquelyOwned({ $0.clear() }) == nil { self = ByteBuffer() }
    }

    /// Moves bytes of a payload from one buffer to the end of this one, unmasked.
    ///
    /// - Returns: whether they are known to be ASCII; false only means that nobody has looked.
    fileprivate mutating func append(
        _ count: Int,
        from input: inout ByteBuffer,
        key: UInt32?,
        offset: Int
    ) -> Bool {
        input.readWithUnsafeReadableBytes { readable in
            let source = UnsafeRawBufferPointer(rebasing: readable.prefix(count))
            var isASCII = false
            writeWithUnsafeMutableBytes(minimumWritableBytes: count) { destination in
                guard let start = destination.baseAddress else { return 0 }
                if let key {
                    isASCII = WebSocketMask.copy(source, to: start, key: key, offset: offset)
                } else {
                    destination.copyMemory(from: source)
                }
                return count
            }
            return (count, isASCII)
        }
    }
}
