/// One look at some logs: reads them, finds the problems, compares them with the memory, and writes down what it has learnt.
public struct LogRun {
    public struct Options: Sendable {
        public var filter = ProblemCollector.Filter()
        public var mapping = FieldMapping()
        /// Whether a problem that was not seen may be called resolved. What is followed comes in pieces that are too short for that.
        public var judgesAbsence = true
        /// The program and its version, as the report names them.
        public var tool = LogReport.Tool(name: "canon", version: "")

        public init() {}
    }

    let options: Options
    let memory: LogMemory?
    let snapshot: LogMemory.Snapshot
    private let reader: LogReader
    let collector: ProblemCollector
    private(set) var sources: [SourceTally] = []
    private var incomplete: [ReadProblem] = []
    private var incompleteCount = 0
    private var counted: [SourceIdentity] = []
    public var notes: [String] = []

    /// - Parameter memory: nil to compare with nothing: every problem is new then.
    /// - Throws: ``MemoryError``.
    public init(_ options: Options, memory: LogMemory?) throws {
        self.options = options
        self.memory = memory
        snapshot = try memory?.snapshot() ?? LogMemory.Snapshot()
        reader = LogReader(mapping: options.mapping)
        collector = ProblemCollector(filter: options.filter, known: snapshot.known)
    }

    /// Reads one input to its end.
    /// - Parameter progress: called with the bytes read of it so far.
    public mutating func read(_ input: LogInput, progress: ((Int) -> Void)? = nil) throws {
        let source: FileSource
        do throws(SourceError) {
            source = try input.open()
        } catch {
            var tally = SourceTally(report: SourceReport(name: input.name))
            tally.report.report(error.message, at: error.offset)
            account(tally)
            return
        }
        var before = 0
        if let path = input.path { before = try memory?.counted(ofFile: path) ?? 0 }
        var isFound = false
        if case .found = input { isFound = true }
        let end = read(source, countedUpTo: before, isFound: isFound, progress: progress).end
        if let path = input.path { remember(path, counted: end, since: before) }
    }

    /// Reads a source that is no file, such as an upload.
    /// - Parameter isFound: nobody named the source: it is passed over when it turns out to be no log.
    @discardableResult
    public mutating func read(
        _ source: any ByteSource, countedUpTo: Int = 0, isGrowing: Bool = false, isFound: Bool = false,
        continuing continuation: LogReader.Continuation = LogReader.Continuation(), progress: ((Int) -> Void)? = nil
    ) -> LogReader.Continuation {
        let number = sources.count
        var tally = SourceTally(report: SourceReport(name: source.name))
        let collector = collector
        let (report, next) = reader.read(source, isGrowing: isGrowing, continuing: continuation, progress: progress) {
            tally.add($0)
            collector.take($0, source: number, countedUpTo: countedUpTo)
        }
        tally.report = report
        tally.isPassedOver = isFound && report.isNoLog
        account(tally, isGrowing: isGrowing)
        return next
    }

    /// Notes a source that has been read, and what is wrong with it.
    mutating func account(_ tally: SourceTally, isGrowing: Bool = false) {
        sources.append(tally)
        guard !tally.isPassedOver else { return }
        let report = tally.report
        if report.entries > 0, !report.isCompressed, report.name.lowercased().hasSuffix(".gz") {
            let note = "\(report.name) is called gzip and is none; it was read as it is"
            if !notes.contains(note) { notes.append(note) }
        }
        for problem in report.problems { self.report(problem) }
        incompleteCount += report.problemCount - report.problems.count
        if report.hasLostMessages {
            self.report(
                ReadProblem(
                    source: report.name, offset: 0,
                    message: "\(report.entriesWithoutMessage) of \(report.entries) entries have no message: whoever "
                        + "collected them lost what the service said. Export again; nothing is concluded from this file"
                ))
        } else if report.entries == 0, report.problemCount == 0, !isGrowing {
            self.report(
                ReadProblem(
                    source: report.name, offset: 0, message: "holds no entry, which says nothing about any problem"))
        }
    }

    /// Reads what a file that is followed has got since the last time.
    /// - Returns: false when there was nothing.
    public mutating func read(_ follower: inout LogFollower) throws -> Bool {
        var hasRead = false
        while let part = try follower.next() {
            let before = part.continuation.end == 0 ? try memory?.counted(ofFile: follower.path) ?? 0 : 0
            let next = read(
                part.source, countedUpTo: before, isGrowing: !part.isLast, continuing: part.continuation)
            hasRead = hasRead || sources[sources.count - 1].report.entries > 0
            follower.advance(to: next)
            if !part.isLast { remember(follower.path, counted: next.end, since: max(before, part.continuation.end)) }
            // An unfinished line waits for its end.
            if next.end == part.continuation.end { break }
        }
        return hasRead
    }

    /// Notes up to where a file is counted, if its lines have no ids to know them by.
    mutating func remember(_ path: String, counted end: Int, since before: Int) {
        guard memory != nil, sources[sources.count - 1].withoutID > 0, end > before,
            let identity = SourceIdentity.of(path: path, counted: end)
        else { return }
        counted.append(identity)
    }

    private mutating func report(_ problem: ReadProblem) {
        incompleteCount += 1
        incomplete.append(problem)
    }

    // MARK: The end

    /// Makes the report, and stores what the memory is to know in one transaction.
    /// - Throws: ``MemoryError``; nothing is stored then.
    public mutating func finish() throws -> LogReport {
        notePassedOver()
        let limits = sources.flatMap { source in ExportLimits.signs(source).map { "\(source.report.name) \($0)" } }
        let groups = ProblemGrouper(known: snapshot.identities).groups(of: collector)
        let judge = ProblemJudge(
            snapshot: snapshot, services: collector.services, filter: options.filter, doubt: doubt(limits),
            interval: collector.interval, sourceNames: sources.map(\.report.name),
            isLowerBound: !limits.isEmpty || sources.contains { $0.report.isCutOff })
        let judged = judge.judgements(of: groups)
        if let memory {
            try memory.store(
                judged, after: snapshot, ids: collector.freshIDs, services: collector.services, sources: counted)
        }
        return LogReport(
            tool: options.tool, interval: LogReport.Interval(collector.interval), entries: collector.interval.count,
            filteredEntries: collector.filtered, repeatedEntries: collector.repeated,
            sources: read.map { source in
                LogReport.Source(
                    name: source.report.name, entries: source.report.entries, bytes: source.report.bytes,
                    problems: source.report.problemCount, isCutOff: source.report.isCutOff,
                    interval: LogReport.Interval(source.all))
            },
            services: collector.services.sorted { $0.name < $1.name }.map { service in
                LogReport.Service(
                    name: service.name, entries: service.all.count, revisions: service.revisions.map(\.name).sorted(),
                    interval: LogReport.Interval(service.all))
            },
            problems: judged.map(\.report).sorted(by: ProblemReport.comesFirst), limits: limits, incomplete: incomplete,
            incompleteCount: incompleteCount, notes: notes, hasMemory: memory != nil)
    }

    /// The sources that are logs.
    private var read: [SourceTally] { sources.filter { !$0.isPassedOver } }

    private mutating func notePassedOver() {
        let others = sources.filter(\.isPassedOver).map(\.report.name)
        guard !others.isEmpty else { return }
        guard others.count < sources.count else {
            // Nothing else was there: that is not the same as no problem.
            for name in others {
                report(
                    ReadProblem(
                        source: name, offset: 0, message: "holds no entry, which says nothing about any problem"))
            }
            return
        }
        let what =
            others.count == 1
            ? "file of the folders holds no log entry and was" : "files of the folders hold no log entry and were"
        let more = others.count > 5 ? " and \(others.count - 5) more" : ""
        notes.append(
            "\(others.count) \(what) passed over: " + others.prefix(5).joined(separator: ", ") + more)
    }

    /// Why the absence of a problem says nothing in this run; nil when it may say something.
    private func doubt(_ limits: [String]) -> String? {
        if !options.judgesAbsence { return "absences are not judged while logs are followed" }
        if read.allSatisfy({ $0.report.entries == 0 }) { return "there was no entry to look at" }
        if let source = sources.first(where: { $0.report.isCutOff }) { return "\(source.report.name) was cut off" }
        if let source = sources.first(where: { $0.report.hasLostMessages }) {
            return "\(source.report.name) has lost its messages"
        }
        if let source = read.first(where: { $0.report.problemCount > 0 }) {
            return "parts of \(source.report.name) could not be read"
        }
        return limits.first
    }
}
