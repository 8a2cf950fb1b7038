/// Groups the lines of plain text by their template: one group for each physical line, blank and unreadable ones included.
///
/// The templates are known when all lines are. For each line its shape is remembered until then, in four bytes.
public struct LineClusters {
    private var miner: TemplateMiner
    private var numbers: [ShapeID: UInt32] = [:]
    /// Some numbers again, by the low bits of the identity: most lines have a shape that was seen lately.
    private var recent = [UInt32](repeating: .max, count: 1_024)
    private var ids: [ShapeID] = []
    /// The number of the shape of each line.
    private var lines: [UInt32] = []
    /// Where in `lines` each source begins.
    private var starts: [Int] = []

    public init(limits: MinerLimits = .standard) { miner = TemplateMiner(limits: limits) }

    /// Adds the lines of a source.
    ///
    /// - Throws: ``SourceError`` when the source ends before its end; the lines before count.
    public mutating func add(_ source: any ByteSource) throws(SourceError) {
        starts.append(lines.count)
        let text = TextLines(source)
        let layout = text.layout()
        let first = lines.count
        try text.forEach { line, _ in
            let header = layout.split(line)
            let id = miner.add(line.part(header.message), at: header.time, sample: UInt64(lines.count - first))
            lines.append(number(of: id))
        }
    }

    private mutating func number(of id: ShapeID) -> UInt32 {
        let place = Int(truncatingIfNeeded: id.high) & (recent.count - 1)
        if recent[place] != .max, ids[Int(recent[place])] == id { return recent[place] }
        let number = numbers[id] ?? UInt32(ids.count)
        if number == ids.count {
            numbers[id] = number
            ids.append(id)
        }
        recent[place] = number
        return number
    }

    /// What was seen, and what the limits cost.
    public var tally: MinerTally { miner.tally }

    /// The templates of all lines.
    public func templates() -> TemplateSet { miner.templates() }

    /// Calls `body` for each line with the index of its source, its number in it from 1, and its template.
    public func forEachLine(of templates: TemplateSet, _ body: (Int, Int, Template) throws -> Void) rethrows {
        let found = ids.map { templates.template(of: $0) }
        for source in starts.indices {
            let start = starts[source]
            let end = source + 1 < starts.count ? starts[source + 1] : lines.count
            for index in start..<end {
                guard let template = found[Int(lines[index])] else { continue }
                try body(source, index - start + 1, template)
            }
        }
    }
}
