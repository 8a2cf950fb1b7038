import Synchronization

/// An opaque id; `Kind` keeps ids of different things apart at compile time.
public struct Identifier<Kind>: Hashable, Sendable, CustomStringConvertible {
    public let value: String

    /// Takes an id that this program made or stored before.
    public init(_ value: String) { self.value = value }

    /// Takes an id from outside: 1 to 200 characters of printable ASCII, no spaces or quotes, so that it
    /// stands unescaped in any log, URL segment or JSON text. Nil when it is anything else.
    public init?(untrusted value: String) {
        let allowed = value.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                && byte != UInt8(ascii: "/")
        }
        guard !value.isEmpty, value.utf8.count <= 200, allowed else { return nil }
        self.value = value
    }

    public var description: String { value }

    /// The first 8 characters, which is all of a user's id or token that a log may hold.
    public var abbreviated: String { value.utf8.count > 8 ? "\(value.prefix(8))…" : value }
}

public enum UserKind: Sendable {}
public enum ThreadKind: Sendable {}
public enum RunKind: Sendable {}
public enum EventKind: Sendable {}
public enum MessageKind: Sendable {}
public enum ConnectionKind: Sendable {}

public typealias UserID = Identifier<UserKind>
public typealias ThreadID = Identifier<ThreadKind>
public typealias RunID = Identifier<RunKind>
public typealias EventID = Identifier<EventKind>
public typealias MessageID = Identifier<MessageKind>
public typealias ConnectionID = Identifier<ConnectionKind>

private let counter = Atomic<UInt64>(0)

extension Identifier {
    /// A new id `<prefix>_<ms since 1970>_<counter>_<8 hex>`, the platform's format: it sorts roughly by time,
    /// the counter makes it unique in this process and the random part among processes.
    public static func make(_ prefix: String, at time: Timestamp = .now()) -> Self {
        let number = counter.add(1, ordering: .relaxed).newValue
        let hex = String(UInt32.random(in: .min ... .max), radix: 16)
        return Self("\(prefix)_\(time.milliseconds)_\(number)_\(String(repeating: "0", count: 8 - hex.count))\(hex)")
    }
}
