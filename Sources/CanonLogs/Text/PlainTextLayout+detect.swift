extension PlainTextLayout {
    private static let sampleLines = 4_000
    private static let sampleBytes = 1 << 20
    /// Columns that a header may have.
    private static let columnLimit = 14
    /// Formats that are looked for in one source.
    private static let formatLimit = 8

    /// Shares of lines that must have a field of one kind at a position to make a column of it. A component is missing from
    /// some lines of most logs.
    private static let share = 0.9
    private static let labelShare = 0.75
    /// Share of lines with a level, which make a format of their own.
    private static let serviceShare = 0.25
    /// Columns of any words in front of a column of one kind. A number or a dash that all lines of a monotonous log have at one
    /// place is more often a part of the message than a level is, unless the format itself says where fields end.
    private static func gapLimit(before kind: LineField.Kind, isRigid: Bool) -> Int {
        switch kind {
        case .time, .level: 3
        case .label, .separator, .group: 1
        case .number, .quoted, .word: isRigid ? 2 : 0
        }
    }
    /// Words in front of the first time of a header that not all lines have: a host, the name of a container.
    private static let earlyWords = 1

    /// Lines from which it is learnt that levels are written as words. In fewer, sentences may begin alike by chance.
    private static let fewLines = 20

    /// Finds the layout of a source from its first lines.
    ///
    /// - Parameter now: nanoseconds since 1970, for lines that do not say the year.
    public static func detect(_ sample: ByteSpan, now: Int64 = LogTime.now()) -> PlainTextLayout {
        let lines = lines(of: sample)
        let layout = detect(lines, takesLevelWords: true, now: now)
        return layout.hasLevelWords(lines) ? layout : detect(lines, takesLevelWords: false, now: now)
    }

    /// Whether what stands in the place of levels are levels and not the first words of sentences, which go on in small letters. A
    /// source in which nearly every line has one, and not always the same, writes its levels so.
    private func hasLevelWords(_ lines: [ByteSpan]) -> Bool {
        var (words, sentences) = (0, 0)
        var severities: Set<LogSeverity> = []
        for line in lines {
            let header = split(line)
            guard let word = header.levelWord, let severity = header.severity else { continue }
            words += 1
            severities.insert(severity)
            let next = word.upperBound + 1
            if next < line.count, line[next - 1] == UInt8(ascii: " "), line[next].isLetter,
                line[next] == line[next].lowered
            {
                sentences += 1
            }
        }
        if 2 * sentences < words { return true }
        return lines.count >= Self.fewLines && severities.count > 1
            && Double(words) >= Self.share * Double(lines.count)
    }

    private static func detect(_ lines: [ByteSpan], takesLevelWords: Bool, now: Int64) -> PlainTextLayout {
        let delimiter = delimiter(of: lines)
        var pool = lines.map { line in
            var fields = LineFields(line, delimiter: delimiter, takesLevelWords: takesLevelWords)
            var kinds: [LineField.Kind] = []
            while kinds.count < columnLimit, let field = fields.next() {
                kinds.append(field.kind)
                if field.kind == .quoted { break }
            }
            return kinds
        }
        let least = max(1, min(lines.count / 50, 20))
        var formats: [Format] = []
        while formats.count < formatLimit, pool.count >= least {
            guard let anchor = anchor(of: pool) else { break }
            let fitting = pool.filter { isAnchored($0, at: anchor.index, anchor.kind) }
            if fitting.count < least { break }
            let (columns, members) = columns(of: fitting, anchor.index, isRigid: delimiter != nil || isSyslog(fitting))
            // Words in front of a time are a sentence that ends in a time, unless all lines have them.
            let before = columns.prefix(anchor.index)
            let isSentence = before.contains(.label) || before.count(where: { $0 == .word }) > earlyWords
            if isSentence, Double(fitting.count) < share * Double(lines.count) { break }
            formats.append(Format(columns: columns, delimiter: delimiter, anchor: anchor.index))
            let poolBefore = pool.count
            pool.removeAll { members.contains($0) }
            if pool.count == poolBefore { break }
        }
        var layout = PlainTextLayout(formats: formats, takesLevelWords: takesLevelWords, now: now)
        layout.leaveMessages(lines)
        return layout
    }

    private static func lines(of sample: ByteSpan) -> [ByteSpan] {
        var lines: [ByteSpan] = []
        var at = 0
        let end = min(sample.count, sampleBytes)
        while at < end, lines.count < sampleLines {
            let next = sample.find(0x0A, from: at) ?? sample.count
            // A header is short: the rest of a long line is of no interest.
            let line = sample.part(at..<min(next, at + 2_048))
            if !line.trimmed.isEmpty { lines.append(line) }
            at = next + 1
        }
        return lines
    }

    /// `|`, when nearly all lines have it behind their first field.
    private static func delimiter(of lines: [ByteSpan]) -> UInt8? {
        let bar = UInt8(ascii: "|")
        let count = lines.count { line in
            var fields = LineFields(line, delimiter: bar, takesLevelWords: false)
            guard fields.next() != nil, fields.at > 0, fields.at < line.count else { return false }
            return line[fields.at - 1] == bar
        }
        return Double(count) >= share * Double(max(lines.count, 1)) ? bar : nil
    }

    // MARK: - Columns

    /// The position at which most lines have their first time; or else, most lines a level in front.
    private static func anchor(of lines: [[LineField.Kind]]) -> (index: Int, kind: LineField.Kind)? {
        var times = [Int](repeating: 0, count: columnLimit)
        var levels = [Int](repeating: 0, count: 2)
        for kinds in lines {
            if let index = kinds.firstIndex(of: .time) { times[index] += 1 }
            if let index = kinds.prefix(2).firstIndex(of: .level) { levels[index] += 1 }
        }
        let time = times.indices.max { times[$0] < times[$1] } ?? 0
        let level = levels.indices.max { levels[$0] < levels[$1] } ?? 0
        // A few lines that mention a time do not make one a column.
        if 2 * levels[level] > lines.count, levels[level] > 2 * times[time] { return (level, .level) }
        return times[time] > 0 ? (time, .time) : nil
    }

    private static func isAnchored(_ kinds: [LineField.Kind], at index: Int, _ kind: LineField.Kind) -> Bool {
        kind == .time ? kinds.firstIndex(of: .time) == index : index < kinds.count && kinds[index] == kind
    }

    /// The columns of lines with a common anchor, and the lines that have them all.
    private static func columns(
        of lines: [[LineField.Kind]], _ anchor: Int, isRigid: Bool
    ) -> (columns: [LineField.Kind], members: Set<[LineField.Kind]>) {
        var columns: [LineField.Kind] = []
        var known = anchor + 1
        var members = lines
        var position = 0
        while position < columnLimit {
            let here = members.filter { position < $0.count }
            if here.isEmpty { break }
            if let kind = common(here, at: position, among: members.count) {
                if kind == .quoted || columns.count - known > gapLimit(before: kind, isRigid: isRigid) { break }
                members = here.filter { $0[position] == kind }
                columns.append(kind)
                known = max(known, columns.count)
                if kind == .label, position > anchor { break }
            } else if position > anchor, let levelled = levelled(here, at: position) {
                columns.append(.level)
                known = columns.count
                members = levelled
            } else if position > anchor, let reached = labelled(here, at: position) {
                columns.append(.label)
                known = columns.count
                members = reached
                break
            } else {
                columns.append(.word)
                if columns.count - known > gapLimit(before: .level, isRigid: isRigid) { break }
            }
            position += 1
        }
        columns.removeLast(columns.count - min(known, columns.count))
        return (columns, Set(members))
    }

    /// Whether lines begin with the priority and the time of syslog (RFC 5424 §6.2).
    private static func isSyslog(_ lines: [[LineField.Kind]]) -> Bool {
        Double(lines.count { $0.starts(with: [.level, .time]) }) >= share * Double(lines.count)
    }

    /// The kind that nearly all of `count` lines have at a position, of which `lines` are long enough.
    private static func common(_ lines: [[LineField.Kind]], at position: Int, among count: Int) -> LineField.Kind? {
        var counts: [LineField.Kind: Int] = [:]
        for kinds in lines { counts[kinds[position], default: 0] += 1 }
        guard let (kind, found) = counts.max(by: { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }) else {
            return nil
        }
        if kind == .word { return nil }
        return Double(found) >= share * Double(count) ? kind : nil
    }

    /// The lines that have a level at a position, if they are many enough to be those of one service among others.
    private static func levelled(_ lines: [[LineField.Kind]], at position: Int) -> [[LineField.Kind]]? {
        let levelled = lines.filter { $0[position] == .level }
        return Double(levelled.count) >= serviceShare * Double(lines.count) ? levelled : nil
    }

    /// The lines that have a component's colon at a position or a little later, if they are many enough.
    private static func labelled(_ lines: [[LineField.Kind]], at position: Int) -> [[LineField.Kind]]? {
        let exact = lines.filter { $0[position] == .label }
        let reached = lines.filter { $0[position..<min($0.count, position + 1 + labelReach)].contains(.label) }
        guard Double(exact.count) >= labelShare * Double(lines.count) else { return nil }
        return reached
    }

    /// Takes columns off formats that would leave many lines without a message.
    private mutating func leaveMessages(_ lines: [ByteSpan]) {
        for index in formats.indices {
            while formats[index].columns.count > formats[index].anchor + 1 {
                let format = formats[index]
                let matched = lines.compactMap { split($0, by: format) }.filter { $0.matched == format.columns.count }
                let empty = matched.count(where: { $0.line.message.isEmpty })
                if matched.isEmpty || 4 * empty < matched.count { break }
                formats[index].columns.removeLast()
                while formats[index].columns.last == .word, formats[index].columns.count > format.anchor + 1 {
                    formats[index].columns.removeLast()
                }
            }
        }
    }
}
