import CanonWire

/// A place in the list of a user's threads, which is sorted by (updated, id), newest first. The page after it starts
/// behind that pair, whatever was added or touched since.
struct ThreadCursor: Equatable {
    let updated: Timestamp
    let thread: ThreadID

    init(after record: ThreadRecord) {
        updated = record.updatedAt
        thread = record.key.thread
    }

    /// - Throws: `StoreError` of kind `malformedCursor` when the text is none that `text` has made.
    init(_ text: String) throws(StoreError) {
        let decoded = Base64URL.decode(text.utf8).flatMap { String(validating: $0, as: UTF8.self) }
        let parts = decoded?.split(separator: " ", maxSplits: 1)
        guard let parts, parts.count == 2, let updated = Int64(parts[0]) else {
            throw StoreError(
                .malformedCursor, place: "cursor", cause: "it is not one that a page of threads ended with",
                remedy: "Send the cursor of the page before unchanged, or none for the first page.")
        }
        self.updated = Timestamp(milliseconds: updated)
        thread = ThreadID(String(parts[1]))
    }

    /// Opaque to clients.
    var text: String { Base64URL.encode("\(updated.milliseconds) \(thread)".utf8) }

    /// Whether a thread with these values comes after the cursor in the list.
    func precedes(_ record: ThreadRecord) -> Bool {
        if record.updatedAt != updated { return record.updatedAt < updated }
        return record.key.thread.value.utf8.lexicographicallyPrecedes(thread.value.utf8)
    }
}
