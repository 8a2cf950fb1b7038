extension FieldMap {
    /// The members of Cloud Logging's LogEntry, as the export (camelCase) and the client libraries (snake_case) write them,
    /// and the usual names of other JSON logs (ECS, OpenTelemetry, zap, Bunyan, structlog, python-json-logger).
    static let standard = FieldMap(mapping: [:])

    /// - Parameter mapping: paths that go before the standard ones, by the name of the field.
    convenience init(mapping: [Field: [[String]]]) {
        func ranked(_ paths: [[String]], _ field: Field, from first: UInt16) -> [Path] {
            paths.enumerated().map { Path(field: field, rank: first + UInt16($0.offset), keys: $0.element) }
        }
        let own = Field.allCases.flatMap { ranked(mapping[$0] ?? [], $0, from: 0) }
        let standard = Field.allCases.flatMap { ranked(Self.paths(of: $0), $0, from: 1000) }
        self.init(paths: own + standard, collections: ["logs_by_severity", "raw_logs", "entries"])
    }

    /// An entry's own members first: what a payload says about itself is the program's opinion.
    private static let mounts: [[String]] = [[], ["jsonPayload"], ["json_payload"]]

    private static func payload(_ names: String...) -> [[String]] {
        mounts.flatMap { mount in names.map { mount + keys($0) } }
    }

    private static func both(_ names: String...) -> [[String]] { names.map(keys) }

    private static func keys(_ path: String) -> [String] { path.split(separator: ".").map(String.init) }

    private static func resource(_ names: String...) -> [[String]] {
        names.map { ["resource", "labels", $0] }
    }

    private static func paths(of field: Field) -> [[String]] {
        switch field {
        case .message:
            payload("message", "msg", "event", "@message", "short_message", "log", "body", "text", "error_message")
                + both("jsonPayload", "json_payload", "payload")
        case .textPayload: both("textPayload", "text_payload")
        case .rawPayload: both("raw_payload", "rawPayload")
        case .protoMessage:
            both(
                "protoPayload.status.message", "proto_payload.status.message", "protoPayload.methodName",
                "proto_payload.method_name")
        case .severity:
            payload("severity", "severityText", "severity_text", "level", "levelname", "log_level", "loglevel", "lvl")
                + [["log.level"], ["log", "level"]]
        case .time:
            payload("timestamp", "@timestamp", "time", "ts", "datetime", "eventTime")
                + both("receiveTimestamp", "receive_timestamp")
        case .timeSeconds: both("timestamp.seconds")
        case .timeNanos: both("timestamp.nanos")
        case .insertID: both("insertId", "insert_id")
        case .service:
            resource("service_name", "job_name", "function_name", "module_id", "container_name")
                + payload("context.service", "service", "service_name", "serviceName", "service.name")
                + [["service.name"], ["labels", "service"], ["application"], ["app"]]
        case .revision:
            resource("revision_name", "version_id")
                + [["labels", "revision"], ["labels", "revision_name"], ["service.version"]]
                + payload("revision", "revision_name", "context.revision", "service.version")
        case .instance:
            [["labels", "instanceId"], ["labels", "instance_id"]] + resource("instance_id", "pod_name")
                + payload("instance_id", "instanceId", "instance", "pod", "container_id")
        case .logger:
            payload("logger", "logger_name", "loggerName", "log.logger", "name") + [["log.logger"]]
                + [["labels", "logger"], ["labels", "python_logger"]]
        case .project: resource("project_id") + both("project_id", "project", "projectId")
        case .location: resource("location", "zone") + both("location", "region", "zone")
        case .environment:
            [["labels", "environment"], ["labels", "env"]] + payload("environment", "env", "context.environment")
        case .host: [["labels", "host"]] + payload("hostname", "host", "host.name") + [["host.name"]]
        case .traceback:
            payload(
                "traceback", "stack_trace", "stacktrace", "stackTrace", "exception", "exc_info", "exc_text", "stack",
                "error.traceback", "error.stack_trace", "error.stack", "exception.traceback", "exception.stacktrace",
                "exception.stack_trace", "err.stack") + [["error.stack_trace"], ["exception.stacktrace"]]
        case .exceptionType:
            payload(
                "error.type", "exception.type", "err.type", "error.kind", "error_type", "exception_type", "exc_type")
                + [["exception.type"], ["error.type"]]
        case .errorMessage: payload("error.message", "err.message", "exception.message", "error", "err")
        case .codeFile:
            [
                ["sourceLocation", "file"], ["source_location", "file"],
                ["logging.googleapis.com/sourceLocation", "file"],
            ] + payload("pathname", "file", "filename", "module", "caller")
                + [["labels", "file"], ["labels", "module"]]
        case .codeFunction:
            [
                ["sourceLocation", "function"], ["source_location", "function"],
                ["logging.googleapis.com/sourceLocation", "function"],
            ] + payload("function", "funcName", "func") + [["labels", "function"]]
        case .codeLine:
            [
                ["sourceLocation", "line"], ["source_location", "line"],
                ["logging.googleapis.com/sourceLocation", "line"],
            ] + payload("lineno", "line") + [["labels", "line"]]
        case .requestMethod:
            both("httpRequest.requestMethod", "http_request.requestMethod", "http_request.request_method")
        case .requestURL: both("httpRequest.requestUrl", "http_request.requestUrl", "http_request.request_url")
        case .requestStatus: both("httpRequest.status", "http_request.status")
        }
    }
}
