import CanonWire
import HTTPTypes
import Hummingbird
import NIOCore

extension Request {
    /// The body as a JSON object.
    ///
    /// - Parameters:
    ///   - limit: in bytes.
    ///   - allowsEmpty: no body at all counts as `{}`.
    /// - Throws: `ErrorBody` 413 beyond the limit, 400 with the byte at fault for anything that is no JSON object.
    func jsonObject(limit: Int, allowsEmpty: Bool = false) async throws -> JSONObject {
        try Self.jsonObject(try await bytes(limit: limit), allowsEmpty: allowsEmpty)
    }

    /// The whole body.
    /// - Throws: `ErrorBody` 413 beyond the limit, in bytes.
    func bytes(limit: Int) async throws -> ByteBuffer {
        do {
            return try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw ErrorBody(.contentTooLarge, "body_too_large", "The body may have at most \(limit) bytes.")
        }
    }

    /// - Throws: `ErrorBody` 400 with the byte at fault for anything that is no JSON object.
    static func jsonObject(_ buffer: ByteBuffer, allowsEmpty: Bool) throws -> JSONObject {
        if allowsEmpty, buffer.readableBytes == 0 { return [:] }
        let value: JSONValue
        do {
            value = try JSONValue.parse(buffer.readableBytesView)
        } catch {
            throw ErrorBody(.badRequest, "invalid_json", "The body is not JSON: \(error).")
        }
        guard let object = value.object else {
            throw ErrorBody(.badRequest, "invalid_json", "The body must be a JSON object, not \(value.kind).")
        }
        return object
    }
}

extension JSONObject {
    /// A member that must be a string with something in it.
    /// - Throws: `ErrorBody` 422 that names the field.
    func text(_ name: String) throws(ErrorBody) -> String {
        guard let text = try optionalText(name), !text.isEmpty else {
            throw .invalid(name, "'\(name)' is missing.")
        }
        return text
    }

    /// A member that may be absent or null.
    func optionalText(_ name: String) throws(ErrorBody) -> String? {
        switch self[name] {
        case nil, .null: return nil
        case .string(let text): return text
        case .some(let other): throw .invalid(name, "'\(name)' must be a string, not \(other.kind).")
        }
    }
}
