import AsyncHTTPClient
import CanonWire
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

/// A program of the test environment that runs as long as this object.
final class TestServer: Sendable {
    let port: Int
    private let process: Mutex<Process>
    /// Closing it ends the program, also when the test dies.
    private let tether: Pipe

    var url: String { "http://127.0.0.1:\(port)" }

    private init(process: Process, tether: Pipe, port: Int) {
        self.process = Mutex(process)
        self.tether = tether
        self.port = port
    }

    deinit {
        try? tether.fileHandleForWriting.close()
        process.withLock { $0.terminate() }
    }

    private static let agentTask = Task { try await startAgent() }
    private static let modelTask = Task { try await llmock() }

    /// Our AG-UI agent. All tests share one; it tells them apart by run and model.
    static func agent() async throws -> TestServer { try await agentTask.value }

    /// An OpenAI-compatible server without faults. All tests share one; it tells them apart by model.
    static func model() async throws -> TestServer { try await modelTask.value }

    /// Our AG-UI agent (`Fixtures/agui_agent.py`), which prints its port.
    static func startAgent() async throws -> TestServer {
        let output = Pipe()
        let (process, tether) = try start([fixture("agui_agent.py")], output: output)
        var line = Data()
        // Ends with the line or with the program.
        while let byte = try output.fileHandleForReading.read(upToCount: 1), let value = byte.first, value != 10 {
            line.append(value)
        }
        guard let port = Int(String(decoding: line, as: UTF8.self)) else {
            throw TestServerError("agui_agent.py did not start; run it by hand to see why")
        }
        let server = TestServer(process: process, tether: tether, port: port)
        try await server.waitUntilReady("/left")
        return server
    }

    /// An OpenAI-compatible server with options of its own.
    static func llmock(_ options: [String] = []) async throws -> TestServer {
        let port = try freePort()
        let arguments = ["-h", "127.0.0.1", "-p", "\(port)", "--log-level", "critical"]
        let (process, tether) = try start(
            [fixture("tethered.py"), "llmock.cli:app", "serve"] + arguments + options, output: nil)
        let server = TestServer(process: process, tether: tether, port: port)
        try await server.waitUntilReady("/health")
        return server
    }

    /// The answer to a GET.
    func get(_ path: String, seconds: Int64 = 20) async throws -> JSONValue {
        try await send(HTTPClientRequest(url: url + path), seconds: seconds)
    }

    func post(_ path: String, _ body: JSONValue) async throws {
        var request = HTTPClientRequest(url: url + path)
        request.method = .POST
        request.headers = ["Content-Type": "application/json"]
        request.body = .bytes(ByteBuffer(bytes: body.encoded))
        _ = try await send(request, seconds: 20)
    }

    private func send(_ request: HTTPClientRequest, seconds: Int64) async throws -> JSONValue {
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(seconds))
        let body = try await response.body.collect(upTo: 16 * 1024 * 1024)
        guard (200..<300).contains(response.status.code) else {
            throw TestServerError("\(request.url): \(response.status) \(String(buffer: body))")
        }
        return try JSONValue.parse(body.readableBytesView)
    }

    private func waitUntilReady(_ path: String) async throws {
        try await eventually(seconds: 60, "the server on port \(port) to answer") {
            guard self.process.withLock({ $0.isRunning }) else { throw TestServerError("the server ended at once") }
            return (try? await self.get(path, seconds: 1)) != nil
        }
    }

    private static func start(_ arguments: [String], output: Pipe?) throws -> (Process, Pipe) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try python())
        process.arguments = arguments
        let tether = Pipe()
        process.standardInput = tether
        process.standardOutput = output ?? FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return (process, tether)
    }

    private static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
    }

    private static func fixture(_ name: String) -> String {
        root.appendingPathComponent("Tests/CanonAgentsTests/Fixtures/\(name)").path
    }

    /// The Python of the test environment. Its absence is a failure: the tests against real servers must run.
    private static func python() throws -> String {
        let folder =
            ProcessInfo.processInfo.environment["CANON_TEST_VENV"]
            ?? root.appendingPathComponent(".build/test-venv").path
        let python = folder + "/bin/python"
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw TestServerError("There is no \(python). Run Scripts/test-venv.sh, or set CANON_TEST_VENV.")
        }
        return python
    }

    /// A port that the system chose and nobody listens on.
    private static func freePort() throws -> Int {
        #if canImport(Glibc)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        let descriptor = socket(AF_INET, stream, 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw TestServerError("no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

struct TestServerError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Asks again until the condition holds; records an issue when it does not within `seconds`.
func eventually(
    seconds: Double, _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("waited \(seconds) s for \(what)", sourceLocation: sourceLocation)
}
