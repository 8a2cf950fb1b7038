extension LogSeverity {
    /// A level as services write it: the names of Cloud Logging, syslog, Python, Java and Go in any case, or a number of
    /// Cloud Logging (`LogSeverity`, 100 to 800) or of Bunyan and Pino (10 to 60). Unspecified when it is none of these.
    public init(level: ByteSpan) {
        let level = level.trimmed
        guard let first = level.first else {
            self = .unspecified
            return
        }
        if first.isDigit {
            self = Self.numbered(level)
            return
        }
        self =
            switch first.lowered {
            case UInt8(ascii: "t"): level.isLevel("trace") ? .debug : .unspecified
            case UInt8(ascii: "d"):
                level.isLevel("debug") || level.isLevel("dbg") || level.isLevel("d") ? .debug : .unspecified
            case UInt8(ascii: "v"): level.isLevel("verbose") || level.isLevel("v") ? .debug : .unspecified
            case UInt8(ascii: "i"):
                level.isLevel("info") || level.isLevel("information") || level.isLevel("informational")
                    || level.isLevel("inf") || level.isLevel("i") ? .info : .unspecified
            case UInt8(ascii: "n"): level.isLevel("notice") ? .notice : .unspecified
            case UInt8(ascii: "w"):
                level.isLevel("warning") || level.isLevel("warn") || level.isLevel("wrn") || level.isLevel("w")
                    ? .warning : .unspecified
            case UInt8(ascii: "e"):
                level.isLevel("error") || level.isLevel("err") || level.isLevel("e")
                    ? .error : level.isLevel("emergency") || level.isLevel("emerg") ? .emergency : .unspecified
            case UInt8(ascii: "s"): level.isLevel("severe") ? .error : .unspecified
            case UInt8(ascii: "c"): level.isLevel("critical") || level.isLevel("crit") ? .critical : .unspecified
            case UInt8(ascii: "f"):
                level.isLevel("fatal") || level.isLevel("ftl") || level.isLevel("f")
                    ? .critical
                    : level.isLevel("fine") || level.isLevel("finer") || level.isLevel("finest") ? .debug : .unspecified
            case UInt8(ascii: "p"): level.isLevel("panic") ? .alert : .unspecified
            case UInt8(ascii: "a"): level.isLevel("alert") ? .alert : .unspecified
            default: .unspecified
            }
    }

    private static func numbered(_ level: ByteSpan) -> LogSeverity {
        guard level.count <= 3, level.allSatisfy(\.isDigit) else { return .unspecified }
        let value = level.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        switch value {
        case 100..<200: return .debug
        case 200..<300: return .info
        case 300..<400: return .notice
        case 400..<500: return .warning
        case 500..<600: return .error
        case 600..<700: return .critical
        case 700..<800: return .alert
        case 800..<900: return .emergency
        case 10, 20: return .debug
        case 30: return .info
        case 40: return .warning
        case 50: return .error
        case 60: return .critical
        default: return .unspecified
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Equal but for the case of its letters; `name` is in lower case.
    fileprivate func isLevel(_ name: StaticString) -> Bool {
        guard count == name.utf8CodeUnitCount else { return false }
        for index in 0..<count where self[index].lowered != name.utf8Start[index] { return false }
        return true
    }
}
