import CanonStore

/// How a cursor that a client comes back with is answered.
enum ResumeAnswer: Equatable, Sendable {
    /// The events `from...to` follow, then live ones.
    case replay(from: Int64, to: Int64)
    /// Nothing was missed.
    case nothing(at: Int64)
    /// The events cannot be given one by one: what the thread has become takes their place.
    case snapshot

    /// - Parameters:
    ///   - cursor: the number of the last event that the client has; 0: none.
    ///   - isForeign: the number was given under another epoch, so it means nothing here.
    ///   - extent: which numbers the log has.
    init(cursor: Int64, isForeign: Bool, extent: LogExtent) {
        if isForeign {
            self = .snapshot
        } else if cursor == extent.head {
            self = .nothing(at: extent.head)
        } else if cursor < extent.floor || cursor > extent.head {
            // Retention was faster than the client; or it has numbers that were never given under this epoch.
            self = .snapshot
        } else {
            self = .replay(from: cursor + 1, to: extent.head)
        }
    }
}
