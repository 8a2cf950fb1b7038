/// A log file that somebody is writing: it grows, is renamed and begun anew, or is emptied.
public struct LogFollower {
    public let path: String
    private var source: FileSource?
    private var continuation = LogReader.Continuation()
    /// The file that has the name now, when what was renamed is still to be read to its end.
    private var successor: FileSource?

    public init(path: String) { self.path = path }

    /// A part that has not been read.
    struct Part {
        var source: FileSource
        var continuation: LogReader.Continuation
        /// Nobody will write to the file any more: it has been renamed, and another has its name.
        var isLast: Bool
    }

    /// Looks at the file. Nil when there is nothing new.
    /// - Throws: ``SourceError`` when there is a file that cannot be read; one that is not there may come.
    mutating func next() throws(SourceError) -> Part? {
        if let successor {
            source = successor
            continuation = LogReader.Continuation()
            self.successor = nil
        }
        let current = try? FileSource(path: path)
        guard let source else {
            self.source = current
            guard let current, let size = current.identity?.size, size > 0 else { return nil }
            return Part(source: current, continuation: continuation, isLast: false)
        }
        guard let held = source.identity else {
            throw SourceError(message: "cannot be examined", offset: continuation.end)
        }
        // Emptied in place: what is in it now is new.
        if held.size < continuation.end { continuation = LogReader.Continuation() }
        var isReplaced = false
        if let current, let named = current.identity {
            isReplaced = named.inode != held.inode || named.device != held.device
            if isReplaced { successor = current }
        }
        guard held.size > continuation.end else {
            if isReplaced { return try next() }
            return nil
        }
        try source.seek(to: continuation.end)
        return Part(source: source, continuation: continuation, isLast: isReplaced)
    }

    mutating func advance(to continuation: LogReader.Continuation) { self.continuation = continuation }
}
