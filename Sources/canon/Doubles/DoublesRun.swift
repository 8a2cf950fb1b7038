import CanonAudit
import CanonPython
import Foundation

/// Shows how doubles differ from their classes, or adds what they lack.
struct DoublesRun {
    /// The rule whose findings it is about.
    static let rule = "mock-drift"

    let options: AuditOptions
    /// The name of the one that is wanted; nil for all.
    let double: String?
    let fix: Bool
    let apply: Bool

    func run() throws {
        let reader = try AuditReader(options.settings)
        let input = try options.input(reader)
        try reader.requireSources(input)
        let contracts = try wanted(DoubleContract.drifted(in: Audit(input).context))
        guard !contracts.isEmpty else {
            if !options.quiet { Terminal.output.writeLine("No double differs from its class.") }
            return
        }
        guard fix else {
            Terminal.output.write(contracts.map { table($0) }.joined(separator: "\n"))
            throw ExitStatus.failed
        }
        try repair(contracts, input, reader)
    }

    private func wanted(_ contracts: [DoubleContract]) throws -> [DoubleContract] {
        guard let double else { return contracts }
        let found = contracts.filter { $0.double == double || $0.double.hasSuffix("." + double) }
        guard !found.isEmpty else {
            let names = contracts.map { $0.double.split(separator: ".").last.map(String.init) ?? $0.double }
            let hint = NearestName.of(double, among: names).map { "; did you mean \($0)?" } ?? ""
            throw CommandFailure(
                "no double '\(double.shortened)' differs from its class\(hint)", status: ExitStatus.usage)
        }
        return found
    }

    // MARK: Table

    private func table(_ contract: DoubleContract) -> String {
        let terminal = Terminal.output
        var table = TableWriter(["Method", "State", "In the class", "In the double", "Called at"])
        for method in contract.methods {
            let places = method.callers.map { "\($0.path):\($0.line)" }
            let more = places.count > 2 ? " and \(places.count - 2) more" : ""
            let (state, style) = Self.words(method.state)
            table.add([
                .init(method.name), .init(state, style), .init(method.promised ?? "-"), .init(method.doubled ?? "-"),
                .init(places.prefix(2).joined(separator: ", ") + more),
            ])
        }
        let title =
            "\(terminal.styled(contract.double.escapingControls, .bold))  \(contract.path.escapingControls):\(contract.line)  "
            + "stands for \(contract.production.escapingControls)  "
            + "\(contract.productionPlace.path.escapingControls):\(contract.productionPlace.line)\n"
        return title + table.render(on: terminal)
    }

    private static func words(_ state: DoubleContract.Method.State) -> (String, Style?) {
        switch state {
        case .kept: ("same", nil)
        case .missing: ("missing", .red)
        case .extra: ("extra", .yellow)
        case .differs(let what): (what, .red)
        }
    }

    // MARK: Repair

    private func repair(_ contracts: [DoubleContract], _ input: Audit.Input, _ reader: AuditReader) throws {
        let version = reader.version(input.manifest)
        var repairs: [DoubleRepair] = []
        var refused: [(path: String, reason: String)] = []
        let lacking = Dictionary(grouping: contracts.filter { !$0.missing.isEmpty }, by: \.path)
        for (path, contracts) in lacking.sorted(by: { $0.key < $1.key }) {
            switch FileReading.contents(of: "\(reader.root)/\(path)", maximumBytes: WorkTree.largestDocument) {
            case .failure(let error): refused.append((path, "cannot be read: \(error)"))
            case .success(let bytes):
                do throws(ClassBody.Refusal) {
                    repairs.append(try DoubleRepair(path: path, bytes: bytes, contracts: contracts, version: version))
                } catch {
                    refused.append((path, error.description))
                }
            }
        }
        let stillMissing = DoubleRepair.stillMissing(in: repairs, of: input, version: version)
        refused += repairs.filter { stillMissing.contains($0.path) }
            .map { ($0.path, "with what would be added, mock-drift still finds that methods are missing") }
        repairs.removeAll { stillMissing.contains($0.path) }
        for repair in repairs {
            if apply { try write(repair, reader) } else { show(repair) }
        }
        for (path, reason) in refused {
            Terminal.errors.writeLine("\(path.escapingControls) was left as it is: \(reason.escapingControls)")
        }
        let others = contracts.filter { !$0.others.isEmpty }
        if !options.quiet {
            let count = repairs.reduce(0) { $0 + $1.added }
            let files = AuditFigures.counted(repairs.count, "file")
            Terminal.errors.writeLine(
                apply
                    ? "\(AuditFigures.counted(count, "method")) added in \(files); each fails until somebody writes it"
                    : "\(AuditFigures.counted(count, "method")) in \(files) would be added; --apply writes them")
            for contract in others {
                Terminal.errors.writeLine(
                    "left to people: \(contract.double.escapingControls): "
                        + contract.others.map { Self.words($0) }.joined(separator: ", "))
            }
        }
        guard apply, refused.isEmpty, others.isEmpty else { throw ExitStatus.failed }
    }

    private static func words(_ method: DoubleContract.Method) -> String { "\(method.name) (\(words(method.state).0))" }

    private func show(_ repair: DoubleRepair) {
        Terminal.output.write(repair.patch.bytes(for: .output))
    }

    /// A file that changed since it was read is left alone.
    private func write(_ repair: DoubleRepair, _ reader: AuditReader) throws {
        let path = "\(reader.root)/\(repair.path)"
        guard case .success(repair.before) = FileReading.contents(of: path, maximumBytes: WorkTree.largestDocument)
        else {
            throw CommandFailure("\(path): changed while it was looked at; run it again", status: ExitStatus.unknown)
        }
        let mode = try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        try ReportOutput.write(repair.after, to: path)
        if let mode { try? FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path) }
    }
}
