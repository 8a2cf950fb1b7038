#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Instants in nanoseconds since 1970, UTC, as Cloud Logging counts them. A 64-bit number lasts until the year 2262.
public enum LogTime {
    public static let second: Int64 = 1_000_000_000
    public static let hour: Int64 = 3600 * second

    /// The instant that `text` names: RFC 3339 (with a blank for the `T`, a comma for the point, or `UTC` for the zone, as
    /// Python prints them), or a number of seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by
    /// their size. A time without a zone is taken as UTC. Nil when it is none of these.
    public static func parse(_ text: ByteSpan) -> Int64? {
        let text = text.trimmed
        guard text.count >= 9, let first = text.first, first.isDigit else { return nil }
        guard let time = text[4] == UInt8(ascii: "-") ? calendar(text) : number(text), time < latest else { return nil }
        return time
    }

    /// In the year 2261: leaves room for what is added to times.
    private static let latest: Int64 = 9_200_000_000_000_000_000

    private static func calendar(_ text: ByteSpan) -> Int64? {
        guard text.count >= 19, text[7] == UInt8(ascii: "-"), let year = digits(text, 0, 4),
            let month = digits(text, 5, 2),
            let day = digits(text, 8, 2), let hour = digits(text, 11, 2), let minute = digits(text, 14, 2),
            let second = digits(text, 17, 2), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
            second <= 60, year >= 1970, year < 2261
        else { return nil }
        var at = 19
        var fraction: Int64 = 0
        if at < text.count, text[at] == UInt8(ascii: ".") || text[at] == UInt8(ascii: ",") {
            at += 1
            var scale: Int64 = 100_000_000
            while at < text.count, text[at].isDigit {
                fraction += Int64(text[at] - 0x30) * scale
                scale /= 10
                at += 1
            }
        }
        let seconds = days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second
        guard let zone = zone(text, at) else { return nil }
        return Int64(seconds - zone) * Self.second + fraction
    }

    /// Seconds east of Greenwich; nil when what stands there is no zone.
    private static func zone(_ text: ByteSpan, _ at: Int) -> Int? {
        let rest = text.part(at..<text.count).trimmed
        guard let sign = rest.first else { return 0 }
        if rest.equals("Z") || rest.equals("z") || rest.equals("UTC") || rest.equals("GMT") { return 0 }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let hours = digits(rest, 1, 2) else { return nil }
        let hasColon = rest.count > 3 && rest[3] == UInt8(ascii: ":")
        let minutes = rest.count > 3 ? digits(rest, hasColon ? 4 : 3, 2) : 0
        guard let minutes, hours < 24, minutes < 60 else { return nil }
        return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private static func digits(_ text: ByteSpan, _ at: Int, _ count: Int) -> Int? {
        guard at + count <= text.count else { return nil }
        var value = 0
        for index in at..<at + count {
            guard text[index].isDigit else { return nil }
            value = value * 10 + Int(text[index] - 0x30)
        }
        return value
    }

    private static func number(_ text: ByteSpan) -> Int64? {
        var value: Int64 = 0
        var at = 0
        while at < text.count, text[at].isDigit {
            guard at < 19 else { return nil }
            value = value &* 10 &+ Int64(text[at] - 0x30)
            at += 1
        }
        let unit: Int64 =
            switch at {
            case 9, 10: second
            case 12, 13: second / 1000
            case 15, 16: second / 1_000_000
            case 18, 19: 1
            default: 0
            }
        guard unit > 0, value > 0, value < Int64.max / unit else { return nil }
        var fraction: Int64 = 0
        if at < text.count {
            guard text[at] == UInt8(ascii: ".") else { return nil }
            var scale = unit / 10
            for byte in text[(at + 1)...] {
                guard byte.isDigit else { return nil }
                fraction += Int64(byte - 0x30) * scale
                scale /= 10
            }
        }
        return value * unit + fraction
    }

    /// Days since 1970 in the Gregorian calendar (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// This machine's clock.
    public static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * second + Int64(time.tv_nsec)
    }

    /// `2025-09-16T00:46:21Z`, or with milliseconds.
    public static func text(_ time: Int64, milliseconds: Bool = false) -> String {
        text(time, fraction: milliseconds ? 3 : 0)
    }

    /// - Parameter digits: of the second's fraction, at most nine; the rest is cut off.
    static func text(_ time: Int64, fraction digits: Int) -> String {
        let seconds = floorDivision(time, second)
        let day = floorDivision(seconds, 86_400)
        let (year, month, date) = civil(day: Int(day))
        let rest = Int(seconds - day * 86_400)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
        var text = "\(year)-\(two(month))-\(two(date))T\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))"
        if digits > 0 {
            let fraction = String(second + time - seconds * second).dropFirst()
            text += "." + fraction.prefix(digits)
        }
        return text + "Z"
    }

    private static func floorDivision(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }

    private static func civil(day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// A length of time for people: `106 s`, `42 min`, `3.5 h`, `12 d`.
    public static func span(_ nanoseconds: Int64) -> String {
        let seconds = Double(nanoseconds) / Double(second)
        func tenths(_ value: Double) -> String {
            let tenths = Int((value * 10).rounded())
            return tenths % 10 == 0 || tenths >= 100 ? String(Int(value.rounded())) : "\(tenths / 10).\(tenths % 10)"
        }
        if seconds < 1 { return "\(Int((seconds * 1000).rounded())) ms" }
        if seconds < 180 { return "\(Int(seconds.rounded())) s" }
        if seconds < 7200 { return "\(tenths(seconds / 60)) min" }
        if seconds < 172_800 { return "\(tenths(seconds / 3600)) h" }
        return "\(tenths(seconds / 86_400)) d"
    }
}
