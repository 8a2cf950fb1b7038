/// A tracking file: a Markdown document of people, in which a few lines with markers are kept up to date. Every other byte stays
/// as it was written.
public struct TrackingFile: Sendable {
    public enum State: String, Sendable, Codable { case open, closed }

    public let kind: GardenKind
    public let concept: String
    public private(set) var state: State
    /// As the file has it.
    public private(set) var nextAction: String
    public private(set) var ticked: Set<GardenBox>
    /// The boxes that the file has.
    public private(set) var boxes: Set<GardenBox>

    /// With the ends of lines as they were.
    private var lines: [[UInt8]]
    private var places: [Place: Int]

    private enum Place: Hashable {
        case state, next, figures
        case box(GardenBox)
    }

    /// A file of more bytes than this is no tracking file.
    public static let maximumBytes = 4 << 20

    public var bytes: [UInt8] { Array(lines.joined()) }

    /// What stands in the way of reading, or changing, a file.
    public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// From 1; 0 for the file.
        public var line: Int
        public var message: String

        public var description: String { line > 0 ? "line \(line): \(message)" : message }
    }

    /// - Throws: the first thing that is missing, stands there twice or cannot be read.
    public init(_ bytes: [UInt8]) throws(Problem) {
        lines = Self.split(bytes)
        var header: (kind: GardenKind, concept: String)?
        var places: [Place: Int] = [:]
        var fence: [UInt8]?
        for (index, line) in lines.enumerated() {
            let text = Self.text(of: line)
            let start = text.drop { $0 == " " }
            // What people quote in a block of code is no marker.
            if let mark = Self.fence(start) {
                if fence == nil { fence = mark } else if mark.starts(with: fence!) { fence = nil }
                continue
            }
            guard fence == nil else { continue }
            if start.hasPrefix(TrackingMarkers.headerStart) {
                guard header == nil else {
                    throw Problem(line: index + 1, message: "the marker of the file stands here twice")
                }
                header = try Self.header(String(start), line: index + 1)
                continue
            }
            guard let place = try Self.place(text, line: index + 1) else { continue }
            guard places.updateValue(index, forKey: place) == nil else {
                throw Problem(
                    line: index + 1, message: "\(Self.marker(of: place)) stands here twice; delete one of the lines")
            }
        }
        guard let header else {
            throw Problem(
                line: 0,
                message:
                    "the marker \(TrackingMarkers.headerStart) … is missing: it is no tracking file, or somebody deleted the line"
            )
        }
        (kind, concept) = header
        self.places = places
        for place in [Place.state, .next, .figures] where places[place] == nil {
            throw Problem(
                line: 0,
                message: "the line with \(Self.marker(of: place)) is missing; restore it from the version before")
        }
        let stateText = try Self.field(TrackingMarkers.stateLabel, lines[places[.state]!], line: places[.state]! + 1)
        guard let word = stateText.split(separator: " ").first, let state = State(rawValue: String(word)) else {
            throw Problem(
                line: places[.state]! + 1, message: "the state is open or closed, not '\(stateText.prefix(40))'")
        }
        self.state = state
        nextAction = try Self.field(TrackingMarkers.nextLabel, lines[places[.next]!], line: places[.next]! + 1)
        boxes = []
        ticked = []
        for (place, index) in places {
            guard case .box(let box) = place else { continue }
            boxes.insert(box)
            guard let mark = Self.tickPlace(lines[index]) else {
                throw Problem(
                    line: index + 1,
                    message: "before the marker of a box stands `- [ ] ` or `- [x] `, at the start of the line")
            }
            if lines[index][mark] != UInt8(ascii: " ") { ticked.insert(box) }
        }
        let missing = GardenBox.allCases.filter { !boxes.contains($0) && $0.isRequired }
        if let first = missing.first {
            throw Problem(
                line: 0,
                message: "the box '\(first.rawValue)' is missing; put this line back: \(first.line(isTicked: false))")
        }
    }

    /// The first box that is open, in the order of the steps. What is consolidated cannot be shown to fail any more.
    public var firstOpen: GardenBox? {
        let isConsolidated = ticked.isSuperset(of: [.oneImplementation, .onePath])
        return GardenBox.allCases.first { box in
            boxes.contains(box) && !ticked.contains(box) && !(isConsolidated && box == .proofFailed)
        }
    }

    // MARK: Changes

    /// Ticks a box, or takes the tick away.
    ///
    /// - Returns: whether that changed anything.
    @discardableResult
    public mutating func set(_ box: GardenBox, _ isTicked: Bool) -> Bool {
        guard let index = places[.box(box)], ticked.contains(box) != isTicked,
            let mark = Self.tickPlace(lines[index])
        else { return false }
        lines[index][mark] = isTicked ? UInt8(ascii: "x") : UInt8(ascii: " ")
        if isTicked { ticked.insert(box) } else { ticked.remove(box) }
        return true
    }

    /// - Returns: whether that changed anything.
    @discardableResult
    public mutating func setNextAction(_ text: String) -> Bool {
        let text = TrackingMarkers.oneLine(text)
        guard text != nextAction else { return false }
        nextAction = text
        replaceField(TrackingMarkers.nextLabel, at: places[.next]!, with: text)
        return true
    }

    /// - Parameter note: what stands behind the word, such as the day.
    public mutating func setState(_ state: State, note: String = "") {
        self.state = state
        replaceField(
            TrackingMarkers.stateLabel, at: places[.state]!,
            with: TrackingMarkers.oneLine(state.rawValue + (note.isEmpty ? "" : " " + note)))
    }

    /// Adds a row to the figures, unless the last one says the same of the same commit.
    ///
    /// - Returns: whether there is a new row.
    @discardableResult
    public mutating func add(_ figures: GardenFigures) -> Bool {
        let place = places[.figures]!
        let row = figures.row
        if place > 0, GardenFigures.sameButDay(Self.text(of: lines[place - 1]), row) { return false }
        insert([row], at: place)
        return true
    }

    /// Adds lines to the end of the file.
    public mutating func append(_ text: [String]) {
        if let last = lines.last, !last.isEmpty, last.last != 0x0A { lines[lines.count - 1] += lineEnd }
        lines += text.map { Array($0.utf8) + lineEnd }
    }

    private mutating func insert(_ text: [String], at index: Int) {
        lines.insert(contentsOf: text.map { Array($0.utf8) + lineEnd }, at: index)
        for (place, line) in places where line >= index { places[place] = line + text.count }
    }

    private mutating func replaceField(_ label: String, at index: Int, with text: String) {
        // In bytes: what people write around it may be no UTF-8.
        guard let field = Self.range(ofField: label, in: lines[index]) else { return }
        lines[index].replaceSubrange(field, with: Array((text + " ").utf8))
    }

    /// That of the first line, so that a file from Windows stays one.
    private var lineEnd: [UInt8] {
        guard let first = lines.first, first.suffix(2) == [0x0D, 0x0A] else { return [0x0A] }
        return [0x0D, 0x0A]
    }

    // MARK: Reading

    private static func split(_ bytes: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let end = bytes[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.endIndex
            lines.append(Array(bytes[start..<end]))
            start = end
        }
        return lines
    }

    /// Without its end.
    private static func text(of line: [UInt8]) -> String {
        var line = line[...]
        while let last = line.last, last == 0x0A || last == 0x0D { line.removeLast() }
        return String(decoding: line, as: UTF8.self)
    }

    private static func fence(_ text: Substring) -> [UInt8]? {
        for mark in ["`", "~"] as [Character] {
            let count = text.prefix { $0 == mark }.count
            if count >= 3 { return Array(repeating: mark.asciiValue!, count: count) }
        }
        return nil
    }

    private static func header(_ text: String, line: Int) throws(Problem) -> (GardenKind, String) {
        let fields = text.dropFirst(TrackingMarkers.headerStart.count).split(separator: " ")
        func value(_ key: String) -> String? {
            fields.first { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)) }
        }
        guard fields.first == "1" else {
            throw Problem(
                line: line,
                message: "the form \(fields.first ?? "") of the file is not known to this version; use a newer canon")
        }
        guard let kind = value("kind").flatMap({ GardenKind(rawValue: $0) }) else {
            let kinds = GardenKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(line: line, message: "the marker needs kind=, one of \(kinds)")
        }
        guard let concept = value("concept").flatMap({ TrackingMarkers.decoded($0) }), !concept.isEmpty else {
            throw Problem(line: line, message: "the marker needs concept=, with the name of the concept")
        }
        return (kind, concept)
    }

    private static func place(_ text: String, line: Int) throws(Problem) -> Place? {
        let trimmed = text.trimmingTail()
        guard trimmed.hasSuffix("-->"), let start = trimmed.firstRange(of: TrackingMarkers.start),
            trimmed[start.upperBound...].firstRange(of: "-->")?.upperBound == trimmed.endIndex
        else { return nil }
        let words = trimmed[start.upperBound...].dropLast(3).split(separator: " ").map(String.init)
        switch words {
        case ["state"]: return .state
        case ["next"]: return .next
        case ["figures"]: return .figures
        case _ where words.count == 2 && words[0] == "box":
            guard let box = GardenBox(rawValue: words[1]) else {
                throw Problem(
                    line: line, message: "there is no box '\(words[1])'; delete the marker to keep it as your own")
            }
            return .box(box)
        default:
            throw Problem(line: line, message: "the marker '\(words.joined(separator: " "))' is not known; delete it")
        }
    }

    private static func marker(of place: Place) -> String {
        switch place {
        case .state: TrackingMarkers.state
        case .next: TrackingMarkers.next
        case .figures: TrackingMarkers.figures
        case .box(let box): box.marker
        }
    }

    private static func field(_ label: String, _ line: [UInt8], line number: Int) throws(Problem) -> String {
        guard let field = range(ofField: label, in: line) else {
            throw Problem(line: number, message: "before the marker '\(label)' is missing")
        }
        return String(decoding: line[field], as: UTF8.self).trimmingTail()
    }

    /// What stands between a label and the marker of the line.
    private static func range(ofField label: String, in line: [UInt8]) -> Range<Int>? {
        guard let start = line.firstRange(of: Array(label.utf8)),
            let end = line[start.upperBound...].firstRange(of: Array(TrackingMarkers.start.utf8))
        else { return nil }
        return start.upperBound..<end.lowerBound
    }

    /// The place of the blank or letter between the brackets.
    private static func tickPlace(_ line: [UInt8]) -> Int? {
        let start = line.firstIndex { $0 != UInt8(ascii: " ") } ?? 0
        guard line.count > start + 5, "-*+".utf8.contains(line[start]), line[start + 1] == UInt8(ascii: " "),
            line[start + 2] == UInt8(ascii: "["), " xX".utf8.contains(line[start + 3]),
            line[start + 4] == UInt8(ascii: "]")
        else { return nil }
        return start + 3
    }
}
