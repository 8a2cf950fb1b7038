/// One look at some logs: reads them, finds the problems, compares them with the memory, and writes down what it has learnt.
public struct LogRun {
    public struct Options: Sendable {
        public var filter = ProblemCollector.Filter()
        public var mapping = FieldMapping()
        /// The program and its version, as the report names them.
        public var tool = LogReport.Tool(name: "canon", version: "")

        public init() {}
    }

    private let options: Options
    private let memory: LogMemory?
    private let snapshot: LogMemory.Snapshot
    private let reader: LogReader
    let collector: ProblemCollector
    private var sources: [SourceTally] = []
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
            report(ReadProblem(source: input.name, offset: error.offset, message: error.message))
            return
        }
        var before = 0
        if case .file(let path) = input { before = try memory?.counted(ofFile: path) ?? 0 }
        let end = read(source, countedUpTo: before, progress: progress)
        guard case .file(let path) = input, memory != nil, sources[sources.count - 1].withoutID > 0, end > before,
            let identity = SourceIdentity.of(path: path, counted: end)
        else { return }
        counted.append(identity)
    }

    /// Reads a source that is no file, such as an upload.
    @discardableResult
    public mutating func read(_ source: any ByteSource, countedUpTo: Int = 0, progress: ((Int) -> Void)? = nil) -> Int {
        let number = sources.count
        var tally = SourceTally(report: SourceReport(name: source.name))
        let collector = collector
        let (report, end) = reader.read(source, progress: progress) { record in
            tally.add(record)
            collector.take(record, source: number, countedUpTo: countedUpTo)
        }
        tally.report = report
        sources.append(tally)
        for problem in report.problems { self.report(problem) }
        incompleteCount += report.problemCount - report.problems.count
        if report.hasLostMessages {
            self.report(
                ReadProblem(
                    source: source.name, offset: 0,
                    message: "\(report.entriesWithoutMessage) of \(report.entries) entries have no message: whoever "
                        + "collected them lost what the service said. Export again; nothing is concluded from this file"
                ))
        } else if report.entries == 0, report.problemCount == 0 {
            self.report(
                ReadProblem(
                    source: source.name, offset: 0, message: "holds no entry, which says nothing about any problem"))
        }
        return end
    }

    private mutating func report(_ problem: ReadProblem) {
        incompleteCount += 1
        incomplete.append(problem)
    }

    // MARK: The end

    /// Makes the report, and stores what the memory is to know in one transaction.
    /// - Throws: ``MemoryError``; nothing is stored then.
    public mutating func finish() throws -> LogReport {
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
            sources: sources.map { source in
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
            problems: judged.map(\.report).sorted(by: Self.comesFirst), limits: limits, incomplete: incomplete,
            incompleteCount: incompleteCount, notes: notes, hasMemory: memory != nil)
    }

    /// Why the absence of a problem says nothing in this run; nil when it may say something.
    private func doubt(_ limits: [String]) -> String? {
        if sources.allSatisfy({ $0.report.entries == 0 }) { return "there was no entry to look at" }
        if let source = sources.first(where: { $0.report.isCutOff }) { return "\(source.report.name) was cut off" }
        if let source = sources.first(where: { $0.report.hasLostMessages }) {
            return "\(source.report.name) has lost its messages"
        }
        if let source = sources.first(where: { $0.report.problemCount > 0 }) {
            return "parts of \(source.report.name) could not be read"
        }
        return limits.first
    }

    private static func comesFirst(_ a: ProblemReport, _ b: ProblemReport) -> Bool {
        func rank(_ state: ProblemState) -> Int {
            switch state {
            case .regressed: 0
            case .new: 1
            case .known: 2
            case .unknown: 3
            case .resolved: 4
            }
        }
        if rank(a.state) != rank(b.state) { return rank(a.state) < rank(b.state) }
        if a.priority != b.priority { return a.priority < b.priority }
        if a.count != b.count { return a.count > b.count }
        return a.fingerprint < b.fingerprint
    }
}
