import CanonWire

/// An error as model servers report it: `{"error":{"message","type","code"}}`, `{"error":"…"}`, `{"message":"…"}` or
/// `{"detail":…}`.
struct RemoteError {
    let message: String
    /// The server's word for the kind of error, from `code` and `type`.
    let kind: String

    /// Nil when the value reports no error.
    init?(_ value: JSONValue) {
        guard let object = value.object else { return nil }
        let error = object["error"].flatMap { $0.isNull ? nil : $0 }
        if let text = error?.string {
            self.init(message: text, code: object["code"])
        } else if let inner = error?.object {
            self.init(message: inner["message"]?.string ?? inner.encodedText, code: inner["code"], type: inner["type"])
        } else if let text = object["message"]?.string ?? object["detail"]?.string {
            self.init(message: text, code: object["code"])
        } else if let details = object["detail"]?.array {
            let texts = details.compactMap { $0["msg"]?.string }
            self.init(message: texts.joined(separator: "; "), code: nil)
        } else {
            return nil
        }
    }

    init(message: String, code: JSONValue?, type: JSONValue? = nil) {
        self.message = message
        let codeText = code?.string ?? code?.int.map { String($0) } ?? ""
        kind = "\(codeText) \(type?.string ?? "")".lowercased()
    }

    /// The reason code for an error that came inside a stream.
    var reason: String {
        if kind.contains("rate_limit") || kind.contains("429") || kind.contains("quota") {
            return "backend_rate_limited"
        }
        if kind.contains("timeout") { return "timeout" }
        if kind.contains("server") || kind.contains("overload") || kind.contains("unavailable")
            || ["500", "502", "503", "529"].contains(where: { kind.contains($0) })
        {
            return "backend_unavailable"
        }
        return "backend_refused"
    }
}
