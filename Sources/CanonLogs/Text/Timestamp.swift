/// A time as it stands in a line of text, in any of the ways that loggers write it.
struct Timestamp {
    /// The offset behind it.
    var end: Int
    var year: Int?
    var month = 0
    var day = 0
    var hour = 0
    var minute = 0
    var second = 0
    var nanosecond = 0
    /// Seconds east of Greenwich; nil when the line does not say.
    var zone: Int?
    /// Nanoseconds since 1970 of a time that was written as one number.
    var epoch: Int64?

    /// Whether it names a day: a time of day alone does not say when.
    var hasDate: Bool { epoch != nil || month > 0 }

    /// Nanoseconds since 1970. A zone that is not said is UTC; a year that is not said is the last one in which the time is
    /// not after `now`.
    func nanoseconds(now: Int64) -> Int64? {
        if let epoch { return epoch }
        guard month > 0 else { return nil }
        func time(in year: Int) -> Int64 {
            let days = LogTime.days(year: year, month: month, day: day)
            let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - (zone ?? 0)
            return Int64(seconds) * LogTime.second + Int64(nanosecond)
        }
        if let year { return (1970..<2262).contains(year) ? time(in: year) : nil }
        let current = 1970 + Int(now / LogTime.second) / 31_556_952
        let candidate = time(in: current)
        // A day of grace for zones and for clocks that run fast.
        return candidate > now + 24 * LogTime.hour ? time(in: current - 1) : candidate
    }
}

/// Reads a timestamp at a place of a line, forwards only.
struct TimestampScanner {
    private let bytes: ByteSpan
    private var at: Int
    private var stamp = Timestamp(end: 0)

    /// The timestamp at `start`, which ends where a word ends; nil when there is none.
    static func scan(_ bytes: ByteSpan, at start: Int) -> Timestamp? {
        guard start < bytes.count else { return nil }
        let first = bytes[start]
        guard first.isDigit || first.isLetter else { return nil }
        var scanner = TimestampScanner(bytes: bytes, at: start)
        guard first.isDigit ? scanner.numeric() : scanner.named() else { return nil }
        guard scanner.at >= bytes.count || !bytes[scanner.at].isWord else { return nil }
        scanner.stamp.end = scanner.at
        return scanner.stamp
    }

    private init(bytes: ByteSpan, at: Int) {
        self.bytes = bytes
        self.at = at
    }

    // MARK: - Forms

    /// `Mar  4 10:11:12`, `Tue Mar 04 10:11:12 2025`, `Tue, 04 Mar 2025 10:11:12 GMT`, `I0304 10:11:12.123`
    private mutating func named() -> Bool {
        let start = at
        let letters = wordLength()
        if letters == 1, at + 5 < bytes.count, bytes[at + 5] == 0x20, "IWEFDV".utf8.contains(bytes[at]) {
            at += 1
            guard let month = digits(2), let day = digits(2), setDate(nil, month, day) else { return false }
            skipBlanks()
            return time()
        }
        guard letters >= 3 else { return false }
        if Vocabulary.weekdays.contains(bytes.part(start..<start + letters)) {
            at += letters
            if peek == UInt8(ascii: ",") { at += 1 }
            guard skipBlanks() else { return false }
            if peek?.isDigit == true { return dayMonthYear(separator: 0x20) && skipBlanks() && time() }
        }
        guard let month = month(), skipBlanks(), let day = number(upTo: 2), setDate(nil, month, day) else {
            return false
        }
        if peek == UInt8(ascii: ",") { at += 1 }
        guard skipBlanks() else { return false }
        let beforeYear = at
        if let year = digits(4), skipBlanks(), time() {
            stamp.year = year
            return true
        }
        at = beforeYear
        guard time() else { return false }
        let afterTime = at
        zoneAfterBlank()
        let beforeLast = at
        if peek == 0x20 {
            at += 1
            if let year = digits(4), (1970..<2262).contains(year),
                peek.map({ !$0.isWord && $0 != UInt8(ascii: ":") }) ?? true
            {
                stamp.year = year
                return true
            }
            at = beforeLast
        }
        return at >= afterTime
    }

    private mutating func numeric() -> Bool {
        let start = at
        let count = digitRun()
        let next = start + count < bytes.count ? bytes[start + count] : 0
        switch count {
        case 4 where isDateMark(next):
            guard let year = digits(4), let (a, b) = twoMore(next), setDate(year, a, b) else { return false }
            return timeIfAny()
        case 8:
            guard let year = digits(4), let month = digits(2), let day = digits(2), (1990..<2100).contains(year),
                setDate(year, month, day)
            else { return false }
            return timeIfAny()
        case 6: return sixAndSix()
        case 10, 13, 16, 19: return epoch(count)
        case 1, 2:
            if next == UInt8(ascii: ":") { return time(needsSeconds: true) }
            guard isDateMark(next) || next == 0x20 else { return false }
            if dayMonthYear(separator: next) { return timeIfAny() }
            at = start
            stamp = Timestamp(end: 0)
            return shortDate(next)
        default: return false
        }
    }

    /// `25/03/04 10:11:12`, `03/04/2025 10:11`, `03-04 10:11:12`
    private mutating func shortDate(_ mark: UInt8) -> Bool {
        guard mark != 0x20, let a = digits(2), let second = numberAfter(mark, upTo: 2) else { return false }
        if peek == mark, let third = numberAfter(mark, upTo: 4) {
            let isSet =
                third > 31
                ? setDate(third < 100 ? 2000 + third : third, a > 12 ? second : a, a > 12 ? a : second)
                : a > 12 ? setDate(2000 + a, second, third) : setDate(2000 + third, a, second)
            return isSet && dateSeparator() && time()
        }
        return setDate(nil, a, second) && skipBlanks() && time()
    }

    /// `250304 101112`
    private mutating func sixAndSix() -> Bool {
        guard let year = digits(2), let month = digits(2), let day = digits(2), setDate(2000 + year, month, day),
            peek == 0x20
        else { return false }
        at += 1
        guard digitRun() == 6, let hour = digits(2), let minute = digits(2), let second = digits(2) else {
            return false
        }
        return setTime(hour, minute, second)
    }

    /// `04/Mar/2025`, `04-Mar-2025`, `04 Mar 2025`
    private mutating func dayMonthYear(separator: UInt8) -> Bool {
        guard let day = number(upTo: 2), peek == separator else { return false }
        at += 1
        guard let month = month(), peek == separator else { return false }
        at += 1
        guard let year = digits(4) else { return false }
        return setDate(year, month, day)
    }

    private mutating func epoch(_ count: Int) -> Bool {
        var value: Int64 = 0
        for _ in 0..<count {
            value = value &* 10 &+ Int64(bytes[at] - 0x30)
            at += 1
        }
        var unit = LogTime.second
        for _ in 0..<(count - 10) { unit /= 10 }
        let seconds = value / (LogTime.second / unit)
        guard (1_000_000_000..<4_102_444_800).contains(seconds), value <= .max / unit else { return false }
        stamp.epoch = value * unit
        if count == 10, peek == UInt8(ascii: "."), at + 1 < bytes.count, bytes[at + 1].isDigit {
            at += 1
            stamp.epoch! += Int64(fraction())
        }
        return true
    }

    // MARK: - Parts

    /// The time behind a date, if there is one.
    private mutating func timeIfAny() -> Bool {
        let end = at
        let saved = stamp
        if dateSeparator(), time() { return true }
        at = end
        stamp = saved
        return true
    }

    private mutating func dateSeparator() -> Bool {
        guard let next = peek else { return false }
        switch next {
        case UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ":"):
            at += 1
            return true
        case UInt8(ascii: ","):
            at += 1
            return skipBlanks()
        default: return skipBlanks()
        }
    }

    /// `10:11:12.345 +0200`, `10.11.12.345678`, `10:11`
    private mutating func time(needsSeconds: Bool = false) -> Bool {
        guard let hour = number(upTo: 2), let mark = peek, mark == UInt8(ascii: ":") || mark == UInt8(ascii: "."),
            let minute = digitsAfter(mark, exactly: needsSeconds)
        else { return false }
        var second = 0
        if peek == mark, let value = digitsAfter(mark, exactly: needsSeconds) {
            second = value
            if let next = peek, next == UInt8(ascii: ".") || next == UInt8(ascii: ",") || next == UInt8(ascii: ":"),
                at + 1 < bytes.count, bytes[at + 1].isDigit
            {
                at += 1
                stamp.nanosecond = fraction()
            }
        } else if needsSeconds || mark != UInt8(ascii: ":") {
            return false
        }
        guard setTime(hour, minute, second) else { return false }
        halfOfDay()
        zoneAfterBlank()
        return true
    }

    /// ` AM` or ` PM`
    private mutating func halfOfDay() {
        guard at + 2 < bytes.count, bytes[at] == 0x20, bytes[at + 2] == UInt8(ascii: "M"),
            (1...12).contains(stamp.hour),
            at + 3 == bytes.count || !bytes[at + 3].isWord
        else { return }
        let isAfternoon = bytes[at + 1] == UInt8(ascii: "P")
        guard isAfternoon || bytes[at + 1] == UInt8(ascii: "A") else { return }
        stamp.hour = stamp.hour % 12 + (isAfternoon ? 12 : 0)
        at += 3
    }

    /// `Z`, `+02:00`, ` +0200`, ` UTC`, ` CEST`. A name other than UTC and GMT is passed over: it means different zones.
    private mutating func zoneAfterBlank() {
        let start = at
        if peek == 0x20 { at += 1 }
        if let sign = peek, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            at += 1
            if let hours = digits(2), hours < 15 {
                if peek == UInt8(ascii: ":") { at += 1 }
                let minutes = peek?.isDigit == true ? digits(2) : at - start <= 3 ? 0 : nil
                if let minutes, minutes < 60, peek.map({ !$0.isWord }) ?? true {
                    stamp.zone = (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 3_600 + minutes * 60)
                    return
                }
            }
        } else {
            let length = wordLength()
            let name = bytes.part(at..<at + length)
            if name.equals("Z") || Vocabulary.timeZones.contains(name),
                at + length == bytes.count || !bytes[at + length].isWord
            {
                at += length
                if name.equals("Z") || name.equals("UTC") || name.equals("GMT") { stamp.zone = 0 }
                return
            }
        }
        at = start
    }

    private mutating func month() -> Int? {
        let length = wordLength()
        guard length >= 3, Vocabulary.months.contains(bytes.part(at..<at + length)) else { return nil }
        let key = (bytes[at].lowered, bytes[at + 1].lowered, bytes[at + 2].lowered)
        at += length
        let names: StaticString = "janfebmaraprmayjunjulaugsepoctnovdec"
        for index in 0..<12 {
            let name = names.utf8Start + 3 * index
            if name[0] == key.0, name[1] == key.1, name[2] == key.2 { return index + 1 }
        }
        return nil
    }

    private mutating func setDate(_ year: Int?, _ month: Int, _ day: Int) -> Bool {
        guard (1...12).contains(month), (1...31).contains(day) else { return false }
        (stamp.year, stamp.month, stamp.day) = (year, month, day)
        return true
    }

    private mutating func setTime(_ hour: Int, _ minute: Int, _ second: Int) -> Bool {
        guard hour < 24, minute < 60, second <= 60 else { return false }
        (stamp.hour, stamp.minute, stamp.second) = (hour, minute, second)
        return true
    }

    /// `-03-04` behind a year.
    private mutating func twoMore(_ mark: UInt8) -> (Int, Int)? {
        guard let a = numberAfter(mark, upTo: 2), let b = numberAfter(mark, upTo: 2) else { return nil }
        return (a, b)
    }

    // MARK: - Bytes

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    private func isDateMark(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".")
    }

    private func digitRun() -> Int {
        var end = at
        while end < bytes.count, end - at < 20, bytes[end].isDigit { end += 1 }
        return end - at
    }

    private func wordLength() -> Int {
        var end = at
        while end < bytes.count, end - at < 12, bytes[end].isLetter { end += 1 }
        return end - at
    }

    /// Passes over one blank or more, but not many: columns are aligned with a few.
    @discardableResult
    private mutating func skipBlanks() -> Bool {
        let start = at
        while at < bytes.count, at - start < 4, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
        return at > start
    }

    private mutating func digits(_ count: Int) -> Int? {
        guard at + count <= bytes.count else { return nil }
        var value = 0
        for index in at..<at + count {
            guard bytes[index].isDigit else { return nil }
            value = value * 10 + Int(bytes[index] - 0x30)
        }
        at += count
        return value
    }

    private mutating func number(upTo count: Int) -> Int? {
        let length = digitRun()
        return length > 0 && length <= count ? digits(length) : nil
    }

    private mutating func numberAfter(_ mark: UInt8, upTo count: Int) -> Int? {
        guard peek == mark else { return nil }
        at += 1
        return number(upTo: count)
    }

    /// Two digits; where a date makes clear that a time follows, one will do (`1:2:3`).
    private mutating func digitsAfter(_ mark: UInt8, exactly: Bool) -> Int? {
        guard peek == mark else { return nil }
        at += 1
        return exactly ? digits(2) : number(upTo: 2)
    }

    /// Nanoseconds of the digits at hand.
    private mutating func fraction() -> Int {
        var value = 0
        var scale = 100_000_000
        while let digit = peek, digit.isDigit {
            value += Int(digit - 0x30) * scale
            scale /= 10
            at += 1
        }
        return value
    }
}
