import CanonWire
import Foundation
import FoundationNetworking

/// Plain HTTP requests to a gateway under test.
struct TestHTTP: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: [String: String]
        let body: [UInt8]

        var json: JSONObject { (try? JSONValue.parse(body))?.object ?? [:] }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    let port: Int

    func get(_ path: String, token: String? = nil, headers: [String: String] = [:]) async throws -> Answer {
        try await send("GET", path, nil, token, headers)
    }

    func post(_ path: String, _ body: JSONObject? = nil, token: String? = nil, headers: [String: String] = [:])
        async throws -> Answer
    {
        try await send("POST", path, body.map { Array($0.encodedText.utf8) }, token, headers)
    }

    func send(
        _ method: String, _ path: String, _ body: [UInt8]?, _ token: String? = nil, _ headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = URLRequest(url: URL(string: "http://127.0.0.1:\(port)\(path)")!)
        request.httpMethod = method
        request.timeoutInterval = 60
        if let body {
            request.httpBody = Data(body)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await URLSession.shared.data(for: request)
        let answer = response as! HTTPURLResponse
        var fields: [String: String] = [:]
        for (name, value) in answer.allHeaderFields { fields["\(name)".lowercased()] = "\(value)" }
        return Answer(status: answer.statusCode, headers: fields, body: Array(data))
    }
}
