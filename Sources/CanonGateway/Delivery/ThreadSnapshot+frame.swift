import CanonStore
import CanonWire

extension ThreadSnapshot {
    /// How the snapshot is told to a client, over whichever transport.
    func frame(of thread: ThreadID, epoch: String) -> ServerFrame {
        .snapshot(
            thread, at: at, epoch: epoch, messages: messages.map(\.json), isTruncated: isTruncated,
            openRuns: openRuns)
    }
}
