/// What is taken out of an entry.
enum Field: UInt8, CaseIterable {
    case message, textPayload, rawPayload, protoMessage
    case severity, time, timeSeconds, timeNanos, insertID
    case service, revision, instance, logger, project, location, environment, host
    case traceback, exceptionType, errorMessage
    case codeFile, codeFunction, codeLine
    case requestMethod, requestURL, requestStatus
}

/// The values of one entry, by field. Of several places for one field the best known one wins, whatever their order.
final class FieldValues {
    private let values: UnsafeMutablePointer<ByteSpan>
    private let ranks: UnsafeMutablePointer<UInt16>
    private static let count = Field.allCases.count

    init() {
        values = .allocate(capacity: Self.count)
        ranks = .allocate(capacity: Self.count)
        values.initialize(repeating: LogRecord.nothing, count: Self.count)
        ranks.initialize(repeating: .max, count: Self.count)
    }

    deinit {
        values.deallocate()
        ranks.deallocate()
    }

    func clear() {
        values.update(repeating: LogRecord.nothing, count: Self.count)
        ranks.update(repeating: .max, count: Self.count)
    }

    func isWanted(_ field: Field, rank: UInt16) -> Bool { rank < ranks[Int(field.rawValue)] }

    /// An empty value takes no place: the next best may have more to say.
    func set(_ field: Field, _ value: ByteSpan, rank: UInt16) {
        guard !value.isEmpty else { return }
        values[Int(field.rawValue)] = value
        ranks[Int(field.rawValue)] = rank
    }

    subscript(field: Field) -> ByteSpan {
        get { values[Int(field.rawValue)] }
        set { values[Int(field.rawValue)] = newValue }
    }

    func has(_ field: Field) -> Bool { !values[Int(field.rawValue)].isEmpty }

    /// How well known the place was that a value came from; `UInt16.max` without a value.
    func rank(of field: Field) -> UInt16 { ranks[Int(field.rawValue)] }
}
