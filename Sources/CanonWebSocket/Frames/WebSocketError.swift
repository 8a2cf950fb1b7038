/// Why a write failed.
public enum WebSocketError: Error, Equatable, Sendable {
    /// A close frame has been sent or received, or the channel has ended: nothing more can be sent.
    case closed
    /// The opening handshake has not been completed.
    case handshakePending
    /// A ping or pong carries at most 125 bytes (RFC 6455 section 5.5).
    case controlPayloadTooLong(bytes: Int)
    /// An already encoded server frame was written by a client, which must mask each frame anew.
    case encodedFrameFromClient
    /// An encoded frame is compressed, and the client has not agreed to that, or only with a smaller window.
    case compressedFrameNotAgreed
}

extension WebSocketError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .closed: "the WebSocket connection is closed or closing"
        case .handshakePending: "the WebSocket handshake is not complete"
        case .controlPayloadTooLong(let bytes): "a ping or pong of \(bytes) bytes; at most 125 are possible"
        case .encodedFrameFromClient: "an encoded server frame was written by a client: send .text or .binary"
        case .compressedFrameNotAgreed:
            "a compressed frame was written to a client that cannot read it: look at acceptsSharedFrames"
        }
    }
}

/// What a peer did that ends the connection. The description is sent as the reason of the close frame, so that the
/// author of the other end can find the fault.
enum WebSocketViolation: Error, Equatable {
    case reservedBits(UInt8)
    case reservedOpcode(UInt8)
    case unmaskedFrame
    case maskedFrame
    case fragmentedControlFrame
    case longControlFrame
    case lengthOutOfRange
    case continuationWithoutMessage
    case messageInsideMessage
    case messageTooBig(limit: Int)
    case invalidText
    case closePayloadOfOneByte
    case closeCode(UInt16)
    case invalidCloseReason
    case corruptCompression
    /// Not the peer's doing.
    case noMemory

    /// RFC 6455 section 7.4.1.
    var closeCode: WebSocketCloseCode {
        switch self {
        case .messageTooBig: .messageTooBig
        // RFC 7692 names no code for data that cannot be decompressed. 1007 is for data that is not of the kind its
        // message claims to be (RFC 6455 section 7.4.1); the framing, which is what 1002 is about, is right.
        case .invalidText, .invalidCloseReason, .corruptCompression: .invalidPayload
        case .noMemory: .internalError
        default: .protocolError
        }
    }
}

extension WebSocketViolation: CustomStringConvertible {
    var description: String {
        switch self {
        case .reservedBits(let bits): "reserved bits 0x" + String(bits, radix: 16) + " set, no extension allows it here"
        case .reservedOpcode(let opcode): "opcode 0x" + String(opcode, radix: 16) + " is reserved"
        case .unmaskedFrame: "a client's frame must be masked"
        case .maskedFrame: "a server's frame must not be masked"
        case .fragmentedControlFrame: "a control frame must not be fragmented"
        case .longControlFrame: "a control frame carries at most 125 bytes"
        case .lengthOutOfRange: "a frame length has 63 bits"
        case .continuationWithoutMessage: "a continuation frame without a message to continue"
        case .messageInsideMessage: "a new message before the last one was finished"
        case .messageTooBig(let limit): "a message may have \(limit) bytes"
        case .invalidText: "text must be UTF-8"
        case .closePayloadOfOneByte: "a close frame carries no payload, or a code of two bytes and a reason"
        case .closeCode(let code): "close code \(code) must not be sent"
        case .invalidCloseReason: "a close reason must be UTF-8"
        case .corruptCompression: "a compressed message must be whole DEFLATE blocks"
        case .noMemory: "no memory to decompress a message"
        }
    }
}
