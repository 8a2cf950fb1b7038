/// Groups the lines of plain text by their template: one group for each physical line, whatever it holds.
///
/// The text is read twice, once to learn the shapes and once to name the template of each line, so that memory does not grow
/// with the number of lines.
public struct LineClusters {
    private let text: ByteSpan
    private let layout: PlainTextLayout
    private var miner: TemplateMiner
    public let templates: TemplateSet
    public let tally: MinerTally

    /// Learns the templates of a text, which must stay valid while the clusters are used.
    public init(of text: ByteSpan, limits: MinerLimits = .standard) {
        self.text = text
        layout = PlainTextLayout.detect(text)
        var miner = TemplateMiner(limits: limits)
        Self.forEachMessage(of: text, layout) { message, header, offset in
            miner.add(message, at: header.time, sample: UInt64(offset))
        }
        templates = miner.templates()
        tally = miner.tally
        self.miner = miner
    }

    /// Calls `body` with the number of each line, from 1, and its template.
    public mutating func forEachLine(_ body: (Int, Template) throws -> Void) rethrows {
        var number = 0
        var miner = miner
        try Self.forEachMessage(of: text, layout) { message, _, _ in
            number += 1
            // Every shape of the text is in the set, or counts as a coarse one that is.
            guard let template = templates.template(of: miner.shape(of: message)) else { return }
            try body(number, template)
        }
    }

    private static func forEachMessage(
        of text: ByteSpan, _ layout: PlainTextLayout, _ body: (ByteSpan, PlainTextLine, Int) throws -> Void
    ) rethrows {
        var start = 0
        while start < text.count {
            let end = text.find(0x0A, from: start) ?? text.count
            // A header and what the lexer looks at: no more of an endless line is needed.
            let line = text.part(start..<min(end, start + 2 * LogLexer.byteLimit))
            let header = layout.split(line)
            try body(line.part(header.message), header, start)
            start = end + 1
        }
    }
}
