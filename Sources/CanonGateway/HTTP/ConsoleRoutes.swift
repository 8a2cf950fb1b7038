import CCanonConsole
import HTTPTypes
import Hummingbird
import NIOCore

/// The console: pages embedded in the binary, so that one file is the whole product and nothing is fetched from elsewhere.
struct ConsoleRoutes: Sendable {
    private struct Asset: Sendable {
        let contentType: String
        let body: ByteBuffer
    }

    private let assets: [String: Asset]

    init() {
        var count = 0
        var assets: [String: Asset] = [:]
        if let table = canon_console_assets(&count) {
            for asset in UnsafeBufferPointer(start: table, count: count) {
                let bytes = UnsafeBufferPointer(start: asset.bytes, count: asset.count)
                assets[String(cString: asset.name)] = Asset(
                    contentType: String(cString: asset.content_type), body: ByteBuffer(bytes: bytes))
            }
        }
        self.assets = assets
    }

    func add(to router: Router<GatewayRequestContext>) {
        for path in ["/", "/setup", "/login"] as [RouterPath] {
            router.get(path) { request, _ in serve("index.html", request) }
        }
        router.get("/console/{name}") { request, context in
            serve(context.parameters.get("name") ?? "", request)
        }
        router.get("/favicon.ico") { _, _ in Response(status: .noContent) }
    }

    private func serve(_ name: String, _ request: Request) -> Response {
        guard let asset = assets[name] else {
            return ErrorBody(.notFound, "not_found", "The console has no file of this name.").response
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: asset.contentType, .contentSecurityPolicy: Self.policy, .cacheControl: "no-cache",
                .xContentTypeOptions: "nosniff", Self.referrerPolicy: "no-referrer", Self.frameOptions: "DENY",
            ], body: .init(byteBuffer: asset.body))
    }

    /// Nothing inline, nothing from elsewhere, in no frame.
    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
        "connect-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ].joined(separator: "; ")

    private static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    private static let frameOptions = HTTPField.Name("X-Frame-Options")!
}
