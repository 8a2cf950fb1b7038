import CanonStore
import CanonWire
import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// The `Idempotency-Key` of a request (draft-ietf-httpapi-idempotency-key-header): a request that is sent again under
/// the same key is the same request.
struct IdempotencyHeader: Equatable, Sendable {
    let value: String

    static let maximumBytes = 255

    /// Nil when there is none.
    /// - Throws: `ErrorBody` 400 for more than one, or one that is no key.
    init?(_ headers: HTTPFields) throws(ErrorBody) {
        let values = headers[values: .idempotencyKey]
        guard let value = values.first else { return nil }
        let isVisible = value.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard values.count == 1, !value.isEmpty, value.utf8.count <= Self.maximumBytes, isVisible else {
            throw ErrorBody(
                .badRequest, "invalid_idempotency_key",
                "'Idempotency-Key' is one value of 1 to \(Self.maximumBytes) visible ASCII characters without spaces.",
                field: "Idempotency-Key")
        }
        self.value = value
    }

    /// Gives each event that the producer did not name an id that a retry has too, so that the log itself knows what
    /// it has already, also when the server was stopped between keeping the key and storing the events.
    /// - Parameter body: the request the drafts were made from; it says which of them have ids of their own.
    func identify(_ drafts: [EventDraft], of body: JSONObject, producer: UserID, in key: ThreadKey) -> [EventDraft] {
        let events = body["events"]?.array ?? body["event"].map { [$0] } ?? []
        return zip(drafts, events).enumerated().map { index, pair in
            let (draft, event) = pair
            if event["event_id"]?.string != nil { return draft }
            return EventDraft(
                type: draft.type, eventID: eventID(index, producer: producer, in: key), timestamp: draft.timestamp,
                parentRun: draft.parentRun, agent: draft.agent, fields: draft.fields)
        }
    }

    private func eventID(_ index: Int, producer: UserID, in key: ThreadKey) -> EventID {
        // No id holds a line break, so that no two lists of parts are the same text.
        let text = [producer.value, key.user.value, key.thread.value, value, String(index)].joined(separator: "\n")
        return EventID("evt_" + Fingerprint.of(text.utf8))
    }
}

extension RequestScopes {
    /// The body as a JSON object, and the SHA-256 of its bytes.
    func objectAndFingerprint(of request: Request) async throws -> (body: JSONObject, fingerprint: String) {
        let buffer = try await request.bytes(limit: maximumBodyBytes)
        return (try Request.jsonObject(buffer, allowsEmpty: true), Fingerprint.of(buffer.readableBytesView))
    }
}

/// What is remembered of a request to know it again.
enum Fingerprint {
    /// SHA-256 as 64 lower-case hexadecimal digits.
    static func of(_ bytes: some Collection<UInt8>) -> String {
        SHA256.hash(data: Array(bytes)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

extension HTTPField.Name {
    static let idempotencyKey = Self("Idempotency-Key")!
}
